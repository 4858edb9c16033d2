/** Java programs that end with the deployment: they plan or start something, and are done before a JVM has warmed up. */

/**
 * Environment for Flink's scripts and PyFlink, which start Java with JVM_ARGS. Without the optimizing compiler such a
 * program takes about half the processor time. What the user has set there comes later, and wins.
 */
export function shortLived(): { readonly JVM_ARGS: string } {
  return { JVM_ARGS: `-XX:TieredStopAtLevel=1 ${process.env.JVM_ARGS ?? ""}`.trimEnd() };
}
