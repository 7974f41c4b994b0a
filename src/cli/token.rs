//! `playhead token`: the tokens of a server on this machine.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::failure::Failure;
use super::output::{Output, Table, complain};
use crate::api::Time;
use crate::server::tokens::{self, Known, Tokens};
use crate::server::{DATA, existing_journal, journal_path, real_now};

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
        #[arg(long, env = "PLAYHEAD_DATA", default_value = DATA, value_name = "DIR")]
        data: PathBuf,
    },
    /// Lists the tokens: names and scopes
    List {
        /// The folder with the journal and the tokens
        #[arg(long, env = "PLAYHEAD_DATA", default_value = DATA, value_name = "DIR")]
        data: PathBuf,
    },
    /// Makes a token useless, at once
    Revoke {
        /// What it is called
        name: String,
        /// The folder with the journal and the tokens
        #[arg(long, env = "PLAYHEAD_DATA", default_value = DATA, value_name = "DIR")]
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
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::Usage`] with what the server's folder or its tokens say.
    pub fn run(self, out: Output) -> Result<(), Failure> {
        match self {
            Token::Create { name, scope, data } => {
                let path = told(journal_path(&data))?;
                let scope = tokens::Scope::from(scope);
                let token = told(Tokens::open(&path))?.create(&name, scope, real_now());
                let token = told(token)?;
                if out.json {
                    return out.json(&json!({ "name": name, "scope": scope.name(), "token": token }));
                }
                out.line(&token)?;
                complain(&format!(
                    "This is the only time the token is shown. The server of {} answers nobody without one from now on.",
                    path.display()
                ));
                Ok(())
            }
            Token::List { data } => {
                let all = told(opened(&data)?.list())?;
                if out.json {
                    let one = |known: &Known| {
                        let made = Time(known.created_at).to_string();
                        json!({ "name": known.name, "scope": known.scope.name(), "created_at": made })
                    };
                    return out.json(&all.iter().map(one).collect());
                }
                if all.is_empty() {
                    complain(&format!("There is no token. {} makes one.", tokens::to_create(&data)));
                    return Ok(());
                }
                let mut table = Table::new(&["NAME", "SCOPE", "CREATED"]);
                for known in all {
                    let made = Time(known.created_at).to_string();
                    table.row(vec![known.name.into(), known.scope.name().into(), made.into()]);
                }
                out.table(&table)
            }
            Token::Revoke { name, data } => {
                let tokens = opened(&data)?;
                told(tokens.revoke(&name, real_now()))?;
                if !told(tokens.left())? {
                    complain(&format!("{}.", tokens::none_left(&data)));
                }
                if out.json { out.json(&json!({ "name": name, "result": "revoked" })) } else { Ok(()) }
            }
        }
    }
}

fn opened(data: &Path) -> Result<Tokens, Failure> {
    told(Tokens::open(&told(existing_journal(data))?))
}

/// What the server's own parts say, as a mistake in what was asked.
fn told<T>(result: Result<T, impl Display>) -> Result<T, Failure> {
    result.map_err(|error| Failure::Usage(format!("{error}.")))
}
