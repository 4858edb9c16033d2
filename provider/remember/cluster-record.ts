/** The cluster of a start, as a record has it. */

import { z } from "zod";
import type { Place } from "../decide/index.js";

const InFile = z.object({
  target: z.string(),
  "rest-url": z.string(),
  "gateway-url": z.string().optional(),
  host: z.string().optional(),
  folder: z.string().optional(),
  "resource-managers": z.array(z.string()).readonly().optional(),
  "application-id": z.string().optional(),
});

/** Where it was started; see decide/cluster/place.ts. What is empty is not written. */
export const Cluster = z.codec(InFile, z.custom<Place>(), {
  decode: ({ target, host, folder, ...rest }) => ({
    target,
    restUrl: rest["rest-url"],
    gatewayUrl: rest["gateway-url"],
    host,
    folder,
    resourceManagers: rest["resource-managers"],
    applicationId: rest["application-id"],
  }),
  encode: ({ target, restUrl, gatewayUrl, host, folder, resourceManagers, applicationId }) => ({
    target,
    "rest-url": restUrl,
    "gateway-url": gatewayUrl || undefined,
    host: host || undefined,
    folder: folder || undefined,
    "resource-managers": resourceManagers,
    "application-id": applicationId || undefined,
  }),
});
