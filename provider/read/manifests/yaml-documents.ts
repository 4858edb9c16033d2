/** YAML texts of any size: parsed, and looked through for keys that are given twice, in one walk each. */

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseAllDocuments } from "yaml";

/** Undefined where the parser, which goes down with the text, comes to its end. */
export function parseYaml(text: string): Document.Parsed[] | undefined {
  try {
    // Its own search for duplicates compares each key with all before it.
    return parseAllDocuments(text, { prettyErrors: false, version: "1.2", uniqueKeys: false }) as Document.Parsed[];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Keys that their map has already, wherever they stand. */
export function repeatedKeys(node: Node | null | undefined): Node[] {
  const repeated: Node[] = [];
  const open: (Node | null | undefined)[] = [node];
  while (open.length > 0) {
    const next = open.pop();
    if (isSeq(next)) for (const item of next.items) open.push(item as Node);
    if (!isMap(next)) continue;
    const seen = new Set<string>();
    for (const { key, value } of next.items as Pair<Node, Node | null>[]) {
      open.push(value);
      if (!isScalar(key)) continue;
      const name = `${typeof key.value} ${String(key.value)}`;
      if (seen.has(name)) repeated.push(key);
      seen.add(name);
    }
  }
  return repeated;
}

/** Behind an alias: what it stands for. */
export function resolved(node: Node | null | undefined, document: Document): Node | null | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}

export function startOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0;
}

/** A key as it is written. */
export function keyText(key: Node | null | undefined): string | undefined {
  if (!isScalar(key)) return undefined;
  return key.source ?? String(key.value ?? "");
}

/** What a value is, in words. */
export function valueKind(node: Node | null | undefined): string {
  if (!node || (isScalar(node) && node.value === null)) return "nothing";
  if (isMap(node)) return "keys and values";
  if (!isScalar(node)) return "a list";
  if (typeof node.value === "boolean") return "true or false";
  return typeof node.value === "string" ? "a string" : "a number";
}
