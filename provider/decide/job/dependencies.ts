/** Files that a job takes along: Python modules, requirements, archives and jars, as Flink's options name them. */

/** Keys of a manifest's `pyflink`, the option of Flink that each stands for, and what stands between two paths in it. */
export const DEPENDENCY_OPTIONS = {
  requirements: { option: "python.requirements", separator: "," },
  files: { option: "python.files", separator: "," },
  archives: { option: "python.archives", separator: "," },
  jars: { option: "pipeline.jars", separator: ";" },
} as const;

const BY_OPTION = new Map(
  Object.values(DEPENDENCY_OPTIONS).map(({ option, separator }) => [option as string, separator]),
);

/** Paths of the project that an option names; those elsewhere (a URL, an absolute path) are not ours to watch. */
export function projectPaths(option: string, value: string): string[] {
  const separator = BY_OPTION.get(option);
  if (separator === undefined) return [];
  return value
    .split(separator)
    .flatMap((entry) => pathsOf(option, entry))
    .filter(isRelative);
}

/** Of each option that names them, the entries of a list: `[pipeline.jars, file:///jobs/functions.jar]`. */
export function dependencyEntries(properties: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(properties).flatMap(([option, value]) => {
    const separator = BY_OPTION.get(option);
    if (separator === undefined) return [];
    const entries = value.split(separator).map((entry) => entry.trim());
    return entries.filter((entry) => entry !== "").map((entry) => [option, entry] as const);
  });
}

/** True where all that a job takes along lies in the project, whose content is known. */
export function hasOnlyProjectFiles(properties: Readonly<Record<string, string>>): boolean {
  return dependencyEntries(properties).every(([option, entry]) => pathsOf(option, entry).every(isRelative));
}

/** The same options with the project's paths made absolute by `resolve`: Flink's client may run in another folder. */
export function withAbsolutePaths(
  properties: Readonly<Record<string, string>>,
  resolve: (path: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([option, value]) => {
      const separator = BY_OPTION.get(option);
      if (separator === undefined) return [option, value];
      const absolute = value.split(separator).map((entry) => absoluteEntry(option, entry.trim(), resolve));
      return [option, absolute.join(separator)];
    }),
  );
}

/** Jars are URLs to Flink, the rest are paths. */
function absoluteEntry(option: string, entry: string, resolve: (path: string) => string): string {
  const paths = pathsOf(option, entry).map((path) => (isRelative(path) ? resolve(path) : path));
  if (option === DEPENDENCY_OPTIONS.requirements.option) return paths.join("#");
  const [path = ""] = pathsOf(option, entry);
  if (!isRelative(path)) return entry;
  const absolute = paths[0] + entry.slice(path.length);
  return option === DEPENDENCY_OPTIONS.jars.option ? `file://${absolute}` : absolute;
}

/** Behind `#` stands what Flink calls the file on the workers; of requirements, a folder with packages to install from. */
function pathsOf(option: string, entry: string): string[] {
  const [path = "", behind] = entry.trim().split("#", 2);
  return option === DEPENDENCY_OPTIONS.requirements.option && behind ? [path, behind] : [path];
}

function isRelative(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !/^[a-z][a-z0-9+.-]*:/iu.test(path);
}
