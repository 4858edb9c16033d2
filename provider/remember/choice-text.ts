/** A part of a choice as a record has it: `from: clean`, `drain (2)`, where `2` is the choice's id. */

import { z } from "zod";
import { type CarriedOut, nameOfFrom } from "../decide/index.js";

/** Behind any of them may stand an id. */
const WORDS =
  /^(?:from: (clean|previous-version)|forceFrom: latest-checkpoint|(drain|allowNonRestoredState))(?: \((.*)\))?$/su;
/** Of a name with brackets in it the last ones are taken for an id; see `isAmong` in decide/job/choices.ts. */
const NAMES = /^(from|lost): (.*?)(?: \(([^()]*)\))?$/su;

/** Any text can be read, and is written as it was. */
export const ChoiceText = z.codec(z.string(), z.custom<CarriedOut>(), { decode: fromText, encode: toText });

function fromText(text: string): CarriedOut {
  const words = WORDS.exec(text);
  if (words) {
    const [, from, other, id] = words;
    const given = id === undefined ? {} : { id };
    if (from === "clean" || from === "previous-version") return { part: "from", from, ...given };
    return { part: other === "drain" || other === "allowNonRestoredState" ? other : "forceFrom", ...given };
  }
  const [, key, name = "", id] = NAMES.exec(text) ?? [];
  const given = id === undefined ? {} : { id };
  if (key === "from") return { part: "from", from: { state: name }, ...given };
  return key === "lost" ? { part: "lost", cluster: name, ...given } : { part: "unknown", text };
}

function toText(part: CarriedOut): string {
  if (part.part === "unknown") return part.text;
  const id = part.id === undefined ? "" : ` (${part.id})`;
  switch (part.part) {
    case "from":
      return `from: ${nameOfFrom(part.from)}${id}`;
    case "forceFrom":
      return `forceFrom: latest-checkpoint${id}`;
    case "lost":
      return `lost: ${part.cluster}${id}`;
    default:
      return `${part.part}${id}`;
  }
}
