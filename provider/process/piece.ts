/** What the provider process runs: Pulumi's server for dynamic resources, which starts when it is loaded, and the hooks. */

import "./cancelled.js";
import "./no-import.js";
import "@pulumi/pulumi/cmd/dynamic-provider/index.js";
import hooks from "../hooks.js";
import { endingWithEngine } from "./orphan.js";

export = endingWithEngine(hooks);
