/** Path → text. */
type Files = Readonly<Record<string, string>>;
export function namesTwice(files: Files): string[];
export function filesTwice(files: Files): string[];
export function longFiles(files: Files): string[];
export function workingFolder(files: Files): string[];
/** `files`: paths. */
export function fullFolders(files: readonly string[]): string[];
