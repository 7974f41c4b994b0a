//! The whole page in Chromium, under a sub-path of a plain static host: the specs of `tests/e2e`.

use std::path::PathBuf;
use std::thread;

use crate::build;
use crate::process::{Failure, command, root, watch};
use crate::server::{self, Fallback, Site};
use crate::setup::{self, Browser};

/// Where the page is served: nothing may rely on the domain's root.
const SUB_PATH: &str = "/some/sub/path/";

/// Runs specs on a built page: what Playwright is told, and what stands in its environment. Returns what it printed, and
/// whether it ended well.
pub fn specs(page: PathBuf, told: &[String], environment: &[(&str, &str)]) -> Result<(String, bool), Failure> {
    setup::playwright()?;
    let Browser { chromium, .. } = setup::browser()?;
    let console = page.clone();
    let site = Site::new(page, SUB_PATH, Fallback::NotFound);
    let listener = server::listen(0)?;
    let address = server::address(&listener, &site);
    println!("  {address}");
    thread::spawn(move || server::serve(&listener, &site));
    let program = build::program()?;
    watch(
        command("node")
            .current_dir(root().join("tests/e2e"))
            .args(["node_modules/@playwright/test/cli.js", "test"])
            .args(told)
            .env("PLAYHEAD_PROGRAM", program)
            .env("PLAYHEAD_CONSOLE", &console)
            .env("PLAYHEAD_URL", address)
            .env("CHROMIUM", chromium)
            .envs(environment.iter().copied()),
    )
}
