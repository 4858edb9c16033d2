/** Records that earlier releases wrote are read as they are: no field of them is lost or means something else. */

import { expect, test } from "vitest";
import { parse } from "yaml";
import { formatRecord, parseRecord } from "../../../provider/remember/job-record.js";
import { recordsOf, releases } from "../../support/stories/release.js";

const STORE = "file:///store";
const PLACES = {
  folder: "",
  stack: "dev",
  restUrl: "http://flink:8081",
  gatewayUrl: "http://flink:8083",
  host: "host: flink",
  writer: "somebody@flink",
};

test.each(await releases())("%s: what is written after reading holds all that was read.", async (release) => {
  const records = [...(await recordsOf(release, PLACES)), ...(await recordsOf(release, PLACES, "at-work"))];
  expect(records.length).toBeGreaterThan(0);
  for (const [job, text] of records)
    expect(parse(formatRecord(parseRecord(job, text, STORE))), job).toMatchObject(parse(text));
});
