/** What may stand in a table file: it is run each time a job is planned, in a preview too, and so only defines. */

import { optionFault, type StatementFault } from "./session-options.js";
import { identifierOf, type Token } from "./sql-text.js";

const ELSEWHERE = "it would run each time a job is planned, in a preview too";
const MANIFEST = "make it a manifest of its own; the INSERT is generated";

/** Kinds of statements that are often tried, each with the way out. */
const HINTS: Readonly<Record<string, string>> = {
  SELECT: MANIFEST,
  WITH: MANIFEST,
  VALUES: MANIFEST,
  TABLE: MANIFEST,
  INSERT: MANIFEST,
  UPSERT: MANIFEST,
  EXECUTE: MANIFEST,
  COMPILE: MANIFEST,
  BEGIN: MANIFEST,
  STOP: "stop a job by removing its manifest, or with the choice `suspended`",
  SHOW: "remove it; it defines nothing",
  DESCRIBE: "remove it; it defines nothing",
  DESC: "remove it; it defines nothing",
  EXPLAIN: "remove it; `pulumi preview` has Flink plan each job",
  REMOVE: "remove the ADD JAR instead",
  REPLACE: "a table of a result: make its query a manifest, and the table a CREATE TABLE with columns",
};

const AS_SELECT =
  "AS SELECT would start a job in each preview; make its query a manifest, and the table a CREATE TABLE with columns";

const KINDS: ReadonlySet<string> = new Set(["TABLE", "VIEW", "FUNCTION", "MODEL"]);

/** What follows the name in an ALTER that changes a definition, and nothing else. */
const ALTERS: Readonly<Record<string, readonly string[]>> = {
  TABLE: ["RENAME", "SET", "RESET", "ADD", "MODIFY", "DROP"],
  VIEW: ["RENAME", "AS"],
  FUNCTION: ["AS"],
  MODEL: ["RENAME", "SET", "RESET"],
  DATABASE: ["SET"],
  CATALOG: ["SET", "RESET", "COMMENT"],
};

/** Catalogs of a session, by name, and the one in use: what lies in another one outlives the session. */
interface Session {
  readonly inMemory: Set<string>;
  current: string;
}

/**
 * What is wrong with the statements of all table files, in the order in which they are run; one place in the answer for
 * each. An allow list: what is not known to define something for the session only is refused.
 */
export function statementFaults(statements: readonly (readonly Token[])[]): (StatementFault | undefined)[] {
  const session: Session = { inMemory: new Set(["default_catalog"]), current: "default_catalog" };
  return statements.map((tokens) => {
    const second = tokens.find(({ kind, text }) => kind === "symbol" && text === ";");
    if (second) return { token: second, message: "with its parameters filled in, this is more than one statement" };
    return tokens.length === 0 ? undefined : faultOf(new Words(tokens), session);
  });
}

/** The tokens of a statement, read from the left. */
class Words {
  private at = 0;
  constructor(readonly tokens: readonly Token[]) {}

  /** In upper case; empty where there is no word. */
  peek(ahead = 0): string {
    const token = this.tokens[this.at + ahead];
    return token?.kind === "word" ? token.text.toUpperCase() : "";
  }

  get token(): Token {
    return this.tokens[this.at] ?? (this.tokens.at(-1) as Token);
  }

  get isOver(): boolean {
    return this.at >= this.tokens.length;
  }

  take(...words: readonly string[]): boolean {
    if (!words.every((word, i) => this.peek(i) === word)) return false;
    this.at += words.length;
    return true;
  }

  /** The parts of a name: `catalog.database.table`. */
  name(): string[] {
    if (!this.take("IF", "NOT", "EXISTS")) this.take("IF", "EXISTS");
    const parts: string[] = [];
    while (!this.isOver) {
      parts.push(identifierOf(this.token));
      this.at++;
      if (this.token.text !== "." || this.isOver) break;
      this.at++;
    }
    return parts;
  }

  /** What is left. */
  rest(): readonly Token[] {
    return this.tokens.slice(this.at);
  }
}

function faultOf(words: Words, session: Session): StatementFault | undefined {
  const first = words.token;
  const fault = (message: string, token: Token = first) => ({ token, message });
  if (words.take("SET")) return optionFault(words.rest(), "SET", first);
  if (words.take("RESET")) return optionFault(words.rest(), "RESET", first);
  if (words.take("USE")) return useFault(words, session, fault);
  if (words.take("LOAD", "MODULE") || words.take("UNLOAD", "MODULE") || words.take("ADD", "JAR")) return undefined;
  if (words.take("CREATE")) return createFault(words, session, fault);
  if (words.take("ALTER")) return alterFault(words, session, fault);
  if (words.take("DROP")) return dropFault(words, session, fault);
  const word = words.peek() || first.text.slice(0, 20);
  return fault(`${word} does not belong in a table file: ${ELSEWHERE}; ${HINTS[word] ?? "remove it"}`);
}

type Fault = (message: string, token?: Token) => StatementFault;

