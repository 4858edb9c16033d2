-- A stream with state: the numbers that are still to come.
CREATE TABLE numbers (n BIGINT) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '20',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '1',
  'fields.n.end' = '100000'
);

CREATE TABLE topic_numbers (
  n BIGINT,
  __create_timestamp TIMESTAMP_LTZ(3),
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6)
) WITH (
  'connector' = 'kafka',
  'topic' = 'numbers',
  'properties.bootstrap.servers' = '{brokers}',
  'properties.group.id' = '{group_id}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  -- Of each job and version its own: two writers of one prefix end each other's transactions.
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = '{group_id}',
  -- No longer than the broker's transaction.max.timeout.ms, 15 min by default.
  'properties.transaction.timeout.ms' = '600000',
  -- A topic that is missing is said after this, and not after a minute.
  'properties.max.block.ms' = '5000'
);

CREATE TABLE copies WITH ('topic' = 'copies') LIKE topic_numbers (OVERWRITING OPTIONS);

CREATE TABLE doubles WITH ('topic' = '{doubles}') LIKE topic_numbers (OVERWRITING OPTIONS);

CREATE TABLE parsed WITH ('topic' = 'parsed') LIKE topic_numbers (OVERWRITING OPTIONS);

-- Nobody made this topic.
CREATE TABLE orders_by_day WITH ('topic' = 'orders-by-day') LIKE topic_numbers (OVERWRITING OPTIONS);
