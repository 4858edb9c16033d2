/** YARN's own words by which something is decided, where it has no code for it: as Hadoop 3.4.2 says them, and tested so. */

/** In the answer of a ResourceManager that another one leads, or none. */
export const STANDBY = /standby RM|any active RM/iu;

/** The header `WWW-Authenticate` of a server that wants a ticket of Kerberos (SPNEGO). */
export const WANTS_TICKET = /^negotiate/iu;

/** The class before the text of a refusal. */
export const REFUSAL_CLASS = /^(?:[\w$]+[.])+[\w$]+: /u;

/** In the first line of the diagnostics of an application that waits: the time, then why (the first group). */
export const WHY_IT_WAITS = /\[.*?\]\s*(.*?)(?: Details|$)/u;

/** In what yarn-session.sh prints: where its error begins. */
export const SCRIPT_ERROR = /^(?:[\w.$]+(?:Exception|Error)\b|Error: )/mu;

/** In such an error: it has no ticket. */
export const NO_TICKET = /Kerberos|GSS|Client cannot authenticate/iu;

/** An application's id, in whatever is printed. */
export const APPLICATION_ID = /application_\d+_\d+/u;
