/** The store of a configured address. */

import { UserError } from "../core/errors.js";
import { FileStore } from "./file.js";
import { S3Store } from "./s3.js";
import { isS3 } from "./s3-client.js";
import type { Store } from "./store.js";

const open = new Map<string, Store>();

/** One store for each address and process: its connections serve all jobs. Throws config-invalid. */
export function openStore(url: string): Store {
  const known = open.get(url);
  if (known) return known;
  const store = withStatesAnywhere(newStore(url));
  open.set(url, store);
  return store;
}

function newStore(url: string): Store {
  if (url.startsWith("file:///")) return new FileStore(url);
  if (/^s3[an]?:\/\/[^/]/u.test(url)) return new S3Store(url);
  throw new UserError("config-invalid", {
    what: `store: ${url} is not an address of a store`,
    fix: "set the configuration key `store` to s3://bucket/prefix, or to a folder (file:///dir, or a path relative to the project)",
  });
}

/** A manifest may put its state elsewhere than the store: it is listed where it is. */
function withStatesAnywhere(store: Store): Store {
  const folders = new FileStore("file:///");
  const there = (place: string): Store => {
    if (!isS3(place)) return folders;
    return store instanceof S3Store ? store : new S3Store(place);
  };
  return {
    url: store.url,
    read: (job) => store.read(job),
    write: (job, record, mark) => store.write(job, record, mark),
    list: () => store.list(),
    states: (directory) => there(directory).states(directory),
    files: (directory) => there(directory).files(directory),
    content: (path) => there(path).content(path),
    remove: (directory) => there(directory).remove(directory),
  };
}
