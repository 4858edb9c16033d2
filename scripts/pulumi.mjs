/** Runs `pulumi` with all arguments given, after bringing what it needs: `npm run pulumi -- preview`. */
import { main, runHere } from "./lib/say.mjs";
import { setup } from "./setup.mjs";

await main(import.meta.url, async (args) => {
  const { env } = await setup();
  return runHere("pulumi", args, { env });
});
