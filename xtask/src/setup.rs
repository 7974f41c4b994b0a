//! Sets up what the other commands need: checked first, installed only when missing or of another version.
//! Everything but system packages goes into the ignored `.tools/` folder or a `node_modules` beside the tests that need it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{self, Failure, command, root, run, step};

/// Newer ones need a newer compiler than the pinned one.
const TRUNK: &str = "0.21.14";
/// Cuts the program in two; it and the crate `wasm_split_helpers` are of one make.
const WASM_SPLIT: &str = "0.2.3";
/// Asks a server what its OpenAPI document allows, and judges the answers.
const SCHEMATHESIS: &str = "4.32.5";
/// Asks what the dependencies may be.
const CARGO_DENY: &str = "0.20.2";
/// Breaks the law in every way it knows, to see whether the tests notice.
const CARGO_MUTANTS: &str = "27.1.0";
/// The target the page is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The oldest Node.js that Playwright and Binaryen run on.
const NODE_MAJOR: u32 = 20;

/// For building the page: prerequisites, wasm target, Trunk, wasm-bindgen, crates.
pub fn page() -> Result<(), Failure> {
    prerequisites()?;
    wasm_target()?;
    trunk()?;
    wasm_bindgen()?;
    crates()
}

/// For building the release page: the page's tools, the standard library's source, and what makes programs small.
pub fn release() -> Result<(), Failure> {
    page()?;
    rust_source()?;
    wasm_split()?;
    npm_packages(
        "Install wasm-opt and esbuild (npm)",
        &root().join("xtask"),
        &root().join(".tools/npm"),
        "binaryen/bin/wasm-opt",
    )
}

/// For the browser tests: the paths of Chromium and its driver.
pub struct Browser {
    pub chromium: PathBuf,
    pub driver: PathBuf,
}

/// Finds Chromium and its driver, or installs them from the system's packages.
pub fn browser() -> Result<Browser, Failure> {
    if let Some(found) = find_browser() {
        return Ok(found);
    }
    let by_hand = "install Chromium and its driver (Debian: apt-get install chromium chromium-driver), \
                   or name them in CHROMIUM and CHROMEDRIVER";
    apt("Install Chromium and its driver (apt-get)", &["chromium", "chromium-driver"], by_hand)?;
    find_browser().ok_or_else(|| format!("no Chromium found after the installation: {by_hand}"))
}

