//! `cargo xtask screenshot`: the README's picture, from the built page.

use crate::arguments::Arguments;
use crate::bench::on_page;
use crate::build::{self, Profile};
use crate::process::{Failure, step};
use crate::setup;

/// Writes `tests/e2e/playhead.png`.
pub fn screenshot(arguments: &mut Arguments) -> Result<(), Failure> {
    arguments.done()?;
    setup::release()?;
    let folder = build::page(Profile::Release, build::Place::default())?;
    step("Take the picture", || on_page(folder, "screenshot.mjs"))
}
