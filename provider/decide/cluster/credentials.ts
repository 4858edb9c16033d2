/** Addresses that hold a login: they are kept in states and records and are shown, so none may. */

import { isSensitive } from "../job/sensitive.js";

/** In these the part before the @ is a container, not a login. */
const CONTAINERS = /^(?:abfss?|wasbs?)$/iu;

/** Whether an address, or one in the parameters of an address, has a user or a password in it. */
export function hasCredentials(text: string): boolean {
  return [text, unescaped(text)].some((spelling) => hasLogin(spelling) || hasSecretParameter(spelling));
}

function hasLogin(text: string): boolean {
  const logins = text.matchAll(/([a-z][a-z0-9+.-]*):\/\/[^\s/?#@]*@/giu);
  return [...logins].some(({ 1: scheme = "" }) => !CONTAINERS.test(scheme));
}

/** Of `s3://bucket/prefix?secret-key=…`. */
function hasSecretParameter(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\//iu.test(text)) return false;
  const names = text.matchAll(/[?&]([^=&#]+)=/gu);
  return [...names].some(({ 1: name = "" }) => isSensitive(name));
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `yarn.resourceManagers.0` for each text in a value, however deep, that is an address with a login. */
export function placesOfCredentials(value: unknown, place: readonly string[]): string[] {
  if (typeof value === "string") return hasCredentials(value) ? [place.join(".")] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => placesOfCredentials(inner, [...place, key]));
}
