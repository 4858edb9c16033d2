/** Measures `code` jobs of this project beside `flink run -py` by hand: node scripts/code-time.mjs 10. */
import { createRequire } from "node:module";
import { project } from "./lib/cache.mjs";
import { ensurePyFlink } from "./lib/pyflink.mjs";
import { main } from "./lib/say.mjs";
import { setup } from "./setup.mjs";

await main(import.meta.url, async ([jobs = "10"]) => {
  const { env } = await setup();
  Object.assign(process.env, env);
  process.chdir(project);
  const load = createRequire(import.meta.url);
  await load("../provider/compiled.cjs")("test/bench/code.ts").main(Number(jobs), await ensurePyFlink());
  return 0;
});
