/** The configuration key `yarn`: where YARN is, and whether its session is found there or is the stack's own. */

import { z } from "zod";

/** The name that yarn-session.sh gives without being told one. */
export const DEFAULT_SESSION_NAME = "Flink session cluster";

const Address = z
  .string()
  .regex(/^https?:\/\/[^/\s]+\/?$/u, "not an address of the form http://host:8088")
  .transform((address) => address.replace(/\/+$/u, ""));

const ApplicationId = z
  .string()
  .regex(/^application_\d+_\d+$/u, "not an id of the form application_1700000000000_0001");

/** The session that is looked for, or made. */
const Keys = z.strictObject({
  /** Web addresses of the ResourceManagers: more than one where YARN is highly available. */
  resourceManagers: z.preprocess(
    (given) => (typeof given === "string" ? [given] : given),
    z.array(Address).min(1, "name at least one ResourceManager"),
  ),
  applicationId: ApplicationId.optional(),
  name: z.string().min(1).optional(),
  queue: z.string().min(1).optional(),
  /** True: the session is the stack's, made and ended with it. */
  start: z.boolean().default(false),
  shipFiles: z.array(z.string().min(1)).default([]),
  /** True: a SQL Gateway is started on the machine that deploys. */
  gateway: z.boolean().default(false),
  caFile: z.string().min(1).optional(),
  /** A YARN that is gone for good, with all that ran on it: nobody can ask it any more. */
  lost: z.array(Address).default([]),
});
export type YarnOptions = z.output<typeof Keys>;

export const YarnOptions = Keys.superRefine((options, context) => {
  for (const message of contradictions(options)) context.addIssue({ code: "custom", message });
});

function contradictions({ applicationId, name, queue, start, shipFiles }: YarnOptions): string[] {
  return [
    ...(start && applicationId
      ? ["`start` starts a session for this stack, `applicationId` names an existing one: set only one of them"]
      : []),
    ...(applicationId && (name || queue) ? ["`applicationId` is enough: remove `name` and `queue`"] : []),
    ...(!start && shipFiles.length > 0 ? ["`shipFiles` are for a session that the stack starts: `start: true`"] : []),
  ];
}

/** What is wrong with the key beside others, for the list of all problems. */
export function yarnProblems(
  target: string,
  options: YarnOptions | undefined,
  gatewayUrl: string | undefined,
): string[] {
  if (target === "yarn" && !options)
    return ["yarn: target yarn needs `yarn.resourceManagers`, the web addresses of YARN's ResourceManagers"];
  if (target !== "yarn" && options) return [`yarn: is for target yarn, but the target is ${target}`];
  if (options?.gateway && gatewayUrl) return ["yarn.gateway: `gatewayUrl` is set too: remove one of them"];
  return [];
}
