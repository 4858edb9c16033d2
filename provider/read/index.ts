/** The door of read/: what a person wrote, manifests and configuration, becomes what is desired. */

export {
  excerpt,
  type Loaded,
  type LoadedJob,
  loadManifests,
  locate,
  locateAll,
  locateOption,
} from "./manifests/load-manifests.js";
export { readSettings, type Settings } from "./settings/settings.js";
