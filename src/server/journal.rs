//! What was accepted, on disk: one SQLite file with a write-ahead log.
//!
//! The world is not stored: it follows from how it was opened and from the requests that were accepted since, each with
//! the world's time at which it was answered. Reading the journal is answering them again.
//!
//! A request that cannot be read, or is not accepted any more, ends what can be followed: it and all behind it are set
//! aside in the table `damaged`, as they were, and the world goes on from what is before them. Where SQLite itself cannot
//! read on (`mend`) the file is kept beside a new one.
//!
//! Invariants: a request stands here before its answer goes out; no token and no header but who asked and from where is
//! written down, of a key its digest; a file of a format that is not known is refused, never changed; nothing is deleted.

mod mend;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use thiserror::Error;

use super::once::Digested;
use crate::api::http::{ACTOR, ORIGIN, REQUEST};
use crate::api::{Method, Request, Response};
use crate::backend::Backend;
use crate::client::Clock;
use crate::client::clock::Millis;
pub use mend::{Mended, mend};

/// The version of the file's format, kept in SQLite's own place for it.
const FORMAT: i64 = 3;

/// The formats before it, and what each lacks of the next: the ids of requests; the keys they came with, when that was, and
/// a place for what is set aside.
const FORMER: [(i64, &str); 2] = [
    (1, "ALTER TABLE request ADD COLUMN accepted TEXT"),
    (2, "ALTER TABLE request ADD COLUMN key BLOB; ALTER TABLE request ADD COLUMN asked INTEGER"),
];

const TABLES: &str = "
    CREATE TABLE opening (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        scenario TEXT NOT NULL,
        seed INTEGER NOT NULL,
        at INTEGER NOT NULL
    );
    CREATE TABLE clock (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        real INTEGER NOT NULL,
        world INTEGER NOT NULL,
        speed INTEGER NOT NULL
    );
    CREATE TABLE request (
        number INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        actor TEXT,
        origin TEXT,
        body BLOB NOT NULL,
        accepted TEXT,
        key BLOB,
        asked INTEGER
    );
    CREATE TABLE token (
        name TEXT PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        act INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        revoked_at INTEGER
    );
";

/// What a request was, and why it is here and when it came here. Without types, and so without conversions: what is damaged
/// stays as it is.
const DAMAGED: &str = "
    CREATE TABLE IF NOT EXISTS damaged (
        number, at, method, path, actor, origin, body, accepted, key, asked, why, set_aside_at
    );
";

/// Why a journal cannot be used. Displayed: which file, and what to do.
#[derive(Debug, Error)]
pub enum Error {
    /// SQLite says no: a full disk, a folder that is not there, a file that is something else.
    #[error("{}: {source}", path.display())]
    Storage {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        source: rusqlite::Error,
    },
    /// Another format.
    #[error(
        "{}: the journal has format {found}, and this program reads format {FORMAT}. Use the program that wrote it, or \
         another --data",
        path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: i64,
    },
    /// The system says no.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// It is damaged, and cannot be mended while another program has it open.
    #[error("{} is damaged, and another program has it open. End that first", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It was followed when the server started, and cannot be now.
    #[error("{}: {damage}. Start the server again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where it ends.
        damage: Damage,
    },
}

/// Where a journal cannot be followed any further. Displayed: what is there.
#[derive(Debug, Error)]
#[error("request {number} {what}")]
pub struct Damage {
    /// Its place in the journal, from 1.
    number: i64,
    /// What is wrong with it.
    what: String,
}

/// The journal, open.
#[derive(Debug)]
pub struct Journal {
    connection: Connection,
    path: PathBuf,
}

/// How the world begins when the journal is new.
#[derive(Clone, Debug)]
pub struct Opening {
    /// A name of [`crate::backend::scenario::NAMES`].
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
}

fn is_read(format: i64) -> bool {
    format == FORMAT || FORMER.iter().any(|(former, _)| *former == format)
}

