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
  return value.split(separator).map(pathOf).filter(isRelative);
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

/** Jars are URLs to Flink, the rest are paths; behind `#` stands what Flink calls the file on the workers. */
function absoluteEntry(option: string, entry: string, resolve: (path: string) => string): string {
  const path = pathOf(entry);
  if (!isRelative(path)) return entry;
  const absolute = resolve(path) + entry.slice(path.length);
  return option === DEPENDENCY_OPTIONS.jars.option ? `file://${absolute}` : absolute;
}

function pathOf(entry: string): string {
  return entry.trim().replace(/#.*$/u, "");
}

function isRelative(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !/^[a-z][a-z0-9+.-]*:/iu.test(path);
}
