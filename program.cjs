/**
 * What Pulumi starts: compiles index.ts on the fly, without type checks (`npm run check` has them) and cached.
 * Here and not as an option in Pulumi.yaml, since older Node language hosts do not hear of such options.
 */
"use strict";

require("tsx/cjs");

module.exports = require("./index.ts");