/// Opens the file, which gets its tables when it is new.
///
/// # Errors
/// [`Error::Storage`] and [`Error::Format`].
pub fn open(path: &Path) -> Result<Connection, Error> {
    let storage = |source| Error::Storage { path: path.to_owned(), source };
    let connect = || -> rusqlite::Result<(Connection, i64)> {
        let connection = Connection::open(path)?;
        // Another process (the command line, making a token) may be writing.
        connection.busy_timeout(std::time::Duration::from_secs(1))?;
        let read = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let known = read("user_version")?;
        let tables = |connection: &Connection| {
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        };
        if !is_read(known) && (known != 0 || tables(&connection)? > 0) {
            return Ok((connection, known));
        }
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // FULL: a commit is on the disk when it returns, and survives a power cut too.
        connection.pragma_update(None, "synchronous", "FULL")?;
        if known == FORMAT {
            return Ok((connection, known));
        }
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if format == 0 && tables(&connection)? == 0 {
            connection.execute_batch(TABLES)?;
            format = FORMAT;
        }
        for (former, lacking) in FORMER {
            if format == former {
                connection.execute_batch(lacking)?;
                format += 1;
            }
        }
        if format == FORMAT {
            connection.execute_batch(DAMAGED)?;
            connection.pragma_update(None, "user_version", FORMAT)?;
        }
        connection.execute_batch("COMMIT")?;
        Ok((connection, format))
    };
    let (connection, format) = connect().map_err(storage)?;
    if format == FORMAT { Ok(connection) } else { Err(Error::Format { path: path.to_owned(), found: format }) }
}

