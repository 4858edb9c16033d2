/** Errors that a person can act on: what is true now, the other side's words, and the way out. */

/** Every code has an entry in docs/errors.md, which a unit test checks. */
export const ERROR_CODES = [
  "config-invalid",
  "manifest-invalid",
  "sql-invalid",
  "cluster-unreachable",
  "cluster-start-failed",
  "session-not-found",
  "gateway-unreachable",
  "runner-failed",
  "store-unreachable",
  "record-invalid",
  "record-conflict",
  "plan-refused",
  "slots-missing",
  "savepoint-failed",
  "start-failed",
  "timed-out",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorParts {
  /** Names the job (or the part) and says what is true now. */
  readonly what: string;
  /** The other side's own words, cut down to the root cause. */
  readonly cause?: string;
  /** What to do, in the imperative. */
  readonly fix: string;
}

/** An error whose message is meant for the user; anything else that is thrown is a bug and keeps its stack. */
export class UserError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly parts: ErrorParts,
  ) {
    super(errorMessage(code, parts));
    this.name = "UserError";
  }
}

/** The lines that a person reads: what, then the cause, then the fix with the code that docs/errors.md explains. */
export function errorMessage(code: ErrorCode, { what, cause, fix }: ErrorParts): string {
  const lines = [what];
  if (cause) lines.push(`  cause: ${indent(cause)}`);
  lines.push(`  fix: ${indent(fix)} [${code}]`);
  return lines.join("\n");
}

/** The words of any thrown value, without a stack. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error ? reasonOf(error.cause) : undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const words = error.message || code || error.name;
  return inner && !words.includes(inner) ? `${words}: ${inner}` : words;
}

function indent(text: string): string {
  return text.trim().replaceAll("\n", "\n    ");
}

/** For what may fail without ending what it is a part of: `.catch(unlessBug)`. */
export function unlessBug(error: unknown): undefined {
  if (error instanceof UserError) return undefined;
  throw error;
}
