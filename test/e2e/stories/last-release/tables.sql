-- A stream with state: the numbers that are still to come.
CREATE TABLE numbers (n BIGINT) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '20',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '1',
  'fields.n.end' = '100000'
);

CREATE TABLE numbers_with_time (t AS PROCTIME()) LIKE numbers;

CREATE TEMPORARY VIEW doubles AS SELECT n * 2 AS n FROM numbers;

CREATE TABLE few (n BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');

CREATE TABLE counts (
  n BIGINT,
  counted BIGINT,
  __create_timestamp TIMESTAMP_LTZ(3),
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'filesystem',
  'path' = '{output}/counts',
  'format' = 'json'
);

CREATE TABLE nowhere (
  n BIGINT,
  __create_timestamp TIMESTAMP_LTZ(3),
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH ('connector' = 'blackhole');

-- No option of the connectors that need no server is a secret by itself.
CREATE TABLE marked (
  n BIGINT,
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH ('connector' = 'print', 'print-identifier' = '{password}');
