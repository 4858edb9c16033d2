/** The door of decide/: what was observed and what is desired give a plan; pure. */

export {
  changesBetween,
  type Desired,
  digestSecrets,
  matchesDigest,
  secretsKey,
  sourceChanges,
} from "./change/changes.js";
export { lateStart, RESENT_SECONDS, startBegun } from "./change/late-start.js";
export { clusterParallelismFault } from "./change/max-parallelism.js";
export { changedColumns, keepsRows, missedRowsRefusal } from "./change/missed-rows.js";
export { insertTimeWords, lostRowsWords, type PlanFacts } from "./change/plan-facts.js";
export { onlyThereWords, promotionWords } from "./change/promotion.js";
export { hasCredentials, placesOfCredentials } from "./cluster/credentials.js";
export { passedOn, VARIABLE_NAME } from "./cluster/environment.js";
export { ailmentOf, isLooping, keepsFailing, mayHaveFailed } from "./cluster/health.js";
export { otherPlaces } from "./cluster/other-places.js";
export { isLoopback, type Place, placeWords } from "./cluster/place.js";
export {
  ALIVE_STATES,
  type Application,
  chooseApplication,
  endedWords,
  isApplicationAlive,
  notFoundWords,
  ownerTag,
  type SessionChoice,
  settingsTag,
  Wanted,
} from "./cluster/yarn-application.js";
export { DEFAULT_SESSION_NAME, YarnOptions, yarnProblems } from "./cluster/yarn-options.js";
export {
  type CarriedOut,
  CHOICE_KEYS,
  ChoiceSchema,
  choiceFaults,
  choiceOf,
  chosenState,
  type GivenChoice,
  type GivenChoices,
  nameOfFrom,
  pendingChoice,
} from "./job/choices.js";
export { classicText, classicValue, flinkNames, runsCutShort } from "./job/classic.js";
export {
  DEPENDENCY_OPTIONS,
  dependencyEntries,
  hasOnlyProjectFiles,
  projectPaths,
  withAbsolutePaths,
} from "./job/dependencies.js";
export { type Manifest, ManifestSchema } from "./job/manifest.js";
export { canonicalLocation, sameLocation, shortHash, stateName, versionDirectory } from "./job/naming.js";
export {
  CHECKPOINTS_DIRECTORY,
  currentName,
  effectiveProperties,
  FIXED_JOB_ID,
  IGNORE_UNCLAIMED_STATE,
  keepsCheckpoints,
  propertyRemarks,
  SAVEPOINTS_DIRECTORY,
  STATE_RECOVERY_PATH,
  stateDirectories,
} from "./job/properties.js";
export {
  type Deployment,
  deployed,
  type Intent,
  type JobRecord,
  type PastVersion,
  type StateRef,
  settledRecord,
  withChoices,
  withEarlierIntent,
  withFailedVersion,
  withoutSession,
} from "./job/record.js";
export { isSensitive, secretValues, tellsSomething } from "./job/sensitive.js";
export { atWork } from "./plan/at-work.js";
export { isNewVersion } from "./plan/decision.js";
export { latestState, missingCheckpoint } from "./plan/latest-state.js";
export {
  hasEnded,
  isAlive,
  isBeingRestarted,
  type JobDetail,
  type JobHealth,
  type Observed,
  type ObservedJob,
} from "./plan/observed.js";
export { type Decision, type Plan, planJob } from "./plan/plan.js";
export { type EndPlan, planClusterStop, planRemoval } from "./plan/plan-end.js";
export { hasFinished } from "./plan/plan-stopped.js";
export { asNewcomer, asUnknown, planWords } from "./plan/plan-words.js";
export { jobsWords, remarkWords, withRemarks } from "./plan/remark.js";
export type { EndStep, OrCancel, Start, Step, StopStep } from "./plan/step.js";
export { type Definition, neededDefinitions, parseDefinitions } from "./sql/definitions.js";
export { lineStarts, positionIn } from "./sql/lines.js";
export {
  DEFAULT_METADATA_COLUMNS,
  METADATA_WORDS,
  type Metadata,
  type MetadataColumns,
  MetadataColumnsSchema,
  MetadataSchema,
  metadataColumns,
  missingColumns,
  missingColumnsWords,
  stackColumns,
} from "./sql/metadata-columns.js";
export { fillParameters } from "./sql/parameters.js";
export { setOrReset } from "./sql/session-options.js";
export { lineComments, queryFault, type SqlFault, targetFault, unclosedFault } from "./sql/sql-checks.js";
export { type Statement, sameSql, splitStatements, sqlString, type Token, tokenize } from "./sql/sql-text.js";
export { type JobStatements, jobStatements, QUERY_VIEW, VIEW_HEAD_LINES } from "./sql/statements.js";
export { statementFaults } from "./sql/table-statements.js";
export { BucketOptions, bucketProblems, type CreatedBucket } from "./store/bucket-options.js";
export { type Holdings, type RetentionRule, retention } from "./store/retention.js";
export {
  type Holding,
  isStateDirectory,
  mentionedIn,
  placesOf,
  type StateDirectory,
  type StoredFile,
} from "./store/state-directories.js";
export { retentionWords } from "./store/store-words.js";
export {
  ownedWords,
  removedWords,
  retireRefusal,
  retireWords,
  type Stranger,
  strangerWords,
} from "./store/strangers.js";
export { type ErrorParts, errorMessage, reasonOf, UserError, unlessBug } from "./words/errors.js";
export { MOST_BYTES } from "./words/most-bytes.js";
export { plainWords, wholeNumberWords } from "./words/plain-words.js";
export { didYouMean } from "./words/spelling.js";
