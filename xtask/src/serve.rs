//! `cargo xtask serve`: build, serve, and build again when a source file changes.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::arguments::Arguments;
use crate::build::{self, Profile};
use crate::process::{Failure, command, root, run};
use crate::server::{self, Fallback, Site};
use crate::setup;

const PORT: u16 = 8080;
const SOURCES: [&str; 7] = ["src", "macros", "style", "index.html", "Trunk.toml", "Cargo.toml", "Cargo.lock"];

/// Serves the page until it is interrupted.
pub fn serve(arguments: &mut Arguments) -> Result<(), Failure> {
    let port = arguments.number("--port")?.unwrap_or(PORT);
    let profile = if arguments.flag("--release") { Profile::Release } else { Profile::Dev };
    let native = arguments.flag("--native");
    let more = if native { arguments.after_dashes() } else { Vec::new() };
    arguments.done()?;
    match profile {
        Profile::Dev => setup::page()?,
        Profile::Release => setup::release()?,
    }
    let mut built = newest();
    let folder = build::page(profile, build::Place::default())?;
    if native {
        let program = build::program()?;
        let port = port.to_string();
        return run(command(program).args(["serve", "--port", &port, "--console"]).arg(folder).args(more));
    }
    let site = Site::new(folder, "/", Fallback::Index);
    let listener = server::listen(port)?;
    println!(
        "\nPlayhead is at {}\n(a saved source file is built at once: reload the page; Ctrl C ends this)\n",
        server::address(&listener, &site)
    );
    thread::spawn(move || server::serve(&listener, &site));
    loop {
        thread::sleep(Duration::from_secs(1));
        let now = newest();
        if now > built {
            built = now;
            if let Err(error) = build::page(profile, build::Place::default()) {
                println!("  {error}; the page served is the one before");
            }
        }
    }
}

/// `cargo xtask static`: only serves a folder, as a static host would.
pub fn folder(arguments: &mut Arguments) -> Result<(), Failure> {
    let port = arguments.number("--port")?.unwrap_or(PORT);
    let folder = arguments.value("--root")?.unwrap_or_else(|| "dist".to_owned());
    let prefix = arguments.value("--prefix")?.unwrap_or_else(|| "/".to_owned());
    let fallback = match arguments.value("--fallback")?.as_deref() {
        None | Some("404") => Fallback::NotFound,
        Some("index") => Fallback::Index,
        Some(other) => return Err(format!("--fallback is 404 or index, not {other}")),
    };
    arguments.done()?;
    let folder = root().join(folder);
    if !folder.join("index.html").is_file() {
        return Err(format!("{} holds no index.html: run `cargo xtask build` first", folder.display()));
    }
    let site = Site::new(folder, &prefix, fallback);
    let listener = server::listen(port)?;
    println!("Serving {}", server::address(&listener, &site));
    server::serve(&listener, &site);
    Ok(())
}

/// When a source file was last written.
fn newest() -> Option<SystemTime> {
    SOURCES.iter().filter_map(|source| newest_in(&root().join(source))).max()
}

fn newest_in(path: &Path) -> Option<SystemTime> {
    if path.is_dir() {
        let entries = fs::read_dir(path).ok()?;
        entries.flatten().filter_map(|entry| newest_in(&entry.path())).max()
    } else {
        fs::metadata(path).ok()?.modified().ok()
    }
}
