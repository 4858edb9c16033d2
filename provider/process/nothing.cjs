/** In place of what a server for dynamic resources loads and never uses: the tools that turn functions into text. */
"use strict";

module.exports = {};
