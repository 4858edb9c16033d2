/** Values of options as messages show them: what may be a secret is not shown. */

import { isSensitive } from "./sensitive.js";

/** `user:password@` and `?password=…` of an address. */
const IN_ADDRESS = /(\/\/)[^/@\s]*@|([?&;][^=&;]*(?:password|secret|token|key)[^=&;]*=)[^&;]*/giu;

export function valueWords(key: string, value: string | undefined): string {
  if (value === undefined) return "unset";
  if (isSensitive(key)) return "******";
  return value.replaceAll(IN_ADDRESS, (_, slashes?: string, name?: string) =>
    slashes === undefined ? `${name}******` : "//******@",
  );
}
