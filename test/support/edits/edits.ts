/** Edits of a query as people make them, each with what is to become of the state that the query has gathered. */

/** What `keep` says: everything goes on, or the first operator that stands in the way, with the reason. */
export type Expected =
  | "kept"
  /** It goes on, and other rows reach it from now on. */
  | "kept, fed otherwise"
  | { readonly refused: RegExp };

export interface Side {
  readonly sql: string;
  /** In place of the usual definitions of these tables. */
  readonly tables?: Readonly<Record<string, string>>;
  /** Flink options. */
  readonly options?: Readonly<Record<string, string>>;
  /** Statements after those of the tables, such as views and functions. */
  readonly more?: readonly string[];
  readonly target?: string;
}

export interface Edit {
  readonly title: string;
  readonly before: Side;
  readonly after: Side;
  readonly keep: Expected;
}

const FROM = "'connector' = 'datagen', 'rows-per-second' = '10'";
const WATERMARK = "WATERMARK FOR ts AS ts - INTERVAL '5' SECOND";

const ORDERS = "id BIGINT, customer STRING, country STRING, city STRING, amount DOUBLE, quantity INT, ts TIMESTAMP(3)";

/** Tables that every side has, unless it says otherwise. */
export const TABLES: Readonly<Record<string, string>> = {
  orders: `CREATE TABLE orders (${ORDERS}, ${WATERMARK}) WITH (${FROM})`,
  payments: `CREATE TABLE payments (order_id BIGINT, paid DOUBLE, ts TIMESTAMP(3), ${WATERMARK}) WITH (${FROM})`,
  refunds: `CREATE TABLE refunds (order_id BIGINT, refunded DOUBLE, ts TIMESTAMP(3), ${WATERMARK}) WITH (${FROM})`,
};

const same = (sql: string, more: Partial<Side> = {}): Side => ({ sql, ...more });

const SUM = "SELECT country, SUM(amount) AS total FROM orders GROUP BY country";
const FILTERED = "SELECT id, amount FROM orders WHERE amount > 10";
const JOIN = "SELECT o.id, p.paid FROM orders o JOIN payments p ON o.id = p.order_id";
const WINDOW = "TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)";
const TUMBLE = windowed(WINDOW);
const LAST = ranked("PARTITION BY id ORDER BY ts DESC", "rn = 1");
const TOP = ranked("PARTITION BY country ORDER BY amount DESC", "rn <= 3");
const OVER = over("ROWS BETWEEN 5 PRECEDING AND CURRENT ROW");
const TWO_LEVELS = twoLevels("");

/** As a view, which a window table function can read. */
const BIG = "CREATE TEMPORARY VIEW big AS SELECT * FROM orders WHERE amount > 50";

const MINI_BATCH = {
  "table.exec.mini-batch.enabled": "true",
  "table.exec.mini-batch.allow-latency": "1 s",
  "table.exec.mini-batch.size": "100",
};

function windowed(window: string, sum = "SUM(amount)", key = "country"): string {
  return `SELECT window_start, ${key}, ${sum} AS s FROM TABLE(${window}) GROUP BY window_start, window_end, ${key}`;
}

function ranked(by: string, which: string): string {
  return `SELECT id, country, amount FROM (SELECT *, ROW_NUMBER() OVER (${by}) AS rn FROM orders) WHERE ${which}`;
}

function over(rows: string): string {
  return `SELECT id, SUM(amount) OVER (PARTITION BY country ORDER BY ts ${rows}) AS s FROM orders`;
}

function twoLevels(where: string): string {
  return `SELECT total, COUNT(*) AS c FROM (SELECT country, SUM(quantity) AS total FROM orders ${where} GROUP BY country) GROUP BY total`;
}

const edit = (title: string, before: Side | string, after: Side | string, keep: Expected): Edit => ({
  title,
  before: typeof before === "string" ? same(before) : before,
  after: typeof after === "string" ? same(after) : after,
  keep,
});

const refused = (why: RegExp): Expected => ({ refused: why });

