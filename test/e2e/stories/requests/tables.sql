-- A stream with state: the numbers that are still to come.
CREATE TABLE numbers (n BIGINT) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '5',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '1',
  'fields.n.end' = '50000'
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
