// Blanks the paths of source files in the WebAssembly of a folder: where a panic would point to. They tell a reader nothing,
// name folders of the machine that built it, and are in the first download.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DATA = 11;
// Texts stand side by side without a gap, so a path is known by how it begins: a crate's, the standard library's, one of ours.
const PATHS = /(?:\/[\w.+@-]+)*\/(?:registry\/src|rustlib\/src|rustc(?:-[\w.]+)?)\/[\w.+@/-]+?\.rs|(?:crates\/[\w-]+\/)?src\/[\w/-]+?\.rs/g;

/** Where each section with initial memory begins and ends. */
function* dataSections(bytes) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const length = number();
    if (id === DATA) yield [at, at + length];
    at += length;
  }
}

for (const name of readdirSync(process.argv[2])) {
  if (!name.endsWith(".wasm")) continue;
  const file = join(process.argv[2], name);
  const bytes = readFileSync(file);
  let blanked = 0;
  for (const [from, to] of dataSections(bytes)) {
    for (const match of bytes.latin1Slice(from, to).matchAll(PATHS)) {
      bytes.fill(0, from + match.index, from + match.index + match[0].length);
      blanked += 1;
    }
  }
  // What has none keeps its time: it is not compressed again.
  if (blanked > 0) writeFileSync(file, bytes);
}
