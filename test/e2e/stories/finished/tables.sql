CREATE TABLE numbers (n BIGINT) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '4',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '1',
  'fields.n.end' = '20'
);

CREATE TABLE sink (
  n BIGINT,
  __create_timestamp TIMESTAMP_LTZ(3),
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'filesystem',
  'path' = '{output}/sink',
  'format' = 'json'
);

-- A job of these ends within moments, mostly while its first checkpoint is being written.
CREATE TABLE few (k INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');

CREATE TABLE few_more (k INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');

CREATE TABLE sink_of_pairs (
  n INT,
  __create_timestamp TIMESTAMP_LTZ(3),
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'blackhole'
);
