/** The door of store/: folders and buckets, which know texts and files. */

export { type Backend, type StateFiles, TextMoved } from "./backend.js";
export { FileBackend } from "./file.js";
export { inParallel } from "./in-parallel.js";
export { S3Backend } from "./s3.js";
export { isS3, parseS3Address, type S3Address, s3FlinkEnvironment, s3FlinkOptions } from "./s3-client.js";
