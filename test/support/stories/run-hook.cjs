/** Runs hooks of a resource as Pulumi's provider process does, one for each line that comes in; a test may kill it. */
"use strict";

const { createInterface } = require("node:readline");

const hooksOf = require("../../../provider/entry.cjs");

/** One line goes out for each call: whether it went through, and what it gave or threw. */
async function answer({ resource, hook, args }) {
  try {
    return { ok: true, text: JSON.stringify((await hooksOf(resource)[hook](...args)) ?? {}) };
  } catch (error) {
    return { ok: false, text: error.message };
  }
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
});
