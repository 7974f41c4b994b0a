// Prints "bytes brotli-bytes path" for every file that the page fetches. Rust's standard library has no brotli, Node has.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const folder = process.argv[2];
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  // 404.html is the same page again, read instead of index.html and never beside it.
  if (!/\.(html|css|js|wasm)$/.test(entry.name) || entry.name === "404.html") continue;
  const bytes = readFileSync(path);
  console.log(bytes.length, brotliCompressSync(bytes, options).length, relative(folder, path));
}