export const EDITS: readonly Edit[] = [
  edit("a column renamed", SUM, SUM.replace("AS total", "AS revenue"), "kept"),
  edit("an alias of a table", SUM, SUM.replace("FROM orders", "FROM orders AS o"), "kept"),
  edit("a comment and white space", SUM, `-- sums\n${SUM.replaceAll(" ", "  ")}`, "kept"),
  edit(
    "a projection of a query without state",
    FILTERED,
    FILTERED.replace("amount FROM", "amount * 2 AS a FROM"),
    "kept",
  ),
  edit("a filter of a query without state", FILTERED, FILTERED.replace("10", "20"), "kept"),
  edit(
    "a filter added before an aggregate",
    SUM,
    SUM.replace("GROUP", "WHERE amount > 50 GROUP"),
    "kept, fed otherwise",
  ),
  edit(
    "a filter changed before an aggregate",
    SUM.replace("GROUP", "WHERE amount > 50 GROUP"),
    SUM.replace("GROUP", "WHERE amount > 60 GROUP"),
    "kept, fed otherwise",
  ),
  edit(
    "a filter removed before an aggregate",
    SUM.replace("GROUP", "WHERE amount > 50 GROUP"),
    SUM,
    "kept, fed otherwise",
  ),
  edit("a filter added after an aggregate", SUM, `${SUM} HAVING SUM(amount) > 5`, "kept"),
  edit("an aggregate added", SUM, SUM.replace("AS total", "AS total, MAX(amount) AS m"), refused(/MAX\(amount\)/u)),
  edit("an aggregate removed", SUM.replace("AS total", "AS total, MAX(amount) AS m"), SUM, refused(/MAX\(amount\)/u)),
  edit(
    "aggregates in another order",
    SUM.replace("AS total", "AS total, SUM(quantity) AS q"),
    SUM.replace("SUM(amount) AS total", "SUM(quantity) AS q, SUM(amount) AS total"),
    refused(/group by country/u),
  ),
  edit(
    "two aggregates of one type in another order",
    SUM.replace("AS total", "AS total, SUM(amount + 1) AS q"),
    SUM.replace("SUM(amount) AS total", "SUM(amount + 1) AS q, SUM(amount) AS total"),
    refused(/group by country/u),
  ),
  edit("an aggregate of something else", SUM, SUM.replace("SUM(amount)", "SUM(quantity)"), refused(/SUM\(quantity\)/u)),
  edit(
    "an aggregate of another expression",
    SUM,
    SUM.replace("SUM(amount)", "SUM(amount + 1)"),
    refused(/amount \+ 1/u),
  ),
  edit("an aggregate made DISTINCT", SUM, SUM.replace("SUM(amount)", "SUM(DISTINCT amount)"), refused(/DISTINCT/u)),
  edit("a key changed", SUM, SUM.replaceAll("country", "city"), refused(/country.*city/u)),
  edit("a key added", SUM, SUM.replaceAll("country", "country, city"), refused(/key.*country.*country, city/u)),
  edit("a filter before two levels of aggregates", TWO_LEVELS, twoLevels("WHERE quantity > 5"), refused(/group by/u)),
  edit("a window of another size", TUMBLE, TUMBLE.replace("'1'", "'2'"), refused(/window/u)),
  edit(
    "a window of another kind",
    TUMBLE,
    windowed("HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)"),
    refused(/window/u),
  ),
  edit(
    "a window with an offset",
    TUMBLE,
    windowed("TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '10' SECOND)"),
    refused(/window/u),
  ),
  edit(
    "a filter before a window",
    TUMBLE,
    same(TUMBLE.replace("TABLE orders", "TABLE big"), { more: [BIG] }),
    "kept, fed otherwise",
  ),
  edit("an aggregate of a window changed", TUMBLE, windowed(WINDOW, "SUM(quantity)"), refused(/window/u)),
  edit("a join of another type", JOIN, JOIN.replace("JOIN", "LEFT JOIN"), refused(/join/u)),
  edit("a join with another key", JOIN, JOIN.replace("o.id = p", "CAST(o.quantity AS BIGINT) = p"), refused(/join/u)),
  edit("a join of more columns", JOIN, JOIN.replace("p.paid", "p.paid, o.amount"), refused(/join/u)),
  edit("a filter before a join", JOIN, `${JOIN} WHERE o.amount > 5`, refused(/join/u)),
  edit(
    "a third table joined",
    JOIN,
    `SELECT o.id, p.paid, r.refunded FROM orders o JOIN payments p ON o.id = p.order_id JOIN refunds r ON r.order_id = o.id`,
    refused(/join/u),
  ),
  edit("a deduplication that keeps the first row", LAST, LAST.replace("DESC", "ASC"), refused(/deduplication/u)),
  edit("a deduplication by another key", LAST, LAST.replace("BY id", "BY customer"), refused(/deduplication/u)),
  edit("a Top-N of more rows", TOP, TOP.replace("<= 3", "<= 5"), refused(/Top-N/u)),
  edit("a Top-N by another column", TOP, TOP.replace("ORDER BY amount", "ORDER BY quantity"), refused(/Top-N/u)),
  edit("an OVER of more rows", OVER, over("ROWS BETWEEN 9 PRECEDING AND CURRENT ROW"), refused(/OVER/u)),
  edit("a branch of UNION ALL added", FILTERED, `${FILTERED} UNION ALL SELECT order_id, paid FROM payments`, "kept"),
  edit("a branch of UNION ALL removed", `${FILTERED} UNION ALL SELECT order_id, paid FROM payments`, FILTERED, "kept"),
  edit(
    "a view in place of its text",
    SUM.replace("GROUP", "WHERE amount > 50 GROUP"),
    same(SUM.replace("FROM orders", "FROM big"), {
      more: [BIG],
    }),
    "kept",
  ),
  edit(
    "a hint about the state",
    JOIN,
    JOIN.replace("SELECT", "SELECT /*+ STATE_TTL('o' = '1d', 'p' = '1d') */"),
    refused(/join/u),
  ),
  edit("mini-batch switched on", SUM, same(SUM, { options: MINI_BATCH }), refused(/group by/u)),
  edit("state that expires", SUM, same(SUM, { options: { "table.exec.state.ttl": "1 h" } }), refused(/expires/u)),
  edit(
    "state that expires later",
    same(SUM, { options: { "table.exec.state.ttl": "1 h" } }),
    same(SUM, { options: { "table.exec.state.ttl": "2 h" } }),
    "kept",
  ),
  edit(
    "two edits at once, both harmless",
    SUM,
    `${SUM.replace("GROUP", "WHERE amount > 50 GROUP").replace("AS total", "AS t")} HAVING SUM(amount) > 5`,
    "kept, fed otherwise",
  ),
  edit(
    "two edits at once, one of them not",
    SUM,
    SUM.replace("GROUP", "WHERE amount > 50 GROUP").replace("AS total", "AS total, COUNT(*) AS c"),
    refused(/COUNT\(\*\)/u),
  ),
  edit("a column of a table added", SUM, same(SUM, { tables: ordersWith(`${ORDERS}, note STRING`) }), "kept"),
  edit(
    "a column of a table retyped",
    SUM,
    same(SUM, { tables: ordersWith(ORDERS.replace("amount DOUBLE", "amount DECIMAL(10, 2)")) }),
    refused(/group by country/u),
  ),
  edit(
    "a watermark changed",
    SUM,
    same(SUM, { tables: { ...TABLES, orders: TABLES.orders?.replace("'5' SECOND", "'9' SECOND") ?? "" } }),
    "kept, fed otherwise",
  ),
  edit("another target", SUM, same(SUM, { target: "other" }), "kept"),
];

function ordersWith(columns: string): Record<string, string> {
  return { ...TABLES, orders: `CREATE TABLE orders (${columns}, ${WATERMARK}) WITH (${FROM})` };
}
