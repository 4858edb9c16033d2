/** Measures this project beside flink-sql-runner and bare REST calls: npm run bench -- --runs 3 --jobs 20. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { project } from "./lib/cache.mjs";
import { main } from "./lib/say.mjs";
import { ensureOldTool, ensurePythonTools } from "./lib/venv.mjs";
import { setup } from "./setup.mjs";

await main(import.meta.url, async (args) => {
  const { env } = await setup();
  const moto = { MOTO_SERVER: join(await ensurePythonTools(), "moto_server") };
  const isWithout = args.some((arg, i) => arg === "--their-runs=0" || (arg === "--their-runs" && args[i + 1] === "0"));
  const oldTool = isWithout ? {} : { OLD_TOOL: await ensureOldTool() };
  Object.assign(process.env, env, moto, oldTool);
  process.chdir(project);
  const load = createRequire(import.meta.url);
  await load("../provider/compiled.cjs")("test/bench/main.ts").main(args);
  return 0;
});
