/** The door of read/: what a person wrote, manifests and configuration, becomes what is desired. */

export { type FileDigests, filesOf } from "./manifests/load-files.js";
export {
  excerpt,
  type Loaded,
  type LoadedJob,
  loadManifests,
  locate,
  locateAll,
  locateOption,
} from "./manifests/load-manifests.js";
export { flinkHomeOf, pythonsOf } from "./settings/installed.js";
export { type OtherStack, readSettings, type Settings } from "./settings/settings.js";
export { DEFAULTS } from "./settings/settings-keys.js";
