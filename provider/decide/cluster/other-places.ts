/** Other clusters on which a job may run still, and how long a silent one is waited for. */

import type { JobRecord, StateRef } from "../job/record.js";
import { type Place, samePlace } from "./place.js";

/** Where something of a record may run, other than `here`; without a word of the record, where the stack says it was. */
export function otherPlaces(record: JobRecord | undefined, here: Place, before: Place | undefined): readonly Place[] {
  const mayRun = record === undefined || record.status === "running" || record.intent !== undefined;
  if (!mayRun) return [];
  const named = [record?.current.cluster, record?.intent?.next?.cluster].filter((place) => place !== undefined);
  const asked = named.length > 0 ? named : [before].filter((place) => place !== undefined);
  return asked.filter((place, i) => !samePlace(place, here) && asked.findIndex((p) => samePlace(p, place)) === i);
}

/** A job that runs and cannot be asked writes states: one of the last few intervals, or of these minutes, may be of it. */
const QUIET_MS = 600_000;
const INTERVALS = 3;
const DEFAULT_INTERVAL_MS = 60_000;

/** Whether the newest state is so new that whoever wrote it may still write. Without any state nobody can tell. */
export function mayBeWritten(newest: StateRef | undefined, interval: string | undefined, now: number): boolean {
  if (!newest) return true;
  return now - newest.at < quietMs(interval);
}

/** How long nothing may have been written before a job counts as dead, in milliseconds. */
export function quietMs(interval: string | undefined): number {
  return Math.max(QUIET_MS, INTERVALS * (interval === undefined ? DEFAULT_INTERVAL_MS : durationMs(interval)));
}

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:d|days?)$/u, 86_400_000],
  [/^(?:h|hours?)$/u, 3_600_000],
  [/^(?:m|min|minutes?)$/u, 60_000],
  [/^(?:s|sec|secs|seconds?)$/u, 1000],
  [/^(?:|ms|milli|millis|milliseconds?)$/u, 1],
];

/** A duration as Flink's options have it (`10 s`, `5 min`, `30000`, `PT1M`); another text counts as the default. */
function durationMs(text: string): number {
  const iso = /^pt?(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?$/iu.exec(text.trim());
  if (iso) return (Number(iso[1] ?? 0) * 3600 + Number(iso[2] ?? 0) * 60 + Number(iso[3] ?? 0)) * 1000;
  const [, digits, unit = ""] = /^(\d+)\s*([a-z]*)$/u.exec(text.trim().toLowerCase()) ?? [];
  const factor = UNITS.find(([pattern]) => pattern.test(unit))?.[1];
  return digits === undefined || factor === undefined ? DEFAULT_INTERVAL_MS : Number(digits) * factor;
}
