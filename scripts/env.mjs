/** Prints `export` lines for a shell, so that a plain `pulumi` works: eval "$(npm run -s env)". */
import { main } from "./lib/say.mjs";
import { setup } from "./setup.mjs";

/** Quotes a text for a POSIX shell: all is literal between single quotes, but a single quote itself. */
export const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

await main(import.meta.url, async () => {
  const { exports } = await setup();
  for (const [name, value] of Object.entries(exports)) process.stdout.write(`export ${name}=${quote(value)}\n`);
});
