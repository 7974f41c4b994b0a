//! Saying how it goes on: one block that rewrites itself on a terminal, elsewhere a line for whatever has changed.

use std::collections::HashMap;
use std::time::Instant;

use crate::cli::output::{Output, Table};
use crate::lifecycle::Status;

/// How many services the block shows: it has to be lower than a terminal.
const SHOWN: usize = 10;

/// A service that is watched, and how it is doing.
pub struct Watched {
    /// Its name.
    pub name: String,
    /// Its shown status.
    pub status: Status,
}

/// What was said so far.
pub struct Progress {
    out: Output,
    words: String,
    began: Instant,
    said: String,
    statuses: HashMap<String, Status>,
}

impl Progress {
    /// Nothing yet, of what these words name.
    pub fn new(out: Output, words: &str) -> Progress {
        Progress { out, words: words.to_owned(), began: Instant::now(), said: String::new(), statuses: HashMap::new() }
    }

    /// How the whole is going on, and each service as far as it is told.
    pub fn say(&mut self, now: &str, services: Vec<Watched>) {
        if self.out.rewrites {
            return self.out.block(&self.head(now), &block(&services));
        }
        for Watched { name, status } in services {
            // Those that wait are many, and say nothing by it.
            if status.queue().is_none() && self.statuses.get(&name) != Some(&status) {
                // Where they stood before is known to who asked.
                if self.statuses.contains_key(&name) || status.in_progress() {
                    self.out.progress(&format!("  {name}: {status}"));
                }
                self.statuses.insert(name, status);
            }
        }
        if self.said != now {
            self.out.progress(&format!("{}: {now}", self.words));
            now.clone_into(&mut self.said);
        }
    }

    fn head(&self, now: &str) -> String {
        let seconds = self.began.elapsed().as_secs();
        let passed = match (seconds / 60, seconds % 60) {
            (0, seconds) => format!("{seconds} s"),
            (minutes, seconds) => format!("{minutes} min {seconds} s"),
        };
        format!("{}: {now}, {passed}", self.words)
    }
}

/// The services that move, and how many wait for that.
fn block(services: &[Watched]) -> Table {
    let mut table = Table::indented();
    let moving = services.iter().filter(|one| one.status.in_progress());
    let (waiting, moving): (Vec<&Watched>, Vec<&Watched>) = moving.partition(|one| one.status.queue().is_some());
    for one in moving.iter().take(SHOWN) {
        table.row(vec![one.name.as_str().into(), (&one.status).into()]);
    }
    if let Some(more) = moving.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        table.row(vec![format!("{more} more").into()]);
    }
    if !waiting.is_empty() {
        table.row(vec![format!("{} queued", waiting.len()).into()]);
    }
    table
}
