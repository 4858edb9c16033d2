/** The store in a folder: who writes second loses, and states are listed as they lie on the disk. */

import { mkdir, mkdtemp, readdir, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../../provider/decide/words/errors.js";
import { newStore, type Store } from "../../../provider/remember/store.js";
import { aRecord } from "../../support/decide/a-record.js";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "a store with blanks-"));
  store = newStore(pathToFileURL(folder).href);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const record = (by: string) => aRecord({}, { written: { by, at: "2026-01-02T03:04:05.000Z" } });

const failureOf = async (work: Promise<unknown>): Promise<UserError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
  return error;
};

describe("what is in the way of a write ends within a limit", () => {
  beforeEach(() => mkdir(join(folder, "manifests")));

  const ways: readonly (readonly [string, (lock: string) => Promise<unknown>])[] = [
    ["a lock of a process that died", (lock) => writeFile(lock, "dead")],
    [
      "one that is dated in the future",
      async (lock) => {
        await writeFile(lock, "dead");
        await utimes(lock, 4_000_000_000, 4_000_000_000);
      },
    ],
    [
      "a file of three gigabytes",
      async (lock) => {
        await writeFile(lock, "");
        await truncate(lock, 3_000_000_000);
      },
    ],
    ["a folder in its place", (lock) => mkdir(lock)],
    ["a link that leads nowhere", (lock) => symlink(join(folder, "nowhere"), lock)],
    ["a pipe", (lock) => execa("mkfifo", [lock])],
  ];

  // Each is waited for 10 s; side by side they are a sixth of it.
  test("Whatever lies where a lock is to be, it is taken away once it has stayed the same for 10 s.", {
    timeout: 40_000,
  }, async () => {
    const written = ways.map(async ([, place], i) => {
      await place(join(folder, "manifests", `job-${i}.yaml.lock`));
      await store.write(`job-${i}`, record("ada"), undefined);
    });
    const ended = await Promise.allSettled(written);
    const failed = ways.filter((_, i) => ended[i]?.status === "rejected").map(([title]) => title);
    expect(failed).toEqual([]);
    expect((await readdir(join(folder, "manifests"))).sort()).toEqual(ways.map((_, i) => `job-${i}.yaml`));
  });

  test("A pipe in place of a record is an error, and not waited for.", async () => {
    await execa("mkfifo", [join(folder, "manifests", "orders.yaml")]);
    const failure = await failureOf(store.read("orders"));
    expect(failure.code).toBe("store-unreachable");
    expect(failure.message).toContain("orders.yaml is not a regular file");
  });
});

describe("a record is written on condition that nobody else did", () => {
  test("What was written is read, with the mark for the next write.", async () => {
    const mark = await store.write("orders", record("ada"), undefined);
    expect(await store.read("orders")).toMatchObject({ record: record("ada"), mark });
    expect(await store.list()).toEqual(["orders"]);
    expect(await readdir(join(folder, "manifests"))).toEqual(["orders.yaml"]);
  });

  test("Of two writers with one mark the second fails, is told who wrote, and the first one's record stays.", async () => {
    const mark = await store.write("orders", record("ada"), undefined);
    await store.write("orders", record("bob"), mark);
    const lost = await failureOf(store.write("orders", record("cyd"), mark));
    expect(lost.code).toBe("record-conflict");
    expect(lost.message).toContain("bob wrote it at 2026-01-02T03:04:05.000Z");
    expect((await store.read("orders"))?.record.written?.by).toBe("bob");
  });

  test("A new record is refused where there is one already, and a change of one that is gone.", async () => {
    const mark = await store.write("orders", record("ada"), undefined);
    expect((await failureOf(store.write("orders", record("bob"), undefined))).code).toBe("record-conflict");
    await rm(join(folder, "manifests", "orders.yaml"));
    expect(await store.read("orders")).toBeUndefined();
    expect((await failureOf(store.write("orders", record("cyd"), mark))).message).toContain("wrote or removed it");
  });

  test("Of twenty writers at once exactly one wins.", async () => {
    const writers = Array.from({ length: 20 }, (_, i) => store.write("orders", record(`writer ${i}`), undefined));
    const results = await Promise.allSettled(writers);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await readdir(join(folder, "manifests"))).toEqual(["orders.yaml"]);
  });
});

