/** The way to one server: its address, what lets requests in there, and how long one may take. */

import { type Access, accessKey, type Means, meansOf } from "./access.js";

/** `patient`: a question that gets no answer at all is asked again too, within its limit, and one answered 500 for a moment. */
export type Patience = "prompt" | "patient";

export interface RequestLimits {
  /** For one request, or one question that is asked again. */
  readonly timeoutMs: number;
  readonly patience?: Patience | undefined;
}

/** Never changes: with other limits, or at another address, it is another one. Made in connections.ts. */
export class Connection {
  /** Stands for it in caches; the limits make no other one. It says nothing of what lets requests in. */
  readonly key: string;
  readonly timeoutMs: number;
  readonly patience: Patience;
  readonly #access: Access;

  constructor(
    /** As it was given: so records, states and messages have it. It may have a path, which is before that of each request. */
    readonly address: string,
    { timeoutMs, patience = "prompt" }: RequestLimits,
    access: Access = {},
  ) {
    this.timeoutMs = timeoutMs;
    this.patience = patience;
    this.#access = access;
    this.key = accessKey(this.urlOf(""), access);
  }

  urlOf(path: string): string {
    return this.address.replace(/\/+$/u, "") + path;
  }

  /** What the next request takes along. */
  means(): Promise<Means> {
    return meansOf(this.#access);
  }

  with({ timeoutMs = this.timeoutMs, patience = this.patience }: Partial<RequestLimits>): Connection {
    return new Connection(this.address, { timeoutMs, patience }, this.#access);
  }

  /** Headers go to their own server only: whoever can write an address into a record must not be handed them. */
  at(address: string): Connection {
    const { headers, ...others } = this.#access;
    return new Connection(address, this, isSameServer(this.address, address) ? { headers, ...others } : others);
  }
}

function isSameServer(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}
