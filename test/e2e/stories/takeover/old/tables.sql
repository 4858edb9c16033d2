-- A stream with state: the numbers that are still to come.
CREATE TABLE numbers (
  n BIGINT,
  read_at AS PROCTIME()
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '5',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '1',
  'fields.n.end' = '20000'
);

CREATE TABLE kept_sink (
  n BIGINT,
  seen BIGINT,
  __create_timestamp TIMESTAMP_LTZ(3),
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'filesystem',
  'path' = '{output}/kept',
  'format' = 'json'
);

CREATE TABLE property_sink WITH ('path' = '{output}/property') LIKE kept_sink (OVERWRITING OPTIONS);
CREATE TABLE query_sink WITH ('path' = '{output}/query') LIKE kept_sink (OVERWRITING OPTIONS);
CREATE TABLE program_sink WITH ('path' = '{output}/program') LIKE kept_sink (OVERWRITING OPTIONS);

-- Its rows are updated by their key.
CREATE TABLE stopped_sink (
  k BIGINT,
  seen BIGINT,
  __create_timestamp TIMESTAMP_LTZ(3),
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6),
  PRIMARY KEY (k) NOT ENFORCED
) WITH ('connector' = 'print');
