/** YAML texts of any size: parsed, and looked through for keys that are given twice, in one walk each. */

import { type Document, isMap, isScalar, isSeq, type Node, type Pair, parseAllDocuments } from "yaml";

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
