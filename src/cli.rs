//! The command line: `playhead NOUN VERB`, over the same client as the console, and `playhead serve`.
//!
//! Invariants: no rule of its own: what is allowed the lifecycle says, and the server has the last word; a token is never
//! printed after it was created.

mod serve;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Deploys, stops and watches environments and services; serves the console.
#[derive(Debug, Parser)]
#[command(name = "playhead", version, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the console and the API over HTTP
    Serve(serve::Serve),
    /// Makes, lists and revokes the tokens of a server
    #[command(subcommand)]
    Token(token::Token),
}

/// Does what the arguments of the process say.
pub fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Token(token) => token.run(),
    }
}
