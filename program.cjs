/**
 * What Pulumi starts: index.ts, compiled when it changed, without type checks (`npm run check` has them).
 * Here and not as an option in Pulumi.yaml, since older Node language hosts do not hear of such options.
 */
"use strict";

/**
 * Pulumi takes a stack trace of each of its promises, and its host puts the positions of TypeScript into all of them, which
 * takes longer than all else that the program does. Ours come from the piece anyhow.
 */
Error.prepareStackTrace = undefined;

module.exports = require("./provider/compiled.cjs")("index.ts");
