/** A web page of another origin can neither read from a local cluster nor make it do anything; its own dashboard can. */
/// <reference lib="dom" />

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLocalOrNothing, stopLocal } from "../../../provider/cluster/local/local.js";
import { gatewayAt } from "../../support/clients.js";
import { localSpec } from "../../support/clusters/cluster.js";
import { Flink } from "../../support/clusters/flink.js";
import { openBrowser, servePage } from "../../support/servers/browser.js";
import { until } from "../../support/until.js";

const REBOUND = "rebound.example";

let folder: string;
let restUrl: string;
let gatewayUrl: string;
let flink: Flink;
let jobId: string;
let browser: Browser;
let page: Page;
let strange: Awaited<ReturnType<typeof servePage>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "web-page-"));
  const spec = await localSpec(folder, 1);
  const starting = startLocalOrNothing(spec, () => undefined);
  [browser, strange] = await Promise.all([openBrowser([REBOUND]), servePage(), starting]);
  restUrl = `http://127.0.0.1:${spec.restPort}`;
  gatewayUrl = `http://127.0.0.1:${spec.gatewayPort}`;
  flink = new Flink(restUrl);
  jobId = await startJob(spec.restPort);
});
afterAll(async () => {
  await browser?.close();
  strange?.close();
  await stopLocal(folder);
  await rm(folder, { recursive: true, force: true });
});

/** Through the gateway, as the project does it. */
async function startJob(restPort: number): Promise<string> {
  const gateway = gatewayAt(gatewayUrl, 10_000);
  const target = { "execution.target": "remote", "rest.address": "127.0.0.1", "rest.port": String(restPort) };
  const session = await gateway.openSession("test", { ...target, "pipeline.name": "victim" });
  const run = (sql: string) => gateway.execute(session, sql, {}, 60_000);
  await run("CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1')");
  await run("CREATE TABLE nothing (n INT) WITH ('connector' = 'blackhole')");
  await run("INSERT INTO nothing SELECT n FROM numbers");
  return until("the job", 30, async () => (await flink.alive("victim")).find(({ state }) => state === "RUNNING")?.jid);
}

/** Shows a page, does something in it, and gives the statuses of what Flink answered meanwhile. */
async function statuses(url: string, act: (page: Page) => Promise<unknown>): Promise<number[]> {
  page = await browser.newPage();
  const seen: number[] = [];
  try {
    await page.goto(url);
    const isFlinks = (asked: string) => [restUrl, gatewayUrl].some((own) => new URL(asked).port === new URL(own).port);
    page.on("response", (response) => {
      if (isFlinks(response.url())) seen.push(response.status());
    });
    await act(page);
    return seen;
  } finally {
    await page.close();
  }
}

/** A page can see the answer: its text, or why not. */
const read = (url: string, init: RequestInit = {}) =>
  page.evaluate(([at, how]) => fetch(at, how).then((answer) => answer.text(), String), [url, init] as const);

interface Form {
  readonly action: string;
  readonly enctype: string;
}

/** Sends a form into a frame, as a page does without a word to who reads it. */
const post = (form: Form) =>
  page.evaluate(async ({ action, enctype }) => {
    const target = `target-${document.forms.length}`;
    const frame = Object.assign(document.createElement("iframe"), { name: target });
    const sent = Object.assign(document.createElement("form"), { action, enctype, method: "post", target });
    // As text/plain this is JSON: {"sessionName=": "x"}.
    const input = Object.assign(document.createElement("input"), { name: '{"sessionName', value: '":"x"}' });
    sent.append(input);
    document.body.append(frame, sent);
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    sent.submit();
    await loaded;
  }, form);

const show = (tag: "img" | "iframe", src: string) =>
  page.evaluate(
    ([name, from]) =>
      new Promise((resolve) => {
        const element = Object.assign(document.createElement(name), { src: from, onload: resolve, onerror: resolve });
        document.body.append(element);
      }),
    [tag, src] as const,
  );

const origins: readonly (readonly [string, () => string])[] = [
  ["another port", () => `http://127.0.0.1:${strange.port}/`],
  ["another name of this machine", () => `http://localhost:${strange.port}/`],
  ["another host", () => `http://${REBOUND}:${strange.port}/`],
];

