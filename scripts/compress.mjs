// Writes .br and .gz beside each compressible file of a folder that is newer than its compressed form.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const compressible = /\.(wasm|js|css|svg|html|json|txt|ico)$/;

function walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path);
    else if (compressible.test(entry.name)) compress(path);
  }
}

function newer(path, than) {
  try {
    return statSync(path).mtimeMs >= statSync(than).mtimeMs;
  } catch {
    return false;
  }
}

function compress(path) {
  if (newer(`${path}.br`, path) && newer(`${path}.gz`, path)) return;
  const data = readFileSync(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(data, { params }));
  writeFileSync(`${path}.gz`, gzipSync(data, { level: 9 }));
}

walk(process.argv[2]);
