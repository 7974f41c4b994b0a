//! `playhead token`.

use std::process::ExitCode;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Makes a token and shows it once
    Create {},
}

impl Token {
    pub fn run(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}
