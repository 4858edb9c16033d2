/** The cluster of a start, as a record has it. */

import { z } from "zod";
import type { Place } from "../decide/index.js";

/** Where it was started; see decide/cluster/place.ts. */
export const Cluster = z.object({
  target: z.string(),
  "rest-url": z.string(),
  "gateway-url": z.string().optional(),
  host: z.string().optional(),
  folder: z.string().optional(),
  "resource-managers": z.array(z.string()).optional(),
  "application-id": z.string().optional(),
});

/** A place again. */
export function fromCluster(cluster: z.infer<typeof Cluster>): Place {
  const { target, host, folder } = cluster;
  return {
    target,
    restUrl: cluster["rest-url"],
    gatewayUrl: cluster["gateway-url"],
    host,
    folder,
    resourceManagers: cluster["resource-managers"],
    applicationId: cluster["application-id"],
  };
}

export function toCluster(place: Place): z.infer<typeof Cluster> {
  const { target, restUrl, gatewayUrl, host, folder, resourceManagers, applicationId } = place;
  return {
    target,
    "rest-url": restUrl,
    ...(gatewayUrl && { "gateway-url": gatewayUrl }),
    ...(host && { host }),
    ...(folder && { folder }),
    ...(resourceManagers && { "resource-managers": [...resourceManagers] }),
    ...(applicationId && { "application-id": applicationId }),
  };
}
