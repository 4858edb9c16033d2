import { expect, test } from "vitest";
import { setOrReset } from "../../../../provider/decide/sql/session-options.js";

test.each([
  ["SET 'table.exec.state.ttl' = '1 h'", { set: "table.exec.state.ttl", value: "1 h" }],
  ["set table.exec.state.ttl=36000;", { set: "table.exec.state.ttl", value: "36000" }],
  ["-- how long\nSET 'table.local-time-zone' = 'it''s';", { set: "table.local-time-zone", value: "it's" }],
  ["RESET 'table.exec.state.ttl'", { reset: "table.exec.state.ttl" }],
  ["SET 'table.local-time-zone' = ''", { set: "table.local-time-zone", value: "" }],
  ["SET table.exec.state.ttl = 5 s", undefined],
  ["SET table.exec.state.ttl = 'a' 'b'", undefined],
  ["CREATE TABLE `set` (a INT)", undefined],
  ["USE c.d", undefined],
])("%s", (sql, change) => expect(setOrReset(sql)).toEqual(change));
