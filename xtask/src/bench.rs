//! `cargo xtask bench`: the figures, natively and in the browser.

use std::path::PathBuf;
use std::thread;

use crate::arguments::Arguments;
use crate::build::{self, Profile};
use crate::process::{Failure, command, root, run, step, targets};
use crate::server::{self, Fallback, Site};
use crate::{setup, size};

/// Prints the figures; only the size has a limit here.
pub fn bench(arguments: &mut Arguments) -> Result<(), Failure> {
    arguments.done()?;
    setup::load()?;
    step("Native figures", || {
        for target in targets("benches", "")? {
            run(command("cargo").args(["bench", "--locked", "--quiet", "--bench", &target]))?;
        }
        Ok(())
    })?;
    setup::release()?;
    let folder = build::page(Profile::Release, build::Place::default())?;
    step("Weigh the first load", || size::gate(&folder))?;
    step("Figures in the browser", || on_page(folder, "bench.mjs"))
}

/// Runs a script of `tests/e2e` with the built page served as a static host would.
pub fn on_page(folder: PathBuf, script: &str) -> Result<(), Failure> {
    setup::playwright()?;
    let browser = setup::browser()?;
    let site = Site::new(folder, "/playhead/", Fallback::NotFound);
    let listener = server::listen(0)?;
    let address = server::address(&listener, &site);
    thread::spawn(move || server::serve(&listener, &site));
    run(command("node")
        .current_dir(root().join("tests/e2e"))
        .arg(script)
        .env("PLAYHEAD_URL", address)
        .env("CHROMIUM", browser.chromium))
}
