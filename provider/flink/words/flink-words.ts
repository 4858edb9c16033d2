/** Flink's own words by which something is decided, where it has no code for it: seen in 1.20.3 and 2.3.0, and tested so. */

/**
 * For these Flink has no other code than 500. A JobManager that stands by answers so until it misses the dead one that it
 * asks: the message was not delivered, or was refused by one that does not lead any more. And any JobManager does of a job
 * that was submitted a moment ago and is INITIALIZING.
 */
export const NOT_READY =
  /org\.apache\.flink\.runtime\.(?:rpc\.exceptions\.(?:RecipientUnreachable|FencingToken)|dispatcher\.UnavailableDispatcherOperation)Exception\b/u;

/** Of a SQL Gateway's 500: by this Flink's own is told from that of a proxy. */
export const ON_SERVER_SIDE = /<Exception on server side/u;

/** Of a session that is gone, and of one that is being closed at the moment when a statement reaches it. */
export const SESSION_CLOSED = /^Session '[^']*' does not exist|OperationManager is closed/u;

/** Of a savepoint, where a task was not up yet when it was asked for; by the time somebody looks, all of them may be. */
export const NOT_UP_YET = /Not all required tasks are currently running/u;

/** Kinds of a checkpoint that is the savepoint of a stop. */
export const STOP_SAVEPOINT = /^SYNC_SAVEPOINT|TERMINATE_SAVEPOINT|SUSPEND/u;

/** In the log of a process that did not start. */
export const PORT_TAKEN = /BindException|Address already in use|Could not start rest endpoint on any port/u;

/** Of an option whose value cannot be read; the first group is the option. */
export const UNREADABLE_OPTION = /^Could not parse value '[\s\S]*' for key '([^']+)'/u;

/** Of Java's, where `table.local-time-zone` is none; the first group is its value, or the rest of it. */
export const UNKNOWN_TIME_ZONE = /time-zone ID(?: format)?: (.*)$/u;
