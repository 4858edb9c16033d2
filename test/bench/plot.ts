/** The table as a picture: bars on a logarithmic scale, since a hundredfold lies between the sides. */

import type { Figures } from "./figures.js";
import { type Sizes, scaledTheirs } from "./report.js";
import { STEPS } from "./sides.js";

const COLOURS = { "flink-sql-runner": "#c44", ours: "#27c", "bare REST": "#999" } as const;
const [LEFT, WIDTH, BAR, GAP, TOP] = [260, 520, 14, 16, 50];
const [SMALLEST, LARGEST] = [0.01, 2000];

const x = (value: number) => (Math.log(Math.max(value, SMALLEST) / SMALLEST) / Math.log(LARGEST / SMALLEST)) * WIDTH;

export function plot(figures: Figures, sizes: Sizes): string {
  const parts: string[] = [];
  let y = TOP;
  for (const what of Object.values(STEPS)) {
    const values = {
      "flink-sql-runner": scaledTheirs(figures, what, sizes),
      ours: figures.median(what, "ours"),
      "bare REST": figures.median(what, "floor"),
    };
    parts.push(`<text x="${LEFT - 10}" y="${y + 24}" text-anchor="end">${what}</text>`);
    for (const [side, colour] of Object.entries(COLOURS)) {
      const value = values[side as keyof typeof values];
      if (Number.isFinite(value)) parts.push(bar(y, value, colour));
      y += BAR;
    }
    y += GAP;
  }
  const legend = Object.entries(COLOURS).map(
    ([side, colour], i) =>
      `<rect x="${LEFT + i * 150}" y="14" width="12" height="12" fill="${colour}"/><text x="${LEFT + 18 + i * 150}" y="24">${side}</text>`,
  );
  const title = `<text x="10" y="24">${sizes.jobs} jobs, seconds, log scale</text>`;
  const size = `width="${LEFT + WIDTH + 90}" height="${y}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">
<title>Seconds of this project, flink-sql-runner and bare REST calls for each step</title><rect ${size} fill="#fff"/>
${[title, ...legend, ...parts].join("\n")}
</svg>
`;
}

function bar(y: number, value: number, colour: string): string {
  const width = x(value).toFixed(1);
  const shown = value < 10 ? value.toFixed(2) : value.toFixed(0);
  return `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" fill="${colour}"/><text x="${(LEFT + Number(width) + 6).toFixed(1)}" y="${y + 10}">${shown}</text>`;
}
