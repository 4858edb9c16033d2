/** RESOURCE JobStore: the store as a whole, with the records that have no manifest and the states that nobody needs any more. */

import type { dynamic, Input, ResourceOptions } from "@pulumi/pulumi";
import { z } from "zod";
import { deleteStates, findStrangers, outlivedStates, retire, StoreMoves, type Strangers } from "../act/index.js";
import { activityForJobs, ClusterUnreachable, reachable, reached, type World } from "../ask/index.js";
import {
  ownedWords,
  reasonOf,
  removedWords,
  retentionWords,
  retireRefusal,
  retireWords,
  type StateDirectory,
  shortHash,
  strangerWords,
  UserError,
} from "../decide/index.js";
import { connectionsOf, FlinkRest, listJobs, MOMENT_MS, type Patience } from "../flink/index.js";
import { openStore } from "../remember/index.js";
import type { JobStoreArgs } from "./arguments.js";
import { DynamicResource, type Hooks, providerOf, UNKNOWN } from "./seam/dynamic.js";
import { tell, tellProgress } from "./seam/engine-log.js";
import { Findings } from "./seam/findings.js";
import { argumentsAs, inputsAs } from "./seam/inputs.js";
import { unlessRefused } from "./seam/refusals.js";
import { storeWire } from "./wire.js";

const Given = z.object({
  /** Address of the store's own messages: see engine-log.ts. */
  self: z.string(),
  store: z.string(),
  /** In the preview the whole of a cluster that will be replaced is one unknown value. */
  cluster: z.union([z.literal(UNKNOWN), z.object({ restUrl: z.string(), activity: z.string() })]),
  /** Names of the jobs that the stack has a manifest for. */
  manifests: z.array(z.string()),
  /** Names of jobs without a manifest that are to be stopped. */
  retire: z.array(z.string()),
  /** Undefined: nothing is ever deleted. */
  retain: z.object({ versions: z.number(), days: z.number() }).optional(),
  startSeconds: z.number(),
  savepointSeconds: z.number(),
  requestSeconds: z.number(),
});
type StoreInputs = z.infer<typeof Given>;

/** What check finds to be done. `undecided`: that `up` has to look again, since now not all can be known. */
const PlanInput = z.object({ retires: z.array(z.string()), deletions: z.number(), undecided: z.boolean() });
type PlanInput = z.infer<typeof PlanInput>;

const Checked = Given.extend({ plan: PlanInput });

const NOTHING: PlanInput = { retires: [], deletions: 0, undecided: false };

type Sent = { readonly [K in keyof StoreInputs]: Input<K extends "cluster" ? object : StoreInputs[K]> };

export class JobStore extends DynamicResource {
  constructor(name: string, args: JobStoreArgs, options?: ResourceOptions) {
    const wire: Sent = storeWire(name, args, options?.parent);
    super(providerOf("job-store"), name, { ...wire, plan: undefined }, options, "flink", "JobStore");
  }
}

const findings = new Findings<PlanInput>();

export const hooks: Hooks = {
  async check(olds, news) {
    const found = argumentsAs(Given, news);
    if ("failures" in found) return { inputs: news, failures: found.failures };
    const inputs = found.given;
    const before = Given.pick({ manifests: true }).safeParse(olds).data?.manifests ?? [];
    try {
      unlessRefused();
      return planned(inputs, await planInput(inputs, before));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error.code !== "store-unreachable") return { inputs, failures: [{ property: "", reason: error.message }] };
      // A bucket that is yet to be made keeps nobody from a preview; a job that needs it says so itself.
      await tell(inputs.self, undecidedWords(`${error.parts.what}: ${error.parts.cause}`), "warning");
      return planned(inputs, { ...NOTHING, undecided: inputs.retire.length > 0 });
    }
  },

  async diff(_id, _olds, news) {
    const { self, plan } = inputsAs(Checked, news);
    const { retires, deletions, undecided } = findings.latest(self) ?? plan;
    return { changes: retires.length > 0 || deletions > 0 || undecided };
  },

  async create(inputs) {
    const store = inputsAs(Checked, inputs);
    await tend(store);
    return { id: `store-${shortHash(store.self)}`, outs: store };
  },

  async update(_id, _olds, news) {
    const store = inputsAs(Checked, news);
    await tend(store);
    return { outs: store };
  },

  /** Records and states outlive the stack. */
  async delete() {},

  /** Not which manifests there were: the last update may have known others than the one that made these outputs. */
  async read(id, props) {
    const store = inputsAs(Checked, props);
    findings.forget(store.self);
    return { id, props: store, inputs: { ...store, manifests: [] } } as dynamic.ReadResult;
  },
};

/** An input too, since states of all releases have it. */
function planned(inputs: StoreInputs, plan: PlanInput): dynamic.CheckResult {
  findings.note(inputs.self, plan);
  return { inputs: { ...inputs, plan } };
}

