//! `playhead serve`.

use std::process::ExitCode;

use clap::Args;

#[derive(Debug, Args)]
pub struct Serve {}

impl Serve {
    pub fn run(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}
