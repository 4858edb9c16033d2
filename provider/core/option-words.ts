/** Values of options as messages show them: what may be a secret is not shown. */

/** The words in an option's name by which Flink itself hides a value in its logs and pages. */
const SENSITIVE =
  /password|secret|fs\.azure\.account\.key|apikey|api-key|auth-params|service-key|token|basic-auth|jaas|credential|access.?key/iu;

/** `user:password@` and `?password=…` of an address. */
const IN_ADDRESS = /(\/\/)[^/@\s]*@|([?&;][^=&;]*(?:password|secret|token|key)[^=&;]*=)[^&;]*/giu;

export function valueWords(key: string, value: string | undefined): string {
  if (value === undefined) return "unset";
  if (SENSITIVE.test(key)) return "******";
  return value.replaceAll(IN_ADDRESS, (_, slashes?: string, name?: string) =>
    slashes === undefined ? `${name}******` : "//******@",
  );
}
