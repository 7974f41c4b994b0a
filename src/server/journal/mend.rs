//! A file of which SQLite cannot read some pages: the requests before them go into a new one, the old one is kept.
//!
//! Invariants: the file that is there is whole and holds the tokens, whenever this is cut off; without all tokens, and the
//! opening and the clock, nothing is mended.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, Row, params_from_iter};

use super::{Error, open};
use crate::client::clock::Millis;

/// Of these nothing may be missing…
const WHOLE: [&str; 3] = ["opening", "clock", "token"];
/// …and of these there is what can be read.
const READABLE: [&str; 2] = ["damaged", "request"];

/// What became of a damaged file.
#[derive(Debug)]
pub struct Mended {
    /// Where it is now, as it was.
    pub kept: PathBuf,
    /// How many requests could be read, from the first on.
    pub requests: usize,
}

/// Looks whether a journal can be read to its end, and mends one that cannot. Nobody else may have it open.
///
/// # Errors
/// What [`open`] says, and where it cannot be mended; it is left as it is then.
pub fn mend(path: &Path, real: Millis) -> Result<Option<Mended>, Error> {
    if !path.is_file() {
        return Ok(None);
    }
    let old = open(path)?;
    let storage = |source| Error::Storage { path: path.to_owned(), source };
    for table in WHOLE {
        each(&old, table, |_| Ok(())).map_err(|(_, error)| storage(error))?;
    }
    let mut whole = true;
    for table in READABLE {
        match each(&old, table, |_| Ok(())) {
            Ok(_) => {}
            Err((_, error)) if is_damage(&error) => whole = false,
            Err((_, error)) => return Err(storage(error)),
        }
    }
    if whole {
        return Ok(None);
    }
    let fresh = path.with_extension("mended");
    remove(&fresh)?;
    let requests = copy(&old, &fresh).map_err(storage)?;
    // From here on the old file is all there is of it: nothing of it stands in its log.
    let busy: bool = old.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(storage)?;
    old.close().map_err(|(_, error)| storage(error))?;
    if busy || beside(path, "-wal").metadata().is_ok_and(|log| log.len() > 0) {
        return Err(Error::InUse { path: path.to_owned() });
    }
    let kept = path.with_file_name(format!("journal-damaged-{real}.sqlite"));
    let file = |source| Error::File { path: path.to_owned(), source };
    fs::copy(path, &kept).and_then(|_| File::open(&kept)?.sync_all()).map_err(file)?;
    // Whoever could not read the old one cannot read this one.
    fs::metadata(path).and_then(|old| fs::set_permissions(&fresh, old.permissions())).map_err(file)?;
    for end in ["-wal", "-shm"] {
        // They are gone with the last connection, mostly.
        let _ = fs::remove_file(beside(path, end));
    }
    fs::rename(&fresh, path).map_err(file)?;
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        // Where folders cannot be written through, the system does it in time.
        let _ = folder.sync_all();
    }
    Ok(Some(Mended { kept, requests }))
}

/// Copies what can be read into a new file. How many requests that were.
fn copy(old: &Connection, fresh: &Path) -> rusqlite::Result<usize> {
    let new = open(fresh).map_err(|error| match error {
        Error::Storage { source, .. } => source,
        _ => rusqlite::Error::InvalidQuery,
    })?;
    new.execute_batch("BEGIN")?;
    let put = |table: &str, row: &Row<'_>| {
        let values = values(row)?;
        let places = vec!["?"; values.len()].join(", ");
        new.prepare_cached(&format!("INSERT INTO {table} VALUES ({places})"))?.execute(params_from_iter(values))?;
        Ok(())
    };
    for table in WHOLE {
        each(old, table, |row| put(table, row)).map_err(|(_, error)| error)?;
    }
    let mut copied = 0;
    for table in READABLE {
        copied = match each(old, table, |row| put(table, row)) {
            Ok(copied) => copied,
            Err((copied, error)) if is_damage(&error) => copied,
            Err((_, error)) => return Err(error),
        };
    }
    new.execute_batch("COMMIT")?;
    new.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    new.close().map_err(|(_, error)| error)?;
    Ok(copied)
}

/// Reads a table row by row, in the order in which it was written. How many were read, up to an error or the end.
fn each(
    connection: &Connection,
    table: &str,
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> Result<usize, (usize, rusqlite::Error)> {
    let mut read = 0;
    let mut all = || -> rusqlite::Result<()> {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY rowid"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            take(row)?;
            read += 1;
        }
        Ok(())
    };
    let done = all();
    done.map(|()| read).map_err(|error| (read, error))
}

fn values(row: &Row<'_>) -> rusqlite::Result<Vec<Value>> {
    (0..row.as_ref().column_count()).map(|column| row.get(column)).collect()
}

/// What cannot be read, or is nothing that was written.
fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::ConstraintViolation))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// What a try before this one left behind.
fn remove(fresh: &Path) -> Result<(), Error> {
    for end in ["", "-wal", "-shm"] {
        match fs::remove_file(beside(fresh, end)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::File { path: fresh.to_owned(), source });
            }
            _ => {}
        }
    }
    Ok(())
}
