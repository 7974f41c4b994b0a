//! The program of the release page: compiled for size, cut in two, and made small.
//!
//! Trunk builds a page from one program; here are two, so the program is built beside it: what comes with the page, and
//! what is loaded on demand (`src/rest.rs` has the seam).

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::policy::digest;
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

/// Builds the program into a folder of `site` that is named after its content, and returns what the page's head says of
/// it: fetch it early, and start it.
///
/// Every file of it is named with its digest: the page names the script's, and the script those of the two programs.
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
    let first = optimize(&bound.join(&wasm), &program.join(&wasm))?;
    let rest = optimize(&cut.join(ON_DEMAND), &program.join(ON_DEMAND))?;
    let loader = fs::read_to_string(cut.join("__wasm_split.js")).map_err(|error| format!("no loader: {error}"))?;
    let loader = replace(&loader, "import.meta.url)", &format!("import.meta.url), {{ integrity: \"{rest}\" }}"))?;
    // As the first part: also from a host that does not call it application/wasm.
    let streaming = "WebAssembly.instantiateStreaming(src, imports)";
    let loader = replace(&loader, streaming, "WebAssembly.instantiate(await (await src).arrayBuffer(), imports)")?;
    write(&bound.join("__wasm_split.js"), &loader)?;
    let start = bound.join("start.js");
    write(&start, &start_script(&wasm, &first))?;
    let script = program.join(format!("{NAME}.js"));
    bundle(&start, &script)?;
    let script = digest(&fs::read(&script).map_err(|error| format!("cannot read {}: {error}", script.display()))?)?;
    let folder = format!("{NAME}-{:016x}", content(&program)?);
    let target = site.join(&folder);
    fs::rename(&program, &target).map_err(|error| format!("cannot move to {}: {error}", target.display()))?;
    Ok(format!(
        r#"<link rel="preload" href="./{folder}/{wasm}" crossorigin="anonymous" as="fetch" type="application/wasm" integrity="{first}"><script type="module" src="./{folder}/{NAME}.js" crossorigin="anonymous" integrity="{script}"></script>"#
    ))
}

fn start_script(wasm: &str, integrity: &str) -> String {
    format!(
        r#"import init from "./{NAME}.js";
const wasm = await init({{ module_or_path: fetch(new URL("./{wasm}", import.meta.url), {{ integrity: "{integrity}" }}) }});
dispatchEvent(new CustomEvent("TrunkApplicationStarted", {{ detail: {{ wasm }} }}));
"#
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

/// Makes a program small; returns its digest.
fn optimize(from: &Path, to: &Path) -> Result<String, Failure> {
    // Without these passes there are more bytes, and fewer once they are compressed: what is alike stays alike. So do
    // functions that stand by their names, and memory accesses without hints of alignment, which mean nothing here. The
    // stack stands below the data, so nothing is ever stored in the lowest kilobyte.
    let without =
        ["inlining-optimizing", "local-cse", "memory-packing", "dae-optimizing", "simplify-locals", "merge-locals"];
    let skipped = without.map(|pass| format!("--skip-pass={pass}"));
    let passes =
        ["-Oz", "--converge", "--low-memory-unused", "--dealign", "--reorder-functions-by-name", "--quiet", "-o"];
    run(command("wasm-opt").args(skipped).args(passes).arg(to).arg(from))?;
    digest(&fs::read(to).map_err(|error| format!("cannot read {}: {error}", to.display()))?)
}

/// Makes a script or a style sheet small.
pub fn minify(from: &Path, to: &Path) -> Result<(), Failure> {
    esbuild(&[], from, to)
}

/// Makes one small module of a module and all that it imports: one file to fetch, with one digest.
fn bundle(module: &Path, to: &Path) -> Result<(), Failure> {
    // What wasm-bindgen warns of, nobody here can do.
    esbuild(&["--bundle", "--format=esm", "--pure:console.warn"], module, to)
}

fn esbuild(how: &[&str], from: &Path, to: &Path) -> Result<(), Failure> {
    let outfile = format!("--outfile={}", to.display());
    run(command("esbuild").args(["--minify", "--log-level=warning"]).args(how).arg(from).arg(outfile))
}

/// Puts `new` where `old` stands, which must be there once.
fn replace(text: &str, old: &str, new: &str) -> Result<String, Failure> {
    let (before, after) = text.split_once(old).ok_or_else(|| format!("the loader has lost {old}"))?;
    if after.contains(old) { Err(format!("the loader has {old} twice")) } else { Ok(format!("{before}{new}{after}")) }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
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