function useFault(words: Words, session: Session, fault: Fault): StatementFault | undefined {
  if (words.take("MODULES")) return undefined;
  if (words.take("CATALOG")) {
    session.current = words.name()[0] ?? "";
    return undefined;
  }
  const name = words.name();
  if (name.length === 0) return fault("USE names a database, a catalog or modules");
  if (name.length > 1) session.current = name[0] ?? "";
  return undefined;
}

function createFault(words: Words, session: Session, fault: Fault): StatementFault | undefined {
  if (words.peek() === "OR")
    return fault("CREATE OR … does not belong in a table file; write CREATE, or CREATE TEMPORARY");
  const isTemporary = words.take("TEMPORARY");
  words.take("SYSTEM");
  const kind = words.peek();
  if (kind === "CATALOG" && !isTemporary) {
    words.take("CATALOG");
    const [name = ""] = words.name();
    if (isInMemory(words.rest())) session.inMemory.add(name);
    else session.inMemory.delete(name);
    return undefined;
  }
  if (kind === "DATABASE" && !isTemporary) {
    words.take("DATABASE");
    return persistentFault("CREATE DATABASE", words.name(), 2, session, fault);
  }
  if (!words.take(kind) || !KINDS.has(kind)) return kindFault("CREATE", kind, fault);
  const name = words.name();
  const as = kind === "TABLE" || kind === "MODEL" ? wordOutside(words.rest(), "AS") : undefined;
  if (as) return fault(`CREATE ${kind} … ${AS_SELECT}`, as);
  return isTemporary ? undefined : persistentFault(`CREATE ${kind}`, name, 3, session, fault);
}

function alterFault(words: Words, session: Session, fault: Fault): StatementFault | undefined {
  const isTemporary = words.take("TEMPORARY");
  words.take("SYSTEM");
  const kind = words.peek();
  const allowed = ALTERS[kind];
  if (!allowed || !words.take(kind)) return kindFault("ALTER", kind, fault);
  const name = words.name();
  if (kind === "FUNCTION") while (!words.isOver && words.peek() !== "AS") words.take(words.peek());
  if (!allowed.includes(words.peek()))
    return fault(`ALTER ${kind} … ${words.peek()} does not belong in a table file: ${ELSEWHERE}`, words.token);
  if (kind === "CATALOG") return undefined;
  return isTemporary ? undefined : persistentFault(`ALTER ${kind}`, name, kind === "DATABASE" ? 2 : 3, session, fault);
}

function dropFault(words: Words, session: Session, fault: Fault): StatementFault | undefined {
  const isTemporary = words.take("TEMPORARY");
  words.take("SYSTEM");
  const kind = words.peek();
  if (!KINDS.has(kind) || !words.take(kind)) return kindFault("DROP", kind, fault);
  return isTemporary ? undefined : persistentFault(`DROP ${kind}`, words.name(), 3, session, fault);
}

function kindFault(verb: string, kind: string, fault: Fault): StatementFault {
  const known =
    verb === "DROP"
      ? "tables, views, functions and models"
      : "tables, views, functions, models, databases and catalogs";
  return fault(`${verb} ${kind || "…"} does not belong in a table file; ${verb} is for ${known} of this session`);
}

/** `parts` of a whole name: without the first of them the object lies in the catalog that is in use. */
function persistentFault(
  what: string,
  name: readonly string[],
  parts: number,
  session: Session,
  fault: Fault,
): StatementFault | undefined {
  const catalog = name.length >= parts ? (name[0] ?? "") : session.current;
  if (session.inMemory.has(catalog)) return undefined;
  const [verb, kind = ""] = what.split(" ");
  const temporary = verb === "CREATE" && kind !== "DATABASE" ? `write CREATE TEMPORARY ${kind} …, or ` : "";
  const done =
    verb === "CREATE" ? `make the ${kind.toLowerCase()} in the catalog yourself` : "do it in the catalog yourself";
  return fault(
    `${what} in the catalog ${catalog}, which outlives the session: each preview would change it; ${temporary}${done}`,
  );
}

/** `WITH ('type' = 'generic_in_memory')`: such a catalog is gone with its session. */
function isInMemory(tokens: readonly Token[]): boolean {
  const types = tokens.flatMap((token, i) =>
    token.text === "'type'" && tokens[i + 1]?.text === "=" ? [tokens[i + 2]?.text] : [],
  );
  // In another form, or in pieces, a key may mean the type too.
  const isPlain = tokens.every(
    ({ kind, text }, i) => kind !== "string" || (text.startsWith("'") && tokens[i - 1]?.kind !== "string"),
  );
  return isPlain && types.length === 1 && types[0] === "'generic_in_memory'";
}

/** A word outside of all parentheses. */
function wordOutside(tokens: readonly Token[], word: string): Token | undefined {
  let depth = 0;
  return tokens.find((token) => {
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    return depth === 0 && token.kind === "word" && token.text.toUpperCase() === word;
  });
}
