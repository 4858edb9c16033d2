/** A digest by which a later run sees that processes run with another configuration, and from which nobody sees a secret. */

import { randomBytes, scryptSync } from "node:crypto";
import { shortHash } from "../../decide/index.js";

/** `isSecret`: with a salt and slow on purpose (about 50 ms), since the file that it lies in is no secret. */
export function digestOf(configuration: string, isSecret: boolean): string {
  if (!isSecret) return shortHash(configuration);
  const salt = randomBytes(16).toString("hex");
  return `${salt}:${stretched(configuration, salt)}`;
}

export function isDigestOf(digest: string, configuration: string, isSecret: boolean): boolean {
  const [salt = "", stretch] = digest.split(":");
  // What was digested as if it were no secret is made again.
  return isSecret ? stretch === stretched(configuration, salt) : digest === shortHash(configuration);
}

function stretched(text: string, salt: string): string {
  return scryptSync(text, salt, 32).toString("hex");
}
