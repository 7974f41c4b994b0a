//! Follows what becomes of a request, beside the rounds.

use std::time::Duration;

use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Store, poll};
use crate::api::outcome::Outcome;
use crate::client::Error;
use crate::lifecycle::RequestId;

/// What is known of a request now.
#[derive(Debug)]
pub enum Told {
    /// What the server says of it.
    Outcome(Outcome),
    /// The server knows nothing of it, and said so again and again: it is not asked any more.
    Gone,
    /// For the moment, nothing: there is no answer, or one that says that there is no such request.
    Nothing(Option<Error>),
}

/// Where the following stands.
#[derive(Clone, Copy, Default)]
struct Stand {
    asking: bool,
    /// Rounds that had failed when it was asked last.
    failures: u32,
    /// How often in a row nothing came of asking, and how many turns are let pass therefore.
    nothing: u32,
    pass: u32,
    /// How often in a row it was not there.
    missing: u32,
}

/// Asks now, and then every so often for as long as there is a `request` to ask after: one answer at a time, less and less
/// often where nothing comes of it, and only when the server may be asked (`poll`).
pub fn follow(
    store: Store,
    every: Duration,
    request: impl Fn() -> Option<RequestId> + 'static,
    take: impl Fn(Told) + Clone + 'static,
) {
    let stand = StoredValue::new(Stand::default());
    let ask = move || {
        let free = stand.try_with_value(|stand| !stand.asking && stand.missing <= poll::INSISTS) == Some(true);
        let Some(request) = request().filter(|_| free) else { return };
        stand.update_value(|stand| stand.asking = true);
        let take = take.clone();
        spawn_local(async move {
            let answer = store.client().outcome(request).await;
            if let Some(told) = told(store, stand, answer) {
                take(told);
            }
        });
    };
    ask();
    let again = move || {
        let turn = stand.try_update_value(|stand| {
            stand.pass = stand.pass.saturating_sub(1);
            stand.pass == 0 && poll::may_ask(store, &mut stand.failures)
        });
        if turn == Some(true) {
            ask();
        }
    };
    // Without a timer what was last known stays.
    if let Ok(timer) = set_interval_with_handle(again, every) {
        on_cleanup(move || timer.clear());
    }
}

/// What an answer means; `None`: whoever wanted to know is gone.
fn told(store: Store, stand: StoredValue<Stand>, answer: Result<Option<Outcome>, Error>) -> Option<Told> {
    let Stand { nothing, missing, .. } = stand.try_update_value(|stand| {
        stand.asking = false;
        stand.missing = if matches!(answer, Ok(None)) { stand.missing + 1 } else { 0 };
        stand.nothing = if matches!(answer, Ok(Some(_))) { 0 } else { stand.nothing + 1 };
        stand.pass = if stand.nothing > 0 { 1 << stand.nothing.min(5) } else { 0 };
        *stand
    })?;
    if let Err(error) = &answer {
        poll::heed(store, error);
    }
    if nothing == 1 {
        // Whether the server is well at all, a round tells.
        poll::poke(store);
    }
    Some(match answer {
        Ok(Some(outcome)) => Told::Outcome(outcome),
        Ok(None) if missing > poll::INSISTS => Told::Gone,
        Ok(None) => Told::Nothing(None),
        Err(error) => Told::Nothing(Some(error)),
    })
}
