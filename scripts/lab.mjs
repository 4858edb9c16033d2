/** Keeps the servers of the tests until Ctrl-C: `npm run lab`; meanwhile single stories and tests start none of their own. */
import { createRequire } from "node:module";
import { project } from "./lib/cache.mjs";
import { main } from "./lib/say.mjs";
import { environmentFor } from "./test.mjs";

await main(import.meta.url, async () => {
  Object.assign(process.env, await environmentFor(["integration"]));
  process.chdir(project);
  const load = createRequire(import.meta.url);
  process.exit(await load("../provider/compiled.cjs")("test/support/clusters/lab.ts").main());
});
