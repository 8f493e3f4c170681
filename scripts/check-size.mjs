// The budget of what a first visit downloads, compressed as it is served. It guards against growth; the aim for the
// WebAssembly is 350 kB (docs/benchmarks.md says how far it is).
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const BUDGET_KB = { wasm: 350, js: 30, css: 25 };
const folder = "target/site/pkg";
const sizes = {};
// A folder may still hold files of earlier builds: the newest of each kind is the one that is served.
const newest = {};
for (const file of readdirSync(folder)) {
  const match = /^gabarit\..*\.(wasm|js|css)\.br$/.exec(file);
  if (!match) continue;
  const { mtimeMs, size } = statSync(join(folder, file));
  if (mtimeMs > (newest[match[1]] ?? 0)) {
    newest[match[1]] = mtimeMs;
    sizes[match[1]] = size / 1000;
  }
}
let failed = false;
for (const [kind, budget] of Object.entries(BUDGET_KB)) {
  const size = sizes[kind];
  const verdict = size === undefined ? "missing" : size > budget ? "over" : "within";
  failed ||= verdict !== "within";
  console.log(`${kind.padEnd(5)} ${size?.toFixed(1) ?? "-"} kB brotli, budget ${budget} kB: ${verdict}`);
}
process.exit(failed ? 1 : 0);
