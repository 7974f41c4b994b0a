// Prints the digest of what comes in, as policies and integrity attributes write it. Rust's standard library has no SHA-2,
// Node has.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

console.log(`sha256-${createHash("sha256").update(readFileSync(0)).digest("base64")}`);
