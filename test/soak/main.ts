/** `npm run soak`: minutes of random edits, kills and faults, and what they led to. */

import { parseArgs } from "node:util";
import { LONGEST_MINUTES } from "./fleet.js";
import { Soak } from "./soak.js";

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Gives the exit code: 1 where a row was lost or written twice, or a job did not run as it should. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: "string", default: "30" },
      seed: { type: "string", default: String(Date.now() % 100_000) },
      jobs: { type: "string", default: "10" },
    },
  });
  const [minutes, seed, jobs] = [Number(values.minutes), Number(values.seed), Number(values.jobs)];
  if (!(minutes > 0 && minutes <= LONGEST_MINUTES && jobs > 0 && Number.isInteger(seed))) {
    say(`error: write --minutes 1 to ${LONGEST_MINUTES}, --jobs 1 or more, and a whole number for --seed`);
    return 1;
  }
  say(`soak: ${jobs} jobs for ${minutes} minutes, seed ${seed}`);
  const isOver = onceInterrupted();
  try {
    const { edits, disturbances, rounds, updates, rows, editions } = await Soak.run({
      minutes,
      seed,
      jobs,
      say,
      isOver,
    });
    say(`\nedits: ${counts(edits)}\ndisturbances: ${counts(disturbances)}`);
    say(`${rounds} rounds, ${updates} updates, ${rows} rows of ${editions} queries: none missing, none twice.`);
    return 0;
  } catch (error) {
    say(`\nFAILED with seed ${seed}: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

/** An interruption ends the soak with its round: what was written until then is looked at, and the cluster is stopped. */
function onceInterrupted(): () => boolean {
  let isInterrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      isInterrupted = true;
      say("interrupted: ends after this round, a second time at once and with its cluster left running");
    });
  return () => isInterrupted;
}

function counts(of: Readonly<{ [what: string]: number }>): string {
  return Object.entries(of)
    .map(([what, count]) => `${what} ${count}`)
    .join(", ");
}
