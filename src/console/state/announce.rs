//! What the live region says: changes of status, in one sentence, not more often than one can listen.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::Store;
use super::row::ServiceRow;
use crate::console::format;
use crate::console::parts::pods_words;
use crate::lifecycle::ServiceId;

/// Not more often than this.
const PAUSE: Duration = Duration::from_millis(1_500);
/// Not more services by name than this.
const NAMES: usize = 3;

/// What waits to be said.
#[derive(Default)]
pub struct Announcer {
    /// Services that were acted on in this page, ascending: they come first.
    acted: Vec<ServiceId>,
    /// Services whose status changed, the latest words for each.
    waiting: Vec<(ServiceId, String)>,
    scheduled: bool,
}

/// Somebody acted on these services.
pub fn acted(store: Store, services: &[ServiceId]) {
    store.announcer.update_value(|announcer| {
        announcer.acted.extend(services);
        announcer.acted.sort_unstable();
        announcer.acted.dedup();
    });
}

/// A service has changed.
pub fn changed(store: Store, before: &ServiceRow, after: &Arc<ServiceRow>) {
    let pods = after.status.in_progress() && (before.ready, before.pods.len()) != (after.ready, after.pods.len());
    if before.status == after.status && !pods {
        return;
    }
    let words = if after.status.in_progress() && after.desired.is_some() && !after.pods.is_empty() {
        format!("{}: {}, {}", after.name, after.status.words(), pods_words(&after.pods, after.desired))
    } else {
        format!("{}: {}", after.name, after.status.words())
    };
    let id = after.id;
    let schedule = store.announcer.try_update_value(|announcer| {
        announcer.waiting.retain(|(waiting, _)| *waiting != id);
        announcer.waiting.push((id, words));
        !std::mem::replace(&mut announcer.scheduled, true)
    });
    if schedule == Some(true) {
        set_timeout(move || say(store), PAUSE);
    }
}

fn say(store: Store) {
    let said = store.announcer.try_update_value(|announcer| {
        announcer.scheduled = false;
        let mut waiting = std::mem::take(&mut announcer.waiting);
        waiting.sort_by_cached_key(|(id, _)| announcer.acted.binary_search(id).is_err());
        let more = waiting.len().saturating_sub(NAMES);
        waiting.truncate(NAMES);
        let mut said: Vec<String> = waiting.into_iter().map(|(_, words)| words).collect();
        if more > 0 {
            said.push(format!("and {} changed", format::count(more, "more service")));
        }
        said.join(". ")
    });
    if let Some(said) = said.filter(|said| !said.is_empty()) {
        // A page that was left meanwhile has no store any more.
        let _ = store.said.try_set(said);
    }
}
