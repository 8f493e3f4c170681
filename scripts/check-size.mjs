// The budget of what a first visit downloads, compressed as it is served.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const BUDGET_KB = { wasm: 350, js: 30, css: 25 };
const folder = "target/site/pkg";
const sizes = {};
for (const file of readdirSync(folder)) {
  const match = /\.(wasm|js|css)\.br$/.exec(file);
  if (match) sizes[match[1]] = Math.max(sizes[match[1]] ?? 0, statSync(join(folder, file)).size / 1000);
}
let failed = false;
for (const [kind, budget] of Object.entries(BUDGET_KB)) {
  const size = sizes[kind];
  const verdict = size === undefined ? "missing" : size > budget ? "over" : "within";
  failed ||= verdict !== "within";
  console.log(`${kind.padEnd(5)} ${size?.toFixed(1) ?? "-"} kB brotli, budget ${budget} kB: ${verdict}`);
}
process.exit(failed ? 1 : 0);
