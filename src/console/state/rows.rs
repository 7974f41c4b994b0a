//! The rows of a list, keyed by id, with a signal for each: a change of one row runs only what reads that row.

use litemap::LiteMap;
use std::sync::Arc;

use leptos::prelude::*;

use super::remote::Remote;
use super::sweep::sweep;
use crate::client;

/// Rows by id. Lives at the root; the rows' own signals go with the rows.
pub struct Rows<R: 'static> {
    rows: StoredValue<LiteMap<u128, ArcRwSignal<Arc<R>>>>,
    /// The ids, in the list's natural order.
    order: RwSignal<Arc<[u128]>>,
    /// Counts changes of any row, for what reads all of them.
    changes: RwSignal<u64>,
    remote: RwSignal<Remote<()>>,
}

impl<R> Clone for Rows<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Rows<R> {}

impl<R: PartialEq + Send + Sync> Default for Rows<R> {
    /// No rows, and loading.
    fn default() -> Rows<R> {
        Rows {
            rows: StoredValue::new(LiteMap::new_vec()),
            order: RwSignal::new(Arc::from([])),
            changes: RwSignal::new(0),
            remote: RwSignal::new(Remote::Loading),
        }
    }
}

impl<R: PartialEq + Send + Sync> Rows<R> {
    /// Where the loading stands, reactive.
    pub fn remote(self) -> Remote<()> {
        self.remote.get()
    }

    /// Whether there are rows to show, current or old.
    pub fn loaded(self) -> bool {
        self.remote.with_untracked(|remote| remote.value().is_some())
    }

    /// A row, reactive on this row and on which rows there are.
    pub fn get(self, key: u128) -> Option<Arc<R>> {
        match self.signal(key) {
            Some(row) => Some(row.get()),
            None => {
                // Not there yet: asks again when the list changes.
                self.order.track();
                None
            }
        }
    }

    /// A row as it is now.
    pub fn peek(self, key: u128) -> Option<Arc<R>> {
        self.signal(key).map(|row| row.get_untracked())
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.order.with_untracked(|order| order.len())
    }

    /// The signal of a row.
    pub fn signal(self, key: u128) -> Option<ArcRwSignal<Arc<R>>> {
        self.rows.with_value(|rows| rows.get(&key).cloned())
    }

    /// All rows in their natural order, reactive on every change. Not for use in a row.
    pub fn all(self) -> Vec<Arc<R>> {
        self.changes.track();
        self.order.with(|order| {
            self.rows.with_value(|rows| {
                order.iter().filter_map(|key| rows.get(key)).map(|row| row.get_untracked()).collect()
            })
        })
    }

    /// Whether one of the rows is such, now.
    pub fn any(self, such: impl Fn(&R) -> bool) -> bool {
        self.rows.with_value(|rows| rows.values().any(|row| row.with_untracked(|row| such(row))))
    }

    /// How many of the rows are such, now.
    pub fn number(self, such: impl Fn(&R) -> bool) -> usize {
        self.rows.with_value(|rows| rows.values().filter(|row| row.with_untracked(|row| such(row))).count())
    }

    /// Replaces all rows; they come in the list's natural order. Rows that stay keep their signals.
    pub fn load(self, rows: Vec<(u128, R)>) {
        let order: Arc<[u128]> = rows.iter().map(|(key, _)| *key).collect();
        self.rows.update_value(|known| {
            let kept = rows.into_iter().map(|(key, row)| match known.get(&key) {
                Some(signal) => {
                    if signal.with_untracked(|now| **now != row) {
                        signal.set(Arc::new(row));
                    }
                    (key, signal.clone())
                }
                None => (key, ArcRwSignal::new(Arc::new(row))),
            });
            *known = kept.collect();
        });
        self.order.set(order);
        self.touch();
        self.remote.set(Remote::Loaded(()));
    }

    /// Changes one row. Returns the row before and after, if it is there and did change. [`Rows::touch`] comes after.
    pub fn patch(self, key: u128, patch: impl FnOnce(&R) -> R) -> Option<(Arc<R>, Arc<R>)> {
        let signal = self.signal(key)?;
        let before = signal.get_untracked();
        let after = Arc::new(patch(&before));
        if *before == *after {
            return None;
        }
        signal.set(after.clone());
        Some((before, after))
    }

    /// Tells what reads all rows that some have changed.
    pub fn touch(self) {
        self.changes.update(|changes| *changes += 1);
    }

    /// Forgets what listened to a row and is gone (see `sweep`).
    pub fn sweep_row(self, key: u128) {
        if let Some(row) = self.signal(key) {
            sweep(&row);
        }
    }

    /// Forgets what listened to the list and is gone (see `sweep`).
    pub fn sweep(self) {
        sweep(&self.order);
        sweep(&self.changes);
        sweep(&self.remote);
    }

    /// Forgets all rows, and loads.
    pub fn forget(self) {
        self.rows.set_value(LiteMap::new_vec());
        self.order.set(Arc::from([]));
        self.touch();
        self.remote.set(Remote::Loading);
    }

    /// It takes long.
    pub fn slow(self) {
        if self.remote.with_untracked(|remote| matches!(remote, Remote::Loading)) {
            self.remote.set(Remote::Slow);
        }
    }

    /// The server has answered.
    pub fn healed(self) {
        if self.remote.with_untracked(|remote| matches!(remote, Remote::Stale(..))) {
            self.remote.set(Remote::Loaded(()));
        }
    }

    /// It could not be loaded, or not again.
    pub fn failed(self, error: client::Error) {
        self.remote.update(|remote| *remote = remote.clone().failed(error));
    }
}