/// curl and jq, which the lines of the README that make a world file need: a test runs them.
pub fn world_file_tools() -> Result<(), Failure> {
    let missing: Vec<&str> = ["curl", "jq"].into_iter().filter(|program| !process::exists(program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    apt("Install curl and jq (apt-get)", &missing, "install curl and jq (Debian: apt-get install curl jq)")
}

/// wrk, the load of the native server's figures.
pub fn load() -> Result<(), Failure> {
    // What it prints of itself it calls a failure.
    if process::first_of(&["wrk"]).is_some() {
        return Ok(());
    }
    apt("Install wrk (apt-get)", &["wrk"], "install wrk (Debian: apt-get install wrk)")
}

/// Schemathesis, for the long checks: the folder of the Python environment it is in.
pub fn schemathesis() -> Result<PathBuf, Failure> {
    let folder = root().join(".tools/schemathesis");
    let stamp = folder.join("installed.version");
    if fs::read_to_string(&stamp).is_ok_and(|version| version == SCHEMATHESIS) {
        return Ok(folder);
    }
    // Debian has the part that makes environments in a package of its own.
    if !command("python3").args(["-c", "import venv, ensurepip"]).status().is_ok_and(|status| status.success()) {
        let by_hand = "install Python 3.10 or newer with venv (Debian: apt-get install python3 python3-venv)";
        apt("Install Python (apt-get)", &["python3", "python3-venv"], by_hand)?;
    }
    step(&format!("Install Schemathesis {SCHEMATHESIS} into .tools (once)"), || {
        run(command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let package = format!("schemathesis=={SCHEMATHESIS}");
        run(command(folder.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", &package]))?;
        fs::write(&stamp, SCHEMATHESIS).map_err(|error| format!("cannot write {}: {error}", stamp.display()))
    })?;
    Ok(folder)
}

/// Installs packages of the system, where that is Debian or its kin; elsewhere says how to do it by hand.
fn apt(title: &str, packages: &[&str], by_hand: &str) -> Result<(), Failure> {
    if process::first_of(&["apt-get"]).is_none() {
        return Err(format!("{} not found: {by_hand}", packages.join(" and ")));
    }
    step(title, || {
        let is_root = process::read(command("id").arg("-u"))?.trim() == "0";
        let apt = |arguments: &[&str]| {
            let mut apt = if is_root {
                command("apt-get")
            } else {
                let mut sudo = command("sudo");
                sudo.arg("apt-get");
                sudo
            };
            run(apt.env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
        };
        let install: Vec<&str> = ["install", "-y", "--no-install-recommends"].iter().chain(packages).copied().collect();
        apt(&install)
            .or_else(|_| apt(&["update"]).and_then(|()| apt(&install)))
            .map_err(|error| format!("{error}: {by_hand}"))
    })
}

/// Playwright and axe, for the end-to-end tests.
pub fn playwright() -> Result<(), Failure> {
    let folder = root().join("tests/e2e");
    npm_packages("Install Playwright (npm)", &folder, &folder, "@playwright/test/cli.js")
}

/// The product's official client, and what judges answers by its types, for the contract tests.
pub fn official_client() -> Result<(), Failure> {
    prerequisites()?;
    let folder = root().join("tests/contract");
    npm_packages("Install the official client (npm)", &folder, &folder, "qovery-typescript-axios/dist/index.js")
}

fn prerequisites() -> Result<(), Failure> {
    let needed = [
        ("cc", "a C compiler (Debian: apt-get install build-essential; macOS: xcode-select --install)"),
        ("node", "Node.js 20 or newer (Debian: apt-get install nodejs npm; or https://nodejs.org)"),
        ("npm", "npm (Debian: apt-get install npm; or https://nodejs.org)"),
    ];
    for (program, how) in needed {
        if !process::exists(program) {
            return Err(format!("`{program}` is missing. Install {how}, then run this again"));
        }
    }
    let node = process::version("node").unwrap_or_default();
    let major = node.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major < NODE_MAJOR => Err(format!(
            "Node.js {node} is too old: install {NODE_MAJOR} or newer (https://nodejs.org), then run this again"
        )),
        _ => Ok(()),
    }
}

/// The target the page is compiled for.
pub fn wasm_target() -> Result<(), Failure> {
    let folder = process::read(command("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    if !process::exists("rustup") {
        return Err(format!(
            "the Rust target {TARGET} is missing and so is rustup, which installs it: \
             curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
        ));
    }
    step(&format!("Install the Rust target {TARGET}"), || run(command("rustup").args(["target", "add", TARGET])))
}

/// The formatter and the linter, which a minimal toolchain comes without.
pub fn component(name: &str) -> Result<(), Failure> {
    let asked = command("cargo").args([name, "--version"]).output();
    if asked.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    let package = if name == "fmt" { "rustfmt" } else { name };
    step(&format!("Install {package}"), || run(command("rustup").args(["component", "add", package])))
}

fn trunk() -> Result<(), Failure> {
    if tool_version("trunk").as_deref() == Some(TRUNK) {
        return Ok(());
    }
    step(&format!("Install trunk {TRUNK} into .tools (once, some minutes)"), || install("trunk", TRUNK, &["--locked"]))
}

/// Asks what the dependencies may be.
pub fn cargo_deny() -> Result<(), Failure> {
    if tool_version("cargo-deny").as_deref() == Some(CARGO_DENY) {
        return Ok(());
    }
    step(&format!("Install cargo-deny {CARGO_DENY} into .tools (once, some minutes)"), || {
        install("cargo-deny", CARGO_DENY, &["--locked"])
    })
}

/// Breaks programs, to see whether their tests notice.
pub fn cargo_mutants() -> Result<(), Failure> {
    // It tells its version only as a part of cargo.
    let asked = command("cargo").args(["mutants", "--version"]).output();
    let wanted = format!("cargo-mutants {CARGO_MUTANTS}");
    if asked.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == wanted) {
        return Ok(());
    }
    step(&format!("Install cargo-mutants {CARGO_MUTANTS} into .tools (once, some minutes)"), || {
        install("cargo-mutants", CARGO_MUTANTS, &["--locked"])
    })
}

fn wasm_bindgen() -> Result<(), Failure> {
    // The tool refuses a page that was built with another version of the crate.
    let wanted = locked_version("wasm-bindgen")?;
    let right = |tool| tool_version(tool).as_deref() == Some(wanted.as_str());
    if right("wasm-bindgen") && right("wasm-bindgen-test-runner") {
        return Ok(());
    }
    step(&format!("Install wasm-bindgen {wanted} into .tools (once, a minute or two)"), || {
        install("wasm-bindgen-cli", &wanted, &[])
    })
}

fn wasm_split() -> Result<(), Failure> {
    let stamp = root().join(".tools/wasm-split.version");
    let installed = fs::read_to_string(&stamp).is_ok_and(|version| version == WASM_SPLIT);
    if installed && root().join(".tools/bin/wasm-split-cli").is_file() {
        return Ok(());
    }
    step(&format!("Install wasm-split {WASM_SPLIT} into .tools (once, half a minute)"), || {
        install("wasm_split_cli_support", WASM_SPLIT, &["--features", "build-binary"])?;
        // It does not tell its version by itself.
        fs::write(&stamp, WASM_SPLIT).map_err(|error| format!("cannot write {}: {error}", stamp.display()))
    })
}

/// The source of the standard library, which the release page compiles for size.
fn rust_source() -> Result<(), Failure> {
    let sysroot = process::read(command("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std").is_dir() {
        return Ok(());
    }
    step("Install the standard library's source (rust-src)", || {
        run(command("rustup").args(["component", "add", "rust-src"]))
    })
}

/// Trunk builds offline, so the crates have to be there before.
fn crates() -> Result<(), Failure> {
    let stamp = root().join(".tools/crates.lock");
    let lock = root().join("Cargo.lock");
    if same_content(&stamp, &lock) {
        return Ok(());
    }
    step("Fetch crates", || {
        run(command("cargo").args(["fetch", "--quiet", "--locked"]))?;
        copy(&lock, &stamp)
    })
}

fn install(package: &str, version: &str, extra: &[&str]) -> Result<(), Failure> {
    run(command("cargo")
        .args(["install", "--quiet", package, "--version", version, "--force"])
        .args(["--profile", "dev", "--no-default-features", "--root"])
        .arg(root().join(".tools"))
        .args(extra)
        // Tools that run for milliseconds: compile fast, keep no debug information.
        .env("CARGO_PROFILE_DEV_DEBUG", "0"))
}

/// The version of a tool in `.tools/bin`: the second word of what it prints.
fn tool_version(tool: &str) -> Option<String> {
    let printed = process::version(root().join(".tools/bin").join(tool))?;
    printed.split_whitespace().nth(1).map(str::to_owned)
}

fn locked_version(package: &str) -> Result<String, Failure> {
    let lock =
        fs::read_to_string(root().join("Cargo.lock")).map_err(|error| format!("cannot read Cargo.lock: {error}"))?;
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \""))
        .and_then(|line| line.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| format!("Cargo.lock names no {package}"))
}

/// `npm ci` of the lock file in `source`, into `target`; skipped when the same lock file was installed before.
fn npm_packages(title: &str, source: &Path, target: &Path, proof: &str) -> Result<(), Failure> {
    let lock = source.join("package-lock.json");
    let stamp = target.join("node_modules/installed-lock.json");
    if same_content(&stamp, &lock) && target.join("node_modules").join(proof).exists() {
        return Ok(());
    }
    step(title, || {
        if source != target {
            fs::create_dir_all(target).map_err(|error| format!("cannot create {}: {error}", target.display()))?;
            for file in ["package.json", "package-lock.json", ".npmrc"] {
                copy(&source.join(file), &target.join(file))?;
            }
        }
        run(command("npm").current_dir(target).args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel=error",
        ]))?;
        copy(&lock, &stamp)
    })
}

fn find_browser() -> Option<Browser> {
    let named = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    Some(Browser {
        chromium: named("CHROMIUM").or_else(|| {
            process::first_of(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
        })?,
        driver: named("CHROMEDRIVER").or_else(|| process::first_of(&["chromedriver"]))?,
    })
}

fn same_content(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to)
        .map(|_| ())
        .map_err(|error| format!("cannot copy {} to {}: {error}", from.display(), to.display()))
}
