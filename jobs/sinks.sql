-- Where the results go: JSON lines in {output}/<table>/, a folder that the program chooses. Each table has the columns of
-- its query, and then the six columns about the query that every INSERT adds.
-- A file is hidden while it grows and gets its final name after an hour; to watch one: tail -f <folder>/<table>/.part-*
-- A restart with its state kept continues in the same file, so tail -f continues too.

-- Orders above an amount.
CREATE TABLE large_orders (
  order_id                 BIGINT,
  customer_id              INT,
  country                  STRING,
  amount                   DECIMAL(8, 2),
  ordered_at               TIMESTAMP_LTZ(3),
  __create_timestamp       TIMESTAMP_LTZ(3),
  __query_name             STRING,
  __query_description      STRING,
  __query_id               STRING,
  __query_version          INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'filesystem',
  'path' = '{output}/large_orders',
  'format' = 'json',
  'sink.rolling-policy.rollover-interval' = '1 h',
  'sink.rolling-policy.inactivity-interval' = '1 h'
);

-- Revenue of each country and minute.
CREATE TABLE revenue_per_minute (
  window_start             TIMESTAMP(3),
  country                  STRING,
  orders                   BIGINT,
  revenue                  DECIMAL(38, 2),
  __create_timestamp       TIMESTAMP_LTZ(3),
  __query_name             STRING,
  __query_description      STRING,
  __query_id               STRING,
  __query_version          INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'filesystem',
  'path' = '{output}/revenue_per_minute',
  'format' = 'json',
  'sink.rolling-policy.rollover-interval' = '1 h',
  'sink.rolling-policy.inactivity-interval' = '1 h'
);

-- Orders with the payment that followed.
CREATE TABLE payments_matched (
  order_id                 BIGINT,
  amount                   DECIMAL(8, 2),
  paid                     DECIMAL(8, 2),
  ordered_at               TIMESTAMP_LTZ(3),
  seconds                  INT,
  __create_timestamp       TIMESTAMP_LTZ(3),
  __query_name             STRING,
  __query_description      STRING,
  __query_id               STRING,
  __query_version          INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'filesystem',
  'path' = '{output}/payments_matched',
  'format' = 'json',
  'sink.rolling-policy.rollover-interval' = '1 h',
  'sink.rolling-policy.inactivity-interval' = '1 h'
);

-- What a customer has spent so far, one row for each order.
CREATE TABLE customer_lifetime (
  customer_id              INT,
  orders                   BIGINT,
  spent                    DECIMAL(38, 2),
  ordered_at               TIMESTAMP_LTZ(3),
  __create_timestamp       TIMESTAMP_LTZ(3),
  __query_name             STRING,
  __query_description      STRING,
  __query_id               STRING,
  __query_version          INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'filesystem',
  'path' = '{output}/customer_lifetime',
  'format' = 'json',
  'sink.rolling-policy.rollover-interval' = '1 h',
  'sink.rolling-policy.inactivity-interval' = '1 h'
);

-- Visits: clicks of one visitor with no longer pause between them.
CREATE TABLE click_sessions (
  visitor_id               INT,
  session_start            TIMESTAMP(3),
  session_end              TIMESTAMP(3),
  clicks                   BIGINT,
  __create_timestamp       TIMESTAMP_LTZ(3),
  __query_name             STRING,
  __query_description      STRING,
  __query_id               STRING,
  __query_version          INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'filesystem',
  'path' = '{output}/click_sessions',
  'format' = 'json',
  'sink.rolling-policy.rollover-interval' = '1 h',
  'sink.rolling-policy.inactivity-interval' = '1 h'
);
