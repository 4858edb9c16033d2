/** The door of remember/: records of jobs in the store. */

export { RecordWriter } from "./record-writer.js";
export { openStore, type Store, type Stored } from "./store.js";
