//! What was: an environment's deployments, and the log of one. Read when somebody wants to see it, and again when a round
//! (`poll`) told that something is new, or while it goes on: never more often than rounds are, so that it rests when they
//! do, and keeps to what a token has left.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::remote::Remote;
use super::row::Millis;
use super::{Store, poll};
use crate::client::{Client, Error};
use crate::lifecycle::EnvironmentId;

/// Not more often than this while something goes on, in milliseconds: rounds of the demo are several a second.
const PACE: f64 = 1_000.0;

/// An answer about the past.
pub trait Recorded: Send + Sync + 'static {
    /// Whether there is more to come.
    fn goes_on(&self) -> bool;

    /// Whether it cannot have been given after `known`.
    fn is_older_than(&self, known: &Self) -> bool;
}

/// An answer that is under way.
pub type Asked<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// Where the reading stands.
#[derive(Clone, Copy, Default)]
struct Stand {
    asking: bool,
    again: bool,
    /// When it was asked last, in the browser's time.
    at: f64,
    /// How often in a row an answer was older than what is known.
    older: u32,
}

/// What rounds tell of an environment that may be news of its past.
#[derive(Clone, PartialEq)]
struct News {
    in_progress: bool,
    operation: Option<Millis>,
    queue: usize,
}

fn news(store: Store, id: EnvironmentId) -> Option<News> {
    let row = store.environment(id)?;
    let operation = row.operation.as_ref().map(|last| last.at);
    Some(News { in_progress: row.status.in_progress(), operation, queue: store.queue().len() })
}

/// Reads what `read` asks for, now and whenever there may be more of it.
pub fn follow<T: Recorded>(
    store: Store,
    id: EnvironmentId,
    read: impl Fn(&Client) -> Asked<T> + Clone + 'static,
) -> RwSignal<Remote<T>> {
    let known = RwSignal::new(Remote::Loading);
    let stand = StoredValue::new(Stand::default());
    let news = Memo::new(move |_| news(store, id));
    let ask = move || {
        let free = stand.try_update_value(|stand| {
            stand.again = stand.asking;
            stand.at = js_sys::Date::now();
            !std::mem::replace(&mut stand.asking, true)
        });
        if free != Some(true) {
            return;
        }
        let read = read.clone();
        spawn_local(async move {
            loop {
                let answer = read(&store.client()).await;
                let error = answer.as_ref().err().cloned();
                let again = take(known, stand, answer);
                // Of a server that is left by now, nothing counts.
                if let (Some(_), Some(error)) = (again, &error) {
                    poll::heed(store, error);
                }
                if again != Some(true) {
                    return;
                }
            }
        });
    };
    Effect::new(move |before: Option<(Option<News>, Option<f64>)>| {
        let told = news.get();
        let round = store.contact.with(|contact| contact.answered);
        let is_news = before.as_ref().is_none_or(|(known, _)| *known != told);
        let was_round = before.is_none_or(|(_, known)| known != round);
        let Stand { at, older, .. } = stand.get_value();
        let due = js_sys::Date::now() - at >= PACE;
        let in_progress = told.as_ref().is_some_and(|news| news.in_progress);
        if is_news || (was_round && due && (older > 0 || more_to_come(known, in_progress))) {
            ask();
        }
        (told, round)
    });
    known
}

/// Whether another answer would tell more: it goes on, or this one is no answer, or may be none of the last.
fn more_to_come<T: Recorded>(known: RwSignal<Remote<T>>, in_progress: bool) -> bool {
    known.with_untracked(|known| match known {
        Remote::Loaded(value) => value.goes_on(),
        // What is not there comes only while something is done.
        Remote::Failed(Error::NotFound { .. }) => in_progress,
        Remote::Stale(..) | Remote::Failed(_) => true,
        Remote::Loading | Remote::Slow => false,
    })
}

/// Takes an answer over what is known, and says whether it is asked again at once; `None`: nobody looks any more.
fn take<T: Recorded>(known: RwSignal<Remote<T>>, stand: StoredValue<Stand>, answer: Result<T, Error>) -> Option<bool> {
    let is_older = |before: &Remote<T>| match (before.value(), &answer) {
        (Some(before), Ok(answer)) => answer.is_older_than(before),
        _ => false,
    };
    let older = known.try_with_untracked(is_older)?;
    let refused = stand.try_update_value(|stand| {
        stand.older = if older && stand.older < poll::INSISTS { stand.older + 1 } else { 0 };
        stand.older > 0
    })?;
    let failed = answer.is_err();
    match answer {
        Ok(_) if refused => {}
        Ok(answer) => known.set(Remote::Loaded(answer)),
        Err(error) => known.update(|known| *known = std::mem::replace(known, Remote::Loading).failed(error)),
    }
    stand.try_update_value(|stand| {
        // What failed is asked for after the next round that does not.
        stand.asking = std::mem::take(&mut stand.again) && !failed;
        stand.asking
    })
}
