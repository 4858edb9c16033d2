/** A process of its own for one run of the small engine: what is to be done comes in as JSON, what came of it goes out. */
"use strict";

require("../../../../provider/compiled.cjs")("test/support/stories/small-engine/main.ts");