describe("a lock keeps writers apart", () => {
  const lock = () => join(folder, "manifests", "orders.yaml.lock");
  const lockSince = async (milliseconds: number) => {
    await mkdir(join(folder, "manifests"), { recursive: true });
    await writeFile(lock(), "1");
    const then = new Date(Date.now() - milliseconds);
    await utimes(lock(), then, then);
  };

  test("A lock whose holder died is taken over.", async () => {
    await lockSince(11_000);
    await store.write("orders", record("ada"), undefined);
    expect(await readdir(join(folder, "manifests"))).toEqual(["orders.yaml"]);
  });

  test("A fresh one is waited for.", async () => {
    await lockSince(0);
    let isWritten = false;
    const writing = store.write("orders", record("ada"), undefined).then(() => {
      isWritten = true;
    });
    await expect.poll(async () => (await readdir(join(folder, "manifests"))).length, { timeout: 200 }).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isWritten).toBe(false);
    await rm(lock());
    await writing;
    expect(await readdir(join(folder, "manifests"))).toEqual(["orders.yaml"]);
  });
});

describe("states are the complete ones of one version, oldest first", () => {
  const state = async (path: string, at: number, text = "state") => {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, "_metadata"), text);
    await utimes(join(folder, path, "_metadata"), new Date(at), new Date(at));
  };
  const paths = async (directory: string) =>
    (await store.states(`file://${folder}/${directory}`)).map(({ path }) => path.slice(`file://${folder}/`.length));

  test("What is not complete is left out, and so is the version whose number begins the same.", async () => {
    await state("c/1/aa/chk-7", 2000);
    await state("c/1/aa/chk-8", 3000, "");
    await mkdir(join(folder, "c/1/aa/chk-9"), { recursive: true });
    await state("c/1/aa/shared", 9000);
    await writeFile(join(folder, "c/1/aa/chk-6_$folder$"), "");
    await state("c/1/bb/savepoint-bb-1", 1000);
    await state("c/10/aa/chk-1", 4000);
    expect(await paths("c/1")).toEqual(["c/1/bb/savepoint-bb-1", "c/1/aa/chk-7"]);
    expect(await paths("c/2")).toEqual([]);
  });

  test("More than a thousand are listed; of two of one moment the higher number is the newer.", async () => {
    for (let n = 1; n <= 1200; n++) await state(`c/1/aa/chk-${n}`, n < 1199 ? n * 1000 : 5_000_000);
    const found = await paths("c/1");
    expect(found).toHaveLength(1200);
    expect(found.slice(-3)).toEqual(["c/1/aa/chk-1198", "c/1/aa/chk-1199", "c/1/aa/chk-1200"]);
  });
});

describe("the directory of a state", () => {
  const NAME = "savepoint-aaaaaa-000000000001";
  const place = async (path: string, text: string) => {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const paths = async (directory: string) =>
    (await store.files(`file://${folder}/${directory}`)).map(({ path }) => path.slice(`file://${folder}/`.length));

  test("is listed with sizes and times, read, and deleted with all below it and nothing beside it.", async () => {
    await place(`s/1/${NAME}/_metadata`, "meta");
    await place(`s/1/${NAME}/deep/part`, "x");
    await place("s/1/other", "stays");
    await utimes(join(folder, `s/1/${NAME}/_metadata`), new Date(1000), new Date(1000));
    expect((await store.files(`file://${folder}/s/1/${NAME}`)).find(({ bytes }) => bytes === 4)).toEqual({
      path: `file://${folder}/s/1/${NAME}/_metadata`,
      bytes: 4,
      at: 1000,
    });
    const metadata = await store.content(`file://${folder}/s/1/${NAME}/_metadata`);
    expect(Buffer.from(metadata ?? "").toString()).toBe("meta");
    expect(await store.content(`file://${folder}/s/1/none/_metadata`)).toBeUndefined();
    await store.remove(`file://${folder}/s/1/${NAME}`);
    expect(await paths("s")).toEqual(["s/1/other"]);
    await store.remove(`file://${folder}/s/1/${NAME}`);
    expect(await paths("none")).toEqual([]);
  });

  test.each(["s/1", "s", `s/1/${NAME}/deep`, "s/1/by-hand", ""])("Nothing else is ever deleted: %s", async (path) => {
    await place(`s/1/${NAME}/deep/part`, "x");
    await place("s/1/by-hand/part", "x");
    const before = await paths("s");
    await expect(store.remove(`file://${folder}/${path}`)).rejects.toThrow("is not the directory of a state");
    expect(await paths("s")).toEqual(before);
  });

  test("A link in it is deleted, and not what it leads to.", async () => {
    await place("elsewhere/kept", "x");
    await place(`s/1/${NAME}/_metadata`, "meta");
    await symlink(join(folder, "elsewhere"), join(folder, `s/1/${NAME}/link`));
    await store.remove(`file://${folder}/s/1/${NAME}`);
    expect(await paths("elsewhere")).toEqual(["elsewhere/kept"]);
    expect(await paths("s")).toEqual([]);
  });
});

test("A folder that cannot be used is an error, and never an empty store.", async () => {
  await writeFile(join(folder, "manifests"), "a file");
  expect((await failureOf(store.read("orders"))).code).toBe("store-unreachable");
  expect((await failureOf(store.list())).code).toBe("store-unreachable");
});
