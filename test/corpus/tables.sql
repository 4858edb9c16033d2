-- What the queries of the corpus read: streams without end, and small ones that end, for those whose rows are compared.
CREATE TABLE orders (
  id BIGINT, customer INT, item STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), pt AS PROCTIME(),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'datagen', 'rows-per-second' = '5');
CREATE TABLE payments (
  order_id BIGINT, paid DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'datagen', 'rows-per-second' = '5');
CREATE TABLE quotes (
  currency STRING, rate DECIMAL(10, 4), ts TIMESTAMP(3), WATERMARK FOR ts AS ts
) WITH ('connector' = 'datagen', 'rows-per-second' = '5');
CREATE VIEW rates AS SELECT currency, rate, ts FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY ts DESC) AS n FROM quotes) WHERE n = 1;
CREATE TABLE bids (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'datagen', 'rows-per-second' = '5');
CREATE TABLE auctions (
  id BIGINT, seller BIGINT, category BIGINT, item STRING, expires TIMESTAMP(3), ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'datagen', 'rows-per-second' = '5');
CREATE TABLE people (
  id BIGINT, name STRING, city STRING, state STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'datagen', 'rows-per-second' = '5');
CREATE TABLE documents (
  id BIGINT, body STRING, tags ARRAY<STRING>, attributes MAP<STRING, STRING>, place ROW<city STRING, zip INT>, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts
) WITH ('connector' = 'datagen', 'rows-per-second' = '5');
CREATE TABLE cdc (id BIGINT, customer STRING, amount BIGINT, PRIMARY KEY (id) NOT ENFORCED)
  WITH ('connector' = 'filesystem', 'path' = 'file:///tmp/no-such-folder/cdc', 'format' = 'debezium-json');
CREATE TABLE maxwell (id BIGINT, customer STRING, amount BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'file:///tmp/no-such-folder/maxwell', 'format' = 'maxwell-json');
CREATE TABLE lines (line STRING)
  WITH ('connector' = 'filesystem', 'path' = 'file:///tmp/no-such-folder/lines', 'format' = 'raw');
CREATE TABLE few (n INT, customer AS n % 5, grp AS n / 10) WITH (
  'connector' = 'datagen', 'number-of-rows' = '60', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '60');
CREATE TABLE few_too (m INT, name AS 'c' || CAST(m % 5 AS STRING)) WITH (
  'connector' = 'datagen', 'number-of-rows' = '10', 'fields.m.kind' = 'sequence', 'fields.m.start' = '1', 'fields.m.end' = '10');

-- What they write to, by the shape of their rows.
CREATE TABLE names (k STRING) WITH ('connector' = 'blackhole');
CREATE TABLE counts (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE latest (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'blackhole');
CREATE TABLE timed (k STRING, at_time TIMESTAMP(3), n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE printed (k STRING, n BIGINT) WITH ('connector' = 'print', 'print-identifier' = 'OURS');
CREATE TABLE printed_by_key (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'print', 'print-identifier' = 'OURS');
CREATE TABLE about (
  k STRING, n BIGINT, __create_timestamp TIMESTAMP_LTZ(3), __query_name STRING, __query_description STRING,
  __query_id STRING, __query_version INT, __query_create_timestamp TIMESTAMP(6)
) WITH ('connector' = 'blackhole');
CREATE TABLE about_by_key (
  k STRING, n BIGINT, __create_timestamp TIMESTAMP_LTZ(3), __query_name STRING, __query_description STRING,
  __query_id STRING, __query_version INT, __query_create_timestamp TIMESTAMP(6), PRIMARY KEY (k) NOT ENFORCED
) WITH ('connector' = 'blackhole');
CREATE TABLE no_such_connector (k STRING, n BIGINT) WITH ('connector' = 'nosuch');
