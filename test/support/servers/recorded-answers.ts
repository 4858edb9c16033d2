/** Answers of Flink's JobManager and SQL Gateway, of YARN's ResourceManager and of S3, as they were recorded. */

export const JOB = "0a".repeat(16);
export const TRIGGER = "0b".repeat(16);

const CHECKPOINT = {
  id: 7,
  is_savepoint: false,
  checkpoint_type: "CHECKPOINT",
  latest_ack_timestamp: 1_767_225_600_123,
  state_size: 48_211,
  external_path: "file:/store/checkpoints/orders/chk-7",
  discarded: false,
};

const TASK = { id: "cbc357ccb763df2852fee8c4fc7d55f2", status: "RUNNING", parallelism: 2, slotSharingGroupId: "a1" };

/** Path below the address → answer, of a JobManager of Flink 2.3 with one job. */
export const JOB_MANAGER: Readonly<Record<string, unknown>> = {
  "/overview": {
    taskmanagers: 1,
    "slots-total": 8,
    "slots-available": 7,
    "jobs-running": 1,
    "flink-version": "2.3.0",
    "flink-commit": "d6a4f5d",
  },
  "/config": { "refresh-interval": 500, "timezone-name": "UTC", "flink-version": "2.3.0", features: {} },
  "/taskmanagers": { taskmanagers: [{ id: "127.0.0.1:41021-5a0f2c", slotsNumber: 8, freeSlots: 7 }] },
  "/jobmanager/config": [{ key: "high-availability.cluster-id", value: "application_1767225600000_0001" }],
  "/jobs/overview": {
    jobs: [
      {
        jid: JOB,
        name: "orders",
        state: "RUNNING",
        "start-time": 1_767_225_590_000,
        "end-time": -1,
        duration: 10_123,
        "last-modification": 1_767_225_591_000,
        tasks: { running: 2, canceling: 0, total: 2, finished: 0, initializing: 0 },
      },
    ],
  },
  [`/jobs/${JOB}`]: {
    jid: JOB,
    name: "orders",
    state: "RUNNING",
    vertices: [TASK],
    plan: { jid: JOB, nodes: [{ id: TASK.id, parallelism: 2, description: "Source: orders[1]", inputs: [] }] },
  },
  [`/jobs/${JOB}/checkpoints`]: {
    counts: { restored: 1, total: 7, in_progress: 0, completed: 7, failed: 0 },
    latest: {
      completed: CHECKPOINT,
      savepoint: null,
      failed: { failure_message: "Checkpoint expired before completing." },
      restored: { id: 3, external_path: "file:/store/savepoints/orders/savepoint-0a0a0a-1", is_savepoint: true },
    },
    history: [{ ...CHECKPOINT, status: "COMPLETED" }],
  },
  [`/jobs/${JOB}/checkpoints/config`]: { mode: "exactly_once", interval: 10_000, timeout: 600_000 },
  [`/jobs/${JOB}/checkpoints/${TRIGGER}`]: { status: { id: "COMPLETED" }, operation: { checkpointId: 8 } },
  [`/jobs/${JOB}/savepoints/${TRIGGER}`]: {
    status: { id: "COMPLETED" },
    operation: {
      location: null,
      "failure-cause": {
        class: "java.util.concurrent.CompletionException",
        "stack-trace":
          "java.util.concurrent.CompletionException: x\n\tat a.B.c(B.java:1)\nCaused by: a.B: no such folder\n",
      },
    },
  },
  [`/jobs/${JOB}/exceptions`]: {
    "root-exception": null,
    timestamp: null,
    exceptionHistory: {
      entries: [
        {
          exceptionName: "java.lang.RuntimeException",
          stacktrace: "java.lang.RuntimeException: made up\n\tat a.B.c(B.java:1)\nCaused by: a.B: no such topic\n",
          timestamp: 1_767_225_600_000,
        },
      ],
      truncated: false,
    },
  },
  [`/jobs/${JOB}/vertices/${TASK.id}/subtasks/metrics`]: [{ id: "Source__orders[1].numRecordsIn", max: 7 }],
};

