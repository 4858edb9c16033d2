/** The door of workspace/: where files of this machine are that belong to the project. */

export { type Workspace, workspace } from "./workspace.js";
