/** Which of the states that are known is the one to go on from. */

import { canonicalLocation, stateName, versionDirectory } from "../job/naming.js";
import type { JobRecord, StateRef } from "../job/record.js";
import type { Observed } from "./observed.js";

/** The newest of what the record, Flink and the store know of the record's version. */
export function latestState({
  record,
  job,
  states,
}: Pick<Observed, "record" | "job" | "states">): StateRef | undefined {
  const listed = new Set(states.map(({ path }) => canonicalLocation(path)));
  const checkpoint = job?.detail?.lastCheckpoint;
  const named = [
    record?.savepoint,
    job?.detail?.stoppedWith,
    checkpoint && listed.has(canonicalLocation(checkpoint.path)) ? checkpoint : undefined,
  ];
  const since = record?.current.since;
  const known = [...states, ...named.filter((state) => state !== undefined)];
  // Whoever chose where to start from gave up what was newer then.
  const all = since === undefined ? known : [...chosenStart(record), ...known.filter(({ at }) => at >= since)];
  return all.reduce<StateRef | undefined>(
    (newest, state) => (!newest || state.at >= newest.at ? state : newest),
    undefined,
  );
}

/** Until there is a newer state, the one that was chosen is the latest. */
function chosenStart(record: JobRecord | undefined): StateRef[] {
  const { startedFrom, since } = record?.current ?? {};
  return startedFrom && since !== undefined ? [{ kind: kindOf(startedFrom), path: startedFrom, at: since }] : [];
}

function kindOf(path: string): StateRef["kind"] {
  return stateName(path).startsWith("chk-") ? "checkpoint" : "savepoint";
}

/** The record's savepoint lies in the directory that was listed, and is not in the list. */
export function missingSavepoint({ record, states }: Observed): StateRef | undefined {
  const savepoint = record?.savepoint;
  if (!record || !savepoint) return undefined;
  const directory = canonicalLocation(
    versionDirectory(record.current.directories.savepoints, record.current.meta.version),
  );
  const inside = canonicalLocation(savepoint.path).startsWith(`${directory}/`);
  const listed = states.some(({ path }) => canonicalLocation(path) === canonicalLocation(savepoint.path));
  return inside && !listed ? savepoint : undefined;
}

/**
 * A checkpoint that Flink has for the newest, where there is neither it nor a later one of the same start. `listed`: what
 * lies in that start's folder; Flink may have told of one that it has deleted since, as newer ones took its place.
 */
export function missingCheckpoint(
  checkpoint: StateRef,
  listed: readonly Pick<StateRef, "path">[],
): StateRef | undefined {
  const number = checkpointNumber(checkpoint.path);
  const isThere = listed.some(({ path }) => (checkpointNumber(path) ?? -1) >= (number ?? 0));
  return number === undefined || isThere ? undefined : checkpoint;
}

function checkpointNumber(path: string): number | undefined {
  const found = /\/chk-(\d+)$/u.exec(canonicalLocation(path))?.[1];
  return found === undefined ? undefined : Number(found);
}
