/** Edits, kills and faults at random on a fleet of jobs: npm run soak -- --minutes 30 --seed 7. */
import { createRequire } from "node:module";
import { project } from "./lib/cache.mjs";
import { main } from "./lib/say.mjs";
import { setup } from "./setup.mjs";

await main(import.meta.url, async (args) => {
  const { env } = await setup();
  Object.assign(process.env, env);
  process.chdir(project);
  const load = createRequire(import.meta.url);
  return load("../provider/compiled.cjs")("test/soak/main.ts").main(args);
});
