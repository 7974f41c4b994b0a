//! Forgets subscribers that are gone.
//!
//! A signal keeps an entry for each of its subscribers until that one runs anew: one that is dropped before stays in the
//! set for as long as the signal lives (`reactive_graph` 0.2), some 150 bytes each, and a row has twenty. The signals of
//! the store outlive every row, so they are swept: whoever still listens is told and subscribes again by running, the
//! others are forgotten.

use leptos::prelude::*;
use leptos::reactive::graph::Source;
use leptos::task::spawn_local;

use super::Store;

/// After so many new rows the store's signals are swept.
const ROWS: u32 = 256;

/// Sweeps one signal.
pub fn sweep(signal: &(impl Notify + Source)) {
    signal.notify();
    signal.clear_subscribers();
}

impl Store {
    /// A row of a list has been made: what only it listens to is swept when it goes.
    pub fn row_made(self, key: u128) {
        let made = self.rows_made.try_update_value(|made| {
            *made = (*made + 1) % ROWS;
            *made
        });
        if made == Some(0) {
            // Not in the middle of the drawing that makes the row.
            spawn_local(async move { self.sweep() });
        }
        on_cleanup(move || {
            self.environments.sweep_row(key);
            self.services.sweep_row(key);
        });
    }

    fn sweep(self) {
        // An open menu or panel would be drawn anew, and lose its focus: another time.
        if self.menu.with_untracked(Option::is_some) || self.route.place().with_untracked(|place| place.panel.is_some())
        {
            return;
        }
        self.environments.sweep();
        self.services.sweep();
        sweep(&self.loaded);
        sweep(&self.now);
        sweep(&self.contact);
        sweep(&self.selection);
        sweep(&self.menu);
        sweep(&self.route.place());
    }
}
