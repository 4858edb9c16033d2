import type { dynamic } from "@pulumi/pulumi";

declare const shims: Readonly<Record<"flink-sql-job" | "session-cluster" | "job-store", dynamic.ResourceProvider>>;
export = shims;
