import { describe, expect, test } from "vitest";
import { propertiesAsText } from "../../../../provider/decide/job/manifest.js";
import {
  currentName,
  effectiveProperties,
  propertyRemarks,
  stateDirectories,
  withCurrentNames,
} from "../../../../provider/decide/job/properties.js";

const job = (flinkProperties: Record<string, string> = {}) => ({ name: "orders", flinkProperties });

describe("old names of options become current ones", () => {
  test.each([
    ["state.checkpoints.dir", "execution.checkpointing.dir"],
    ["state.savepoints.dir", "execution.checkpointing.savepoint-dir"],
    ["restart-strategy", "restart-strategy.type"],
    ["parallelism.default", "parallelism.default"],
    ["constructor", "constructor"],
  ])("%s", (old, current) => {
    expect(currentName(old)).toBe(current);
  });

  test("Where both names are given, the current one wins, whatever the order.", () => {
    expect(withCurrentNames({ "execution.checkpointing.dir": "new", "state.checkpoints.dir": "old" })).toEqual({
      "execution.checkpointing.dir": "new",
    });
  });
});

describe("options that a manifest should not hold are remarked on", () => {
  test.each([
    [{ "pipeline.name": "orders" }, []],
    [{ "parallelism.default": "2" }, []],
    [{ "pipeline.name": "order" }, [["error", "pipeline.name"]]],
    [{ "execution.state-recovery.path": "/x" }, [["error", "execution.state-recovery.path"]]],
    [{ "execution.savepoint.path": "/x" }, [["error", "execution.savepoint.path"]]],
    [{ "execution.target": "local" }, [["error", "execution.target"]]],
    [{ "$internal.pipeline.job-id": "x" }, [["error", "$internal.pipeline.job-id"]]],
    [{ "$internal.deployer.config-dir": "x" }, [["error", "$internal.deployer.config-dir"]]],
    [{ "table.dml-sync": "true" }, [["error", "table.dml-sync"]]],
    [{ "table.catalog-store.kind": "file" }, [["error", "table.catalog-store.kind"]]],
    [{ "execution.runtime-mode": "batch" }, []],
    [{ "state.backend.type": "nosuch" }, [["error", "state.backend.type"]]],
    [{ "state.backend": "rockdb" }, [["error", "state.backend"]]],
    [{ "state.backend.type": "com.example.Backend" }, []],
    [{ "state.backend.type": "RocksDB" }, []],
    [{ "restart-strategy": "fixed" }, [["error", "restart-strategy"]]],
    [{ "restart-strategy.type": "fixed-delay" }, []],
    [{ constructor: "x" }, []],
    [{ "parallelism.default": "8", "pipeline.max-parallelism": "4" }, [["error", "parallelism.default"]]],
    [{ "state.checkpoints.num-retained": "3" }, [["warning", "state.checkpoints.num-retained"]]],
    [{ "execution.checkpointing.num-retained": "3" }, [["warning", "execution.checkpointing.num-retained"]]],
    [{ "state.backend": "rocksdb", "state.backend.type": "rocksdb" }, [["error", "state.backend"]]],
  ])("%j", (properties, expected) => {
    const remarks = propertyRemarks(job(properties as unknown as Record<string, string>));
    expect(remarks.map(({ severity, option }) => [severity, option])).toEqual(expected);
  });
});

describe("state lies below the store, or where the manifest says", () => {
  test.each([
    [{}, "s3://b/p/checkpoints/orders", "s3://b/p/savepoints/orders"],
    [{ "state.checkpoints.dir": "s3://c/x" }, "s3://c/x", "s3://b/p/savepoints/orders"],
    [{ "execution.checkpointing.savepoint-dir": "s3://c/y" }, "s3://b/p/checkpoints/orders", "s3://c/y"],
  ])("%j", (properties, checkpoints, savepoints) => {
    const given = job(properties as unknown as Record<string, string>);
    expect(stateDirectories(given, "s3://b/p/")).toEqual({ checkpoints, savepoints });
  });
});

test("A version is started with its own directories, the job's name, and defaults that the manifest may change.", () => {
  const directories = { checkpoints: "s3://b/c/", savepoints: "s3://b/s" };
  expect(
    effectiveProperties(job({ "state.checkpoints.dir": "s3://b/c/", "restart-strategy": "none" }), directories, 10),
  ).toEqual({
    "execution.checkpointing.dir": "s3://b/c/10",
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "execution.checkpointing.interval": "60 s",
    "execution.checkpointing.savepoint-dir": "s3://b/s/10",
    "pipeline.name": "orders",
    "restart-strategy.type": "none",
  });
  const own = job({ "execution.checkpointing.interval": "1 s" });
  expect(effectiveProperties(own, directories, 1)["execution.checkpointing.interval"]).toBe("1 s");
});

test("true, 4 and '4' are texts to Flink.", () => {
  expect(propertiesAsText({ a: true, b: 4, c: "4" })).toEqual({ a: "true", b: "4", c: "4" });
});