describe.each(origins)("A page at %s", (_, origin) => {
  test("cannot read anything.", async () => {
    const seen = await statuses(origin(), async () => {
      for (const url of [`${restUrl}/jobs/overview`, `${restUrl}/jobmanager/config`, `${gatewayUrl}/v2/info`])
        expect(await read(url)).toMatch(/TypeError: Failed to fetch/u);
    });
    expect(seen.every((status) => status === 403)).toBe(true);
  });

  test("cannot make either of them do anything, by fetch, form, upload, picture or frame.", async () => {
    const jar = "--x\r\nContent-Disposition: form-data; name=jarfile; filename=x.jar\r\n\r\nx\r\n--x--\r\n";
    const multipart = { "content-type": "multipart/form-data; boundary=x" };
    const asText = { method: "POST", mode: "no-cors", body: "{}", headers: { "content-type": "text/plain" } } as const;
    const seen = await statuses(origin(), async () => {
      await read(`${gatewayUrl}/v2/sessions`, asText);
      await read(`${gatewayUrl}/v2/sessions`, { ...asText, mode: "cors" });
      await read(`${restUrl}/jars/upload`, { ...asText, body: jar, headers: multipart });
      await read(`${restUrl}/jobs`, { ...asText, body: jar, headers: multipart });
      for (const enctype of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]) {
        await post({ action: `${gatewayUrl}/v2/sessions`, enctype });
        await post({ action: `${restUrl}/jobs/${jobId}/stop`, enctype });
      }
      for (const tag of ["img", "iframe"] as const) await show(tag, `${restUrl}/jobs/${jobId}/yarn-cancel`);
    });
    expect(seen.length).toBeGreaterThan(8);
    expect(new Set(seen)).toEqual(new Set([403]));
    expect((await flink.one("victim")).jid).toBe(jobId);
  });

  test("can link to the dashboard, and to nothing else.", async () => {
    const follow = (url: string) =>
      statuses(origin(), async () => {
        await page.evaluate((href) => location.assign(href), url);
        await page.waitForURL(`${url}**`);
      });
    expect((await follow(`${restUrl}/`))[0]).toBe(200);
    expect((await follow(`${restUrl}/jobs/${jobId}/yarn-cancel`))[0]).toBe(403);
  });
});

test("A host name that was made to lead here is refused by both, though the page is of the same origin then.", async () => {
  for (const url of [restUrl, gatewayUrl]) {
    const rebound = url.replace("127.0.0.1", REBOUND);
    page = await browser.newPage();
    const answer = await page.goto(`${rebound}/`);
    expect(answer?.status()).toBe(403);
    expect(await read(`${rebound}/jobs/overview`)).toBe(
      "Refused: this Flink answers programs and pages of its own machine only.\n",
    );
    await page.close();
  }
});

test.each<[string, Record<string, string>, number]>([
  ["no sign of a browser", {}, 200],
  ["its own name and port", { host: "localhost:8081", origin: "http://localhost:8081" }, 200],
  ["the address of IPv6", { host: "[::1]:8081" }, 200],
  ["another port in the origin", { host: "localhost:8081", origin: "http://localhost:8082" }, 403],
  ["an origin that is none", { origin: "null" }, 403],
  ["a name that begins like one", { host: "localhost.example:8081" }, 403],
  ["a name that ends like one", { host: "x.localhost" }, 403],
  ["another site", { "sec-fetch-site": "cross-site" }, 403],
  ["another port of this site", { "sec-fetch-site": "same-site" }, 403],
  ["a page of its own", { "sec-fetch-site": "same-origin" }, 200],
])("A request with %s", async (_, headers, expected) => {
  for (const url of [`${restUrl}/overview`, `${gatewayUrl}/v2/info`]) {
    const answer = await ask(url, { headers });
    expect(answer.headers["access-control-allow-origin"]).not.toBe("*");
    expect(answer.status).toBe(expected);
  }
});

test("A refused upload is not read, and its connection is closed.", async () => {
  const { status, headers } = await ask(`${restUrl}/jobs`, {
    method: "POST",
    headers: { origin: "http://x.example", "content-type": "multipart/form-data; boundary=x" },
    body: `--x\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n${"x".repeat(1000)}\r\n--x--\r\n`,
  });
  expect([status, headers.connection]).toEqual([403, "close"]);
});

interface Asked {
  readonly method?: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Unlike fetch it sends any header, as a program may. */
function ask(url: string, { body, ...options }: Asked): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    sent.on("error", reject).end(body);
  });
}

test("The dashboard shows the jobs and cancels one, under each of its names; the project's own requests go through.", async () => {
  for (const url of [restUrl, restUrl.replace("127.0.0.1", "localhost")]) {
    page = await browser.newPage();
    await page.goto(`${url}/#/job/running`);
    await page.getByText("victim").first().waitFor({ timeout: 20_000 });
    await page.close();
  }
  await statuses(restUrl, () => read(`${restUrl}/jobs/${jobId}/yarn-cancel`));
  await until("the job's end", 20, async () => ((await flink.alive("victim")).length === 0 ? true : undefined));
});

test("The guard is made of its source.", async () => {
  const file = join(folder, "made.jar");
  await execa("node", ["scripts/guard.mjs", file]);
  expect((await readFile(file)).equals(await readFile("provider/cluster/guard/local-only.jar"))).toBe(true);
});