/** Looks, and says what is there and what `up` does. */
async function planInput(inputs: StoreInputs, manifestsBefore: readonly string[]): Promise<PlanInput> {
  const world = worldOf(inputs);
  if (!world) return notKnownYet(inputs);
  const mine = new Set(inputs.manifests);
  const asked = new Set(inputs.retire);
  const found = await findStrangers(world, mine, asked, () => reached(() => listJobs(world.rest, MOMENT_MS)));
  await tellStrangers(inputs, found, new Set(manifestsBefore));
  for (const stranger of found.retired) {
    const refusal = retireRefusal(stranger);
    if (refusal) throw new UserError("plan-refused", refusal);
  }
  const outlived = await outlivedOrNothing(inputs, world);
  if (found.unreachable !== undefined && found.retired.length > 0)
    await tell(inputs.self, undecidedWords(`cluster unreachable: ${found.unreachable}`), "warning");
  const words = [
    ...(found.unreachable === undefined ? found.retired.map(retireWords) : []),
    ...(inputs.retain && outlived.length > 0 ? [retentionWords(outlived, inputs.retain, "deletes", Date.now())] : []),
  ];
  if (words.length > 0) await tell(inputs.self, words.join("\n"));
  const retires = found.retired.map(({ name }) => name);
  return { retires, deletions: outlived.length, undecided: false };
}

function worldOf({ store, cluster, requestSeconds }: StoreInputs, patience: Patience = "prompt"): World | undefined {
  if (store.includes(UNKNOWN) || cluster === UNKNOWN || cluster.restUrl === UNKNOWN) return undefined;
  const { restUrl, activity } = cluster;
  if (restUrl === "" && activity === "unreachable") return undefined;
  return {
    store: openStore(store),
    rest: new FlinkRest(connectionsOf(cluster, requestSeconds, patience).jobManager),
    activity: activityForJobs(activity),
  };
}

const undecidedWords = (why: string) => `store: cannot be checked now (${why}); \`pulumi up\` will decide`;

async function notKnownYet({ self, retire: asked, retain }: StoreInputs): Promise<PlanInput> {
  if (asked.length === 0 && !retain) return NOTHING;
  await tell(self, undecidedWords("the address of the store or of the cluster is not known yet"), "warning");
  return { ...NOTHING, undecided: true };
}

/**
 * Whose manifest was there at the last update is about to be deleted by the engine, which calls no hook for that before
 * it does it. If that fails, or the stack has lost its state, its record is reported with those that other stacks own.
 */
async function tellStrangers({ self }: StoreInputs, found: Strangers, before: ReadonlySet<string>): Promise<void> {
  const owned = found.left.filter(({ name, record }) => record.resourceId !== undefined && !before.has(name));
  const removed = found.left.filter(({ name, record }) => record.resourceId !== undefined && before.has(name));
  if (removed.length > 0) await tell(self, removed.map(removedWords).join("\n"));
  if (owned.length > 0) await tell(self, ownedWords(owned));
  const words = [
    ...found.left.filter(({ record }) => record.resourceId === undefined).map(strangerWords),
    ...found.damaged.map((name) => `store: ${name}: has no manifest, and its record cannot be read; not touched`),
  ];
  if (words.length > 0) await tell(self, words.join("\n"), "warning");
}

/** Where anything cannot be looked at, nothing is deleted; that must not keep jobs from being deployed. */
async function outlivedOrNothing(inputs: StoreInputs, world: World): Promise<readonly StateDirectory[]> {
  const { retain: rule, manifests: managed, self } = inputs;
  if (!rule) return [];
  try {
    return await outlivedStates({ world, rule, managed, now: Date.now() });
  } catch (error) {
    const isKnown = [UserError, ClusterUnreachable, StoreMoves].some((kind) => error instanceof kind);
    if (!isKnown) throw error;
    const why = error instanceof UserError ? (error.parts.cause ?? error.parts.what) : reasonOf(error);
    await tell(self, `store: no old states are deleted, since not all could be read: ${why}`, "warning");
    return [];
  }
}

/** Looks again and does it: what was true in the preview may not be true any more. */
async function tend(inputs: StoreInputs): Promise<void> {
  const world = worldOf(inputs, "patient");
  if (!world) return;
  const now: World = { ...world, activity: "none" };
  const progress = tellProgress(inputs.self);
  for (const name of inputs.retire)
    await reachable(name, "the job was not retired", () => retire(name, now, inputs, progress));
  const outlived = await outlivedOrNothing(inputs, now);
  if (!inputs.retain || outlived.length === 0) return;
  await deleteStates(now.store, outlived, progress);
  await tell(inputs.self, retentionWords(outlived, inputs.retain, "deleted", Date.now()));
}