impl Journal {
    /// Opens the journal; a new one begins with `opening`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open(path: &Path, opening: &Opening, real: Millis) -> Result<Journal, Error> {
        let journal = Journal { connection: open(path)?, path: path.to_owned() };
        // Seeds are whole numbers of 64 bits without a sign, SQLite's have one: the bits are kept.
        let seed = opening.seed.cast_signed();
        journal.run("INSERT OR IGNORE INTO opening VALUES (1, ?1, ?2, ?3)", params![opening.scenario, seed, real])?;
        journal.run("INSERT OR IGNORE INTO clock VALUES (1, ?1, ?1, 1)", params![real])?;
        Ok(journal)
    }

    fn run(&self, statement: &str, values: impl rusqlite::Params) -> Result<usize, Error> {
        self.stored(self.connection.prepare_cached(statement).and_then(|mut statement| statement.execute(values)))
    }

    fn stored<T>(&self, result: rusqlite::Result<T>) -> Result<T, Error> {
        result.map_err(|source| Error::Storage { path: self.path.clone(), source })
    }

    /// The world's clock, at `speed` from now on. It went on while the server was down, at the speed it had then.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn clock(&self, real: Millis, speed: Option<u32>) -> Result<Clock, Error> {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (then, world, stored): (Millis, Millis, u32) =
            self.stored(self.connection.query_row("SELECT real, world, speed FROM clock", [], row))?;
        let mut clock = Clock::start(then);
        clock.step(then, world.saturating_sub(then));
        clock.set_speed(then, stored);
        clock.set_speed(real, speed.unwrap_or(stored));
        self.run("UPDATE clock SET real = ?1, world = ?2, speed = ?3", params![real, clock.now(real), clock.speed()])?;
        Ok(clock)
    }

    /// The world as the journal tells it: as it was opened, and every accepted request answered again, and how many these
    /// are. `keyed` is told the answers to those that came with a key.
    ///
    /// # Errors
    /// [`Error::Damaged`] where a request cannot be read, or is not accepted any more.
    pub fn replay(&self, mut keyed: impl FnMut(Keyed)) -> Result<(Backend, i64), Error> {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (scenario, seed, at): (String, i64, Millis) =
            self.stored(self.connection.query_row("SELECT scenario, seed, at FROM opening", [], row))?;
        let mut backend = Backend::scenario(&scenario, seed.cast_unsigned(), at);
        let mut count = 0;
        let statement =
            "SELECT number, at, method, path, actor, origin, body, accepted, key, asked FROM request ORDER BY number";
        let mut statement = self.stored(self.connection.prepare(statement))?;
        let mut rows = self.stored(statement.query([]))?;
        while let Some(row) = self.stored(rows.next())? {
            let number = self.stored(row.get(0))?;
            let damaged = |what| Error::Damaged { path: self.path.clone(), damage: Damage { number, what } };
            let entry = entry(row).map_err(|error| damaged(format!("cannot be read: {error}")))?;
            let answer = again(&mut backend, &entry).map_err(damaged)?;
            if let Some((key, asked)) = entry.key {
                keyed(Keyed { key, asked, answer });
            }
            count += 1;
        }
        Ok((backend, count))
    }

    /// [`Journal::replay`]; what cannot be followed is set aside first. With it: how many requests that were, now and ever.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn recover(&self, real: Millis, mut keyed: impl FnMut(Keyed)) -> Result<(Backend, i64, i64), Error> {
        loop {
            match self.replay(&mut keyed) {
                Ok((backend, count)) => {
                    let aside = self.connection.query_row("SELECT count(*) FROM damaged", [], |row| row.get(0));
                    return Ok((backend, count, self.stored(aside)?));
                }
                // What the world has become on the way is forgotten with it: the refused request may have changed it.
                Err(Error::Damaged { damage, .. }) => {
                    let rows = self.set_aside(&damage, real)?;
                    let path = self.path.display();
                    tracing::error!(
                        "{path} is damaged: {damage}. {rows} requests from there on are not in the world; they are kept in \
                         its table damaged"
                    );
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Puts a request and all behind it into the table of what is damaged. How many they are.
    fn set_aside(&self, damage: &Damage, real: Millis) -> Result<usize, Error> {
        let insert = "INSERT INTO damaged
            SELECT number, at, method, path, actor, origin, body, accepted, key, asked, ?2, ?3 FROM request
            WHERE number >= ?1 ORDER BY number";
        self.begin()?;
        let moved = || {
            let rows = self.run(insert, params![damage.number, damage.to_string(), real])?;
            self.run("DELETE FROM request WHERE number >= ?1", params![damage.number])?;
            self.commit()?;
            Ok(rows)
        };
        moved().inspect_err(|_| self.rollback())
    }

    /// Writes what is there already, to see whether it can be written; after an error there may be a transaction left.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn try_to_write(&self) -> Result<(), Error> {
        self.begin()?;
        self.run("UPDATE clock SET real = real", [])?;
        self.commit()
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn begin(&self) -> Result<(), Error> {
        self.run("BEGIN IMMEDIATE", []).map(|_| ())
    }

    /// Writes a request that is going to be answered with a success, with the world's time and the id it got, if any; and
    /// with the digest of the key it came with, if any, and real time.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn write(
        &self,
        request: &Request,
        at: Millis,
        accepted: Option<&str>,
        key: Option<(Digested, Millis)>,
    ) -> Result<(), Error> {
        let values = params![
            at,
            request.method.name(),
            request.path,
            request.header(ACTOR),
            request.header(ORIGIN),
            request.body,
            accepted,
            key.map(|(key, _)| key),
            key.map(|(_, asked)| asked),
        ];
        let insert = "INSERT INTO request (at, method, path, actor, origin, body, accepted, key, asked)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.run(insert, values).map(|_| ())
    }

    /// Ends the transaction: when this returns, what was written is on the disk.
    ///
    /// # Errors
    /// [`Error::Storage`]: nothing of the transaction was kept.
    pub fn commit(&self) -> Result<(), Error> {
        self.run("COMMIT", []).map(|_| ()).inspect_err(|_| self.rollback())
    }

    /// Forgets the transaction, if there is one.
    pub fn rollback(&self) {
        // Without a transaction there is nothing to forget, and SQLite's complaint about that is of no use.
        let _ = self.connection.execute_batch("ROLLBACK");
    }
}

/// What was answered to a request that came with a key.
pub struct Keyed {
    /// The key's digest.
    pub key: Digested,
    /// When it came, real time.
    pub asked: Millis,
    /// The answer.
    pub answer: Response,
}

/// A line of the journal.
struct Entry {
    at: Millis,
    request: Request,
    /// The id it got; `None` for what gets none, and for lines of the first format.
    accepted: Option<String>,
    /// The digest of the key it came with, and when; `None` for what has none, and for lines of former formats.
    key: Option<(Digested, Millis)>,
}

fn entry(row: &rusqlite::Row<'_>) -> rusqlite::Result<Entry> {
    let method: String = row.get(2)?;
    let method = Method::from_name(&method).ok_or(rusqlite::Error::InvalidQuery)?;
    let mut request = Request::new(method, row.get::<_, String>(3)?).with_body(row.get::<_, Vec<u8>>(6)?);
    for (name, column) in [(ACTOR, 4), (ORIGIN, 5)] {
        if let Some(value) = row.get::<_, Option<String>>(column).optional()?.flatten() {
            request = request.with_header(name, value);
        }
    }
    let key = row.get::<_, Option<Digested>>(8)?.zip(row.get(9)?);
    Ok(Entry { at: row.get(1)?, request, accepted: row.get(7)?, key })
}

/// The answer to a request that was accepted before; else what is wrong with it.
fn again(backend: &mut Backend, entry: &Entry) -> Result<Response, String> {
    let Entry { at, request, accepted, .. } = entry;
    let answer = backend.handle(request, *at);
    let id = answer.header(REQUEST);
    let words = match accepted {
        _ if !answer.is_ok() => String::from_utf8_lossy(&answer.body).into_owned(),
        Some(accepted) if id != Some(accepted.as_str()) => {
            format!("with the id {}, not {accepted}", id.unwrap_or("of none"))
        }
        Some(_) | None => return Ok(answer),
    };
    let Request { method, path, .. } = request;
    Err(format!("({method} {path}) was accepted and is answered with {} now: {words}", answer.status))
}
