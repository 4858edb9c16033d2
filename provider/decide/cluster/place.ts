/** Where a job was started: what its cluster is found by later, whatever its stack is called by then. No credentials. */

export interface Place {
  /** `local`, `remote` or `yarn`. */
  readonly target: string;
  /** Address of the JobManager at the time of the start. */
  readonly restUrl: string;
  /** Address of the SQL Gateway; absent where there was none. */
  readonly gatewayUrl?: string | undefined;
  /** Name of the machine where the address means something on that machine only. */
  readonly host?: string | undefined;
  /** `local`: absolute folder of the cluster. */
  readonly folder?: string | undefined;
  /** `yarn`: addresses of the ResourceManagers, and the application. */
  readonly resourceManagers?: readonly string[] | undefined;
  readonly applicationId?: string | undefined;
}

/** An address of this machine's own, which leads elsewhere on another one. */
export function isLoopback(url: string): boolean {
  return /^[a-z]+:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?::|\/|$)/iu.test(url);
}

/** One cluster, as far as that can be told from its addresses. */
export function samePlace(a: Place, b: Place): boolean {
  if (a.applicationId || b.applicationId) return a.applicationId === b.applicationId;
  if (a.host !== b.host) return false;
  if (a.folder !== undefined && b.folder !== undefined) return a.folder === b.folder;
  return bare(a.restUrl) === bare(b.restUrl);
}

function bare(url: string): string {
  return url.replace(/\/+$/u, "").toLowerCase();
}

/** How a person knows it: its address, with what the address alone would not tell. */
export function placeWords({ restUrl, host, folder, applicationId }: Place): string {
  if (applicationId) return `${applicationId} on YARN`;
  if (folder) return `the local cluster in ${folder}${host ? ` on ${host}` : ""}`;
  return host ? `${restUrl} on ${host}` : restUrl;
}

/** What `choices["<job>"].lost` has to say so that a cluster which does not answer counts as gone. */
export function placeName({ restUrl, applicationId }: Place): string {
  return applicationId || bare(restUrl);
}
