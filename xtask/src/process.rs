//! Running other programs, and saying which step runs and how long it took.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What went wrong, in words that say what to do next.
pub type Failure = String;

/// The repository's root directory.
pub fn root() -> PathBuf {
    // Cargo sets this for `cargo run`; asked at run time, so that a moved clone keeps working.
    match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(xtask) => Path::new(&xtask).join(".."),
        None => PathBuf::from("."),
    }
    .canonicalize()
    .unwrap_or_else(|_| PathBuf::from("."))
}

/// The names of a folder's Rust files that begin with `prefix`: Cargo's targets there.
pub fn targets(folder: &str, prefix: &str) -> Result<Vec<String>, Failure> {
    let entries = fs::read_dir(root().join(folder)).map_err(|error| format!("cannot read {folder}/: {error}"))?;
    let mut targets: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(prefix))
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .collect();
    targets.sort();
    Ok(targets)
}

/// Runs `work` under a title; prints the title before and the time after.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("▸ {title}");
    let started = Instant::now();
    let result = work();
    let seconds = started.elapsed().as_secs_f64();
    match &result {
        Ok(_) => println!("  done in {seconds:.1} s"),
        Err(_) => println!("  failed after {seconds:.1} s"),
    }
    result
}

/// A command that runs in the repository's root with the project's own tools first on PATH.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let root = root();
    let mut command = Command::new(program);
    let tools = [root.join(".tools/bin"), root.join(".tools/npm/node_modules/.bin")];
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let path = tools.into_iter().chain(std::env::split_paths(&inherited));
    if let Ok(path) = std::env::join_paths(path) {
        command.env("PATH", path);
    }
    // Trunk 0.21 rejects the customary `NO_COLOR=1`.
    command.env_remove("NO_COLOR");
    // Belongs to this package; a build script of another one must not see it.
    command.env_remove("CARGO_MANIFEST_DIR");
    command.current_dir(root);
    command
}

/// Runs the command to its end with its output shown; a non-zero exit is a failure.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let name = describe(command);
    let status = command.status().map_err(|error| format!("cannot start `{name}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{name}` failed ({status})")) }
}

/// Runs the command quietly and returns what it wrote to standard output.
pub fn read(command: &mut Command) -> Result<String, Failure> {
    let name = describe(command);
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| format!("cannot start `{name}`: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("`{name}` failed ({})", output.status))
    }
}

/// Runs the command with its standard output shown line by line and kept;
/// returns the text and whether the command succeeded.
pub fn watch(command: &mut Command) -> Result<(String, bool), Failure> {
    let name = describe(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| format!("cannot start `{name}`: {error}"))?;
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            text.push_str(&line);
            text.push('\n');
        }
        let _ = std::io::stdout().flush();
    }
    let status = child.wait().map_err(|error| format!("lost `{name}`: {error}"))?;
    Ok((text, status.success()))
}

/// Whether the program starts at all, asked with `--version`.
pub fn exists(program: &str) -> bool {
    version(program).is_some()
}

/// What the program prints for `--version`, if it can be started.
pub fn version(program: impl AsRef<OsStr>) -> Option<String> {
    let output = command(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of the named programs that can be started.
pub fn first_of(programs: &[&str]) -> Option<PathBuf> {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&inherited).collect();
    programs.iter().find_map(|program| folders.iter().map(|folder| folder.join(program)).find(|path| path.is_file()))
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    // Long inline scripts would bury the message.
    let arguments =
        command.get_args().map(|argument| argument.to_string_lossy()).filter(|argument| argument.len() < 60);
    let mut text = program;
    for argument in arguments {
        text.push(' ');
        text.push_str(&argument);
    }
    text
}
