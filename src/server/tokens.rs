//! Tokens of the API: made by the command line, shown once, stored as their SHA-256.
//!
//! Invariant: a token itself is in nobody's hands but its owner's; what is stored cannot be used as one.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::journal;
use crate::client::clock::Millis;
use crate::client::curl::quoted;

/// What is said where every token of the server with this folder was revoked.
pub fn none_left(data: &Path) -> String {
    let create = to_create(data);
    format!("No token is left, and the API answers nobody without one: not this machine either. {create} makes one")
}

/// The command that makes a token of the server with this folder: it works as it is pasted, in any folder.
pub fn to_create(data: &Path) -> String {
    let data = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    format!("`playhead token create NAME --data {}`", quoted(&data.to_string_lossy()))
}

/// What a token is allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// To read.
    Read,
    /// To read and to act.
    Act,
}

impl Scope {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Act => "act",
        }
    }
}

/// A token as it is listed: never the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whose it is: shown as who asked.
    pub name: String,
    /// What it is allowed to do.
    pub scope: Scope,
    /// When it was made, Unix ms.
    pub created_at: Millis,
}

/// Why a token cannot be made or found.
#[derive(Debug, Error)]
pub enum Error {
    /// The file they are kept in.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// SQLite says no.
    #[error("the tokens cannot be read or written: {0}")]
    Storage(#[from] rusqlite::Error),
    /// Names are unique.
    #[error("there is a token called {0:?} already; choose another name, or revoke that one first")]
    Taken(String),
    /// No such name.
    #[error("there is no token called {name:?}. {}", if others.is_empty() { "There is none" } else { others })]
    Missing {
        /// What was named.
        name: String,
        /// What could have been, in words.
        others: String,
    },
    /// Names are shown, and travel in a header.
    #[error("a token's name has 1 to 60 letters, digits, spaces, or any of . _ - @, not {0:?}")]
    Name(String),
    /// The system has no randomness to give.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

/// The tokens of a server. Another process may make and revoke some at any moment: each question asks the file.
#[derive(Debug)]
pub struct Tokens(Mutex<Connection>);

impl Tokens {
    /// Opens the file they are in.
    ///
    /// # Errors
    /// [`Error::Journal`].
    pub fn open(path: &Path) -> Result<Tokens, Error> {
        Ok(Tokens(Mutex::new(journal::open(path)?)))
    }

    fn with<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        Ok(ask(&self.0.lock().unwrap_or_else(PoisonError::into_inner))?)
    }

    /// Makes a token and returns it: the only time it can be seen.
    ///
    /// # Errors
    /// [`Error::Taken`] and [`Error::Name`], and what storage says.
    pub fn create(&self, name: &str, scope: Scope, now: Millis) -> Result<String, Error> {
        let fits = |c: char| c.is_ascii_alphanumeric() || " ._-@".contains(c);
        if name.is_empty() || name.len() > 60 || !name.chars().all(fits) || name.trim() != name {
            return Err(Error::Name(name.to_owned()));
        }
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Error::Random)?;
        let token = bytes.iter().fold(String::from("playhead_"), |text, byte| text + &format!("{byte:02x}"));
        // A name that was revoked can be given again.
        let insert = "INSERT INTO token (name, hash, act, created_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (name) DO UPDATE
            SET hash = excluded.hash, act = excluded.act, created_at = excluded.created_at, revoked_at = NULL
            WHERE revoked_at IS NOT NULL";
        let values = params![name, hash(&token), scope == Scope::Act, now];
        match self.with(|connection| connection.execute(insert, values))? {
            0 => Err(Error::Taken(name.to_owned())),
            _ => Ok(token),
        }
    }

    /// Makes a token useless, at once.
    ///
    /// # Errors
    /// [`Error::Missing`], and what storage says.
    pub fn revoke(&self, name: &str, now: Millis) -> Result<(), Error> {
        let revoke = "UPDATE token SET revoked_at = ?2 WHERE name = ?1 AND revoked_at IS NULL";
        match self.with(|connection| connection.execute(revoke, params![name, now]))? {
            0 => {
                let all = self.list()?.into_iter().map(|known| known.name).collect::<Vec<_>>().join(", ");
                let others = if all.is_empty() { all } else { format!("There are: {all}") };
                Err(Error::Missing { name: name.to_owned(), others })
            }
            _ => Ok(()),
        }
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// What storage says.
    pub fn list(&self) -> Result<Vec<Known>, Error> {
        self.with(|connection| {
            let mut statement =
                connection.prepare("SELECT name, act, created_at FROM token WHERE revoked_at IS NULL ORDER BY name")?;
            let rows = statement.query_map([], known)?;
            rows.collect()
        })
    }

    /// Whether any was ever made, revoked ones too: from the first on nobody is served without.
    ///
    /// # Errors
    /// What storage says.
    pub fn any(&self) -> Result<bool, Error> {
        self.with(|connection| {
            connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM token)")?.query_row([], |row| row.get(0))
        })
    }

    /// Whether any is left, revoked ones aside.
    ///
    /// # Errors
    /// What storage says.
    pub fn left(&self) -> Result<bool, Error> {
        self.with(|connection| {
            let ask = "SELECT EXISTS (SELECT 1 FROM token WHERE revoked_at IS NULL)";
            connection.query_row(ask, [], |row| row.get(0))
        })
    }

    /// Whose token this is; `None`: nobody's (any more).
    ///
    /// # Errors
    /// What storage says.
    pub fn find(&self, token: &str) -> Result<Option<Known>, Error> {
        self.with(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT name, act, created_at FROM token WHERE hash = ?1 AND revoked_at IS NULL")?;
            statement.query_row([hash(token)], known).optional()
        })
    }
}

/// A token has 256 random bits, so that one round of a fast hash is enough: nothing can be tried out.
fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn known(row: &rusqlite::Row<'_>) -> rusqlite::Result<Known> {
    let scope = if row.get(1)? { Scope::Act } else { Scope::Read };
    Ok(Known { name: row.get(0)?, scope, created_at: row.get(2)? })
}
