/** What Pulumi's provider process loads: TypeScript modules of this folder, by name. */
"use strict";

const compiled = require("./compiled.cjs");

/** Gives the hooks of one resource. */
module.exports = (resource) => compiled("provider/hooks.ts")[resource];
