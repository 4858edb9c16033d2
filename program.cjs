/**
 * What Pulumi starts: index.ts, compiled when it changed, without type checks (`npm run check` has them).
 * Here and not as an option in Pulumi.yaml, since older Node language hosts do not hear of such options.
 */
"use strict";

module.exports = require("./provider/compiled.cjs")("index.ts");
