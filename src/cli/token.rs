//! `playhead token`: the tokens of a server on this machine.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::foreign::shown;
use super::output::complain;
use crate::api::Time;
use crate::server::tokens::{self, Tokens};
use crate::server::{Failure, existing_journal, journal_path, real_now};

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Makes a token and shows it, this once
    Create {
        /// What it is called: shown as who asked
        name: String,
        /// What it is allowed to do
        #[arg(long, default_value = "read")]
        scope: Scope,
        /// The folder with the journal and the tokens
        #[arg(long, env = "PLAYHEAD_DATA", default_value = "playhead-data", value_name = "DIR")]
        data: PathBuf,
    },
    /// Lists the tokens: names and scopes
    List {
        /// The folder with the journal and the tokens
        #[arg(long, env = "PLAYHEAD_DATA", default_value = "playhead-data", value_name = "DIR")]
        data: PathBuf,
    },
    /// Makes a token useless, at once
    Revoke {
        /// What it is called
        name: String,
        /// The folder with the journal and the tokens
        #[arg(long, env = "PLAYHEAD_DATA", default_value = "playhead-data", value_name = "DIR")]
        data: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Scope {
    /// Reads
    Read,
    /// Reads and acts
    Act,
}

impl From<Scope> for tokens::Scope {
    fn from(scope: Scope) -> tokens::Scope {
        match scope {
            Scope::Read => tokens::Scope::Read,
            Scope::Act => tokens::Scope::Act,
        }
    }
}

impl Token {
    pub fn run(self) -> ExitCode {
        match self.done() {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                complain(&format!("error: {failure}."));
                ExitCode::from(2)
            }
        }
    }

    fn done(self) -> Result<(), Failure> {
        match self {
            Token::Create { name, scope, data } => {
                let path = journal_path(&data)?;
                println!("{}", Tokens::open(&path)?.create(&name, scope.into(), real_now())?);
                eprintln!(
                    "This is the only time the token is shown. The server of {} answers nobody without one from now on.",
                    path.display()
                );
            }
            Token::List { data } => {
                for known in opened(&data)?.list()? {
                    println!("{:<24} {:<5} {}", shown(&known.name), known.scope.name(), Time(known.created_at));
                }
            }
            Token::Revoke { name, data } => opened(&data)?.revoke(&name, real_now())?,
        }
        Ok(())
    }
}

fn opened(data: &Path) -> Result<Tokens, Failure> {
    Ok(Tokens::open(&existing_journal(data)?)?)
}