/** Request → answer, of a SQL Gateway. */
export const GATEWAY: Readonly<Record<string, unknown>> = {
  "GET /v2/info": { productName: "Apache Flink", version: "2.3.0" },
  "POST /v2/sessions": { sessionHandle: "8e6b1a52-3d7e-4d7f-9f0c-0d6c1d1f1a11" },
  "GET /v2/sessions/8e6b1a52-3d7e-4d7f-9f0c-0d6c1d1f1a11": { properties: { "rest.port": "8081" } },
  "DELETE /v2/sessions/8e6b1a52-3d7e-4d7f-9f0c-0d6c1d1f1a11": { status: "CLOSED" },
  "POST /v2/sessions/8e6b1a52-3d7e-4d7f-9f0c-0d6c1d1f1a11/statements": { operationHandle: "operation-1" },
  "GET /v2/sessions/8e6b1a52-3d7e-4d7f-9f0c-0d6c1d1f1a11/operations/operation-1/status": { status: "ERROR" },
  "GET /v2/sessions/8e6b1a52-3d7e-4d7f-9f0c-0d6c1d1f1a11/operations/operation-1/result/0": {
    resultType: "PAYLOAD",
    isQueryResult: false,
    jobID: JOB,
    resultKind: "SUCCESS_WITH_CONTENT",
    results: { columns: [{ name: "job id" }], rowFormat: "JSON", data: [{ kind: "INSERT", fields: [JOB] }] },
    nextResultUri: "/v2/sessions/s/operations/o/result/1",
  },
};

/** What the gateway answers with status 500 where a statement failed. */
export const GATEWAY_ERRORS = {
  errors: [
    "Internal server error.",
    "<Exception on server side:\norg.apache.flink.table.gateway.service.utils.SqlExecutionException: Failed to execute the operation o.\n\tat a.B.c(B.java:1)\nCaused by: org.apache.flink.table.api.ValidationException: SQL validation failed. From line 1, column 8 to line 1, column 10: Column 'x' not found in any table\n\tat a.B.c(B.java:1)\n\nEnd of exception on server side>",
  ],
};

const APPLICATION = {
  id: "application_1767225600000_0001",
  user: "etl",
  name: "Flink session cluster",
  queue: "default",
  state: "RUNNING",
  finalStatus: "UNDEFINED",
  startedTime: 1_767_225_600_000,
  diagnostics: "",
  applicationTags: "a,b",
  amRPCAddress: "node-7:41234",
  trackingUrl: "http://rm:8088/proxy/application_1767225600000_0001/",
};

export const YARN = { list: { apps: { app: [APPLICATION] } }, application: { app: APPLICATION } };

/** What YARN answers with status 403 or 400. */
export const YARN_REFUSAL = {
  RemoteException: {
    exception: "ForbiddenException",
    message: "java.lang.Exception: the user etl may not",
    javaClassName: "org.apache.hadoop.yarn.webapp.ForbiddenException",
  },
};

const XML = '<?xml version="1.0" encoding="UTF-8"?>';

export const S3_XML = {
  listing: `${XML}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>state</Name><Prefix>p/manifests/</Prefix><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Contents><Key>p/manifests/orders.yaml</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;0a&quot;</ETag><Size>812</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>`,
  error: `${XML}<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>1</RequestId></Error>`,
};

/** A record of flink-sql-runner's, as it lies in the store. */
export const RECORD = `name: orders
description: ""
target-table: orders_out
sql: SELECT 1
flinkProperties:
  parallelism.default: "1"
meta:
  query-version: 1
  query-id: 0b6f1f0e-7c6f-4c5f-9f0c-0d6c1d1f1a11
  query-create-timestamp: 2026-01-01 00:00:00
`;
