//! `playhead world`: the world of a demo server as a file.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};

use clap::Subcommand;
use serde_json::json;

use super::failure::Failure;
use super::session::Session;
use crate::client;

/// The standard input or output as a file.
const STANDARD: &str = "-";

/// What can be done with a world.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum World {
    /// Writes the open world to a file
    Export {
        /// The file; - is the standard output
        #[arg(default_value = STANDARD)]
        file: String,
    },
    /// Opens a world file in place of the open world, which is lost
    Import {
        /// The file; - is the standard input
        file: String,
    },
}

impl World {
    /// Does it.
    pub async fn run(self, session: &Session) -> Result<(), Failure> {
        match self {
            World::Export { file } => {
                let bytes = told(session, &file, session.client.export_world().await)?;
                if file == STANDARD && io::stdout().is_terminal() {
                    return session.out.document(&String::from_utf8_lossy(&bytes));
                }
                if file == STANDARD {
                    return io::stdout().write_all(&bytes).map_err(Failure::output);
                }
                fs::write(&file, &bytes).map_err(|error| at(&file, error))?;
                match session.out.json {
                    true => session.out.json(&json!({ "file": file, "bytes": bytes.len() })),
                    false => session.out.line(&format!("{} bytes written to {file}", bytes.len())),
                }
            }
            World::Import { file } => {
                let bytes = match file.as_str() {
                    STANDARD => {
                        let mut bytes = Vec::new();
                        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
                    }
                    file => fs::read(file),
                };
                let bytes = bytes.map_err(|error| at(&file, error))?;
                told(session, &file, session.client.import_world(bytes).await)?;
                match session.out.json {
                    true => session.out.json(&json!({ "file": file })),
                    false => session.out.line(&format!("the world of {file} is open")),
                }
            }
        }
    }
}

fn told<T>(session: &Session, file: &str, result: Result<T, client::Error>) -> Result<T, Failure> {
    match result {
        Err(client::Error::Invalid { detail }) => Err(Failure::Usage(format!("{file}: {detail}"))),
        Err(client::Error::NotFound { .. }) => {
            let words = "this server has no world to write or open: only one that \"playhead serve\" started has.";
            Err(Failure::Usage(words.to_owned()))
        }
        result => session.told(result),
    }
}

fn at(file: &str, error: io::Error) -> Failure {
    Failure::File { place: file.to_owned(), error }
}
