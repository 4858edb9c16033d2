/** Flink options whose values are secrets, by their names. */

/** The words in an option's name by which Flink itself hides a value in its logs and pages. */
const SENSITIVE =
  /password|secret|fs\.azure\.account\.key|apikey|api-key|auth-params|service-key|token|basic-auth|jaas|credential|access.?key/iu;

export function isSensitive(option: string): boolean {
  return SENSITIVE.test(option);
}

/** Of a map that is secret as a whole: `true`, `4`, `2048m` and `30 s` stand in all kinds of messages, and tell nothing. */
export function tellsSomething(value: string): boolean {
  return !/^(?:true|false|\d{1,5} ?[a-z]{0,3})$/iu.test(value.trim());
}

/** Of some options the values that no text may tell. */
export function secretValues(options: Readonly<Record<string, string>>, areSecret: boolean): string[] {
  const isSecret = ([option, value]: [string, string]) =>
    isSensitive(option) ? value !== "" : areSecret && tellsSomething(value);
  return Object.entries(options)
    .filter(isSecret)
    .map(([, value]) => value);
}
