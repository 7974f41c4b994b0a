//! The program of the release page: compiled for size, cut in two, and made small.
//!
//! Trunk builds a page from one program; here are two, so the program is built beside it: what comes with the page, and
//! what is loaded on demand (`src/rest.rs` has the seam).

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::build::replace_in;
use crate::process::{Failure, command, root, run};
use crate::setup::TARGET;

/// The name of the program's files.
const NAME: &str = "playhead";
/// What is loaded on demand; the name is that of the seam.
pub const ON_DEMAND: &str = "split_rest.wasm";

/// How the compiler makes it small. These flags are unstable; the pinned compiler is told to take them all the same.
///
/// A panic ends the program at once, without words: the words and the way to them are a tenth of the page. Relocations
/// are for the tool that cuts the program in two.
const FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Clink-args=--emit-relocs";

/// Builds the program into a folder of `site` that is named after its content, and returns the folder's name.
pub fn build(site: &Path) -> Result<String, Failure> {
    compile()?;
    let made = root().join("target/program");
    let _ = fs::remove_dir_all(&made);
    let (cut, bound) = (made.join("cut"), made.join("bound"));
    let compiled = root().join("target").join(TARGET).join("release").join(format!("{NAME}.wasm"));
    run(command("wasm-split-cli").args(["--target", "web", "--out-name", NAME]).arg(compiled).arg(&cut))?;
    run(command("wasm-bindgen")
        .args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", NAME, "--out-dir"])
        .arg(&bound)
        .arg(cut.join(format!("{NAME}.wasm"))))?;
    let program = made.join("small");
    fs::create_dir_all(&program).map_err(|error| format!("cannot create {}: {error}", program.display()))?;
    let wasm = format!("{NAME}_bg.wasm");
    optimize(&bound.join(&wasm), &program.join(&wasm))?;
    optimize(&cut.join(ON_DEMAND), &program.join(ON_DEMAND))?;
    minify(&bound.join(format!("{NAME}.js")), &program)?;
    let loader = cut.join("__wasm_split.js");
    // As the first part: also from a host that does not call it application/wasm.
    replace_in(
        &loader,
        "WebAssembly.instantiateStreaming(src, imports)",
        "WebAssembly.instantiate(await (await src).arrayBuffer(), imports)",
    )?;
    minify(&loader, &program)?;
    let folder = format!("{NAME}-{:016x}", content(&program)?);
    let target = site.join(&folder);
    fs::rename(&program, &target).map_err(|error| format!("cannot move to {}: {error}", target.display()))?;
    Ok(folder)
}

/// What the page's head says of the program: fetch it early, and start it.
pub fn head(folder: &str) -> String {
    format!(
        r#"<link rel="modulepreload" href="./{folder}/{NAME}.js"><link rel="modulepreload" href="./{folder}/__wasm_split.js"><link rel="preload" href="./{folder}/{NAME}_bg.wasm" crossorigin="anonymous" as="fetch" type="application/wasm">
<script type="module">
import init from "./{folder}/{NAME}.js";
const wasm = await init();
dispatchEvent(new CustomEvent("TrunkApplicationStarted", {{ detail: {{ wasm }} }}));
</script>"#
    )
}

/// The standard library is compiled too, for size: the one that comes with the compiler is made for speed.
fn compile() -> Result<(), Failure> {
    run(command("cargo")
        .args(["build", "--quiet", "--locked", "--release", "--target", TARGET, "--bin", NAME, "--features", "split"])
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
        .env("CARGO_TARGET_DIR", root().join("target"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", FLAGS))
}

fn optimize(from: &Path, to: &Path) -> Result<(), Failure> {
    // Without inlining there are more bytes, and fewer once they are compressed: what is alike stays alike. The stack
    // stands below the data, so nothing is ever stored in the lowest kilobyte.
    let passes = ["-Oz", "--skip-pass=inlining-optimizing", "--low-memory-unused", "--quiet", "-o"];
    run(command("wasm-opt").args(passes).arg(to).arg(from))
}

/// Makes a script or a style sheet small, into a folder.
pub fn minify(script: &Path, folder: &Path) -> Result<(), Failure> {
    let name = script.file_name().unwrap_or_default();
    run(command("esbuild")
        .args(["--minify", "--format=esm", "--log-level=warning"])
        .arg(script)
        .arg(format!("--outfile={}", folder.join(name).display())))
}

/// A number for what is in a folder's files.
fn content(folder: &Path) -> Result<u64, Failure> {
    let unreadable = |error| format!("cannot read {}: {error}", folder.display());
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).map_err(unreadable)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.file_name().hash(&mut hasher);
        fs::read(&file).map_err(unreadable)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}
