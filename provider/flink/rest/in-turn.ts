/** A question that many ask at a time is asked once for all of them; no answer is older than the question. */

import { setTimeout as sleep } from "node:timers/promises";

interface Turn {
  readonly answer: Promise<unknown>;
  next: Promise<unknown> | undefined;
}

/** So long a question waits for the one before it: an answer that does not come must not keep the next from its own limit. */
const TURN_MS = 500;

const turns = new Map<string, Turn>();

/**
 * Whoever asks while the same question (`key`) is under way waits for its end, and then all of them ask once. What they get
 * was asked for after they wanted to know it.
 */
export function askedInTurn<T>(key: string, ask: () => Promise<T>): Promise<T> {
  const turn = turns.get(key);
  if (!turn) return begin(key, ask);
  const ended = turn.answer.then(
    () => undefined,
    () => undefined,
  );
  turn.next ??= Promise.race([ended, sleep(TURN_MS, undefined, { ref: false })]).then(() => begin(key, ask));
  return turn.next as Promise<T>;
}

function begin<T>(key: string, ask: () => Promise<T>): Promise<T> {
  const answer = ask();
  const turn: Turn = { answer, next: undefined };
  turns.set(key, turn);
  const end = () => {
    if (turns.get(key) === turn && !turn.next) turns.delete(key);
  };
  answer.then(end, end);
  return answer;
}
