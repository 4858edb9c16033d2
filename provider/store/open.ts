/** The store of a configured address. */

import { UserError } from "../errors.js";
import { FileStore } from "./file.js";
import type { Store } from "./store.js";

export function openStore(url: string): Store {
  if (url.startsWith("file:///")) return new FileStore(url);
  throw new UserError("config-invalid", {
    what: `store: ${url} is not an address of a store`,
    fix: "set the configuration key `store` to a folder (file:///dir, or a path relative to the project)",
  });
}
