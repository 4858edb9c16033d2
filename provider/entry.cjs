/** What Pulumi's provider process loads: TypeScript modules of this folder, by name. */
"use strict";

require("tsx/cjs");

/** Gives the hooks of one resource. */
module.exports = (resource) => require(`./${resource}.ts`).hooks;
