CREATE TABLE words (k INT, v STRING) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '1000',
  'fields.k.min' = '1',
  'fields.k.max' = '20000'
);

CREATE TABLE nowhere (
  k INT,
  n BIGINT,
  v STRING,
  __create_timestamp TIMESTAMP_LTZ(3),
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6),
  PRIMARY KEY (k) NOT ENFORCED
) WITH ('connector' = 'blackhole');
