/** The provider process: Pulumi's own server for dynamic resources and the hooks, compiled into one piece. */
"use strict";

const compiled = require("../compiled.cjs");

// What a stack's state names as the code of its resources asks for the hooks alone: they are these.
compiled.stands("provider/hooks.ts", compiled("provider/process/piece.ts"));
