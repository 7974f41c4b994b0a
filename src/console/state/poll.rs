//! Follows the server: fast while something goes on, slower when nothing does, not at all in a hidden page.

use std::time::Duration;

use futures_util::future::{AbortHandle, abortable};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Store, freshness, load, shown};
use crate::client;
use crate::console::route::Panel;
use crate::lifecycle::EnvironmentId;

/// Where the following stands.
#[derive(Default)]
pub struct Poll {
    timer: Option<TimeoutHandle>,
    /// Says that a round takes long.
    slow: Option<TimeoutHandle>,
    /// A round is under way…
    busy: bool,
    /// …and ends with the place that it is for: no answer comes to another.
    round: Option<AbortHandle>,
    /// …and another was asked for meanwhile…
    again: bool,
    /// …by somebody who wants to see it: also when this one fails.
    insisted: bool,
    pub(super) project: Option<String>,
    /// Of which start of the server is known what is known.
    pub(super) start: u64,
    /// Up to where the project's changes are known.
    pub(super) project_revision: u64,
    /// Up to where the changes of the loaded services are known.
    pub(super) revision: u64,
    /// Whether the server has words of ours, beyond the contract's.
    pub(super) ours: bool,
    /// How often in a row an answer was older than what is shown (`INSISTS`).
    pub(super) older: u32,
    /// Whether the server has no words for what goes on beyond the contract's.
    pub(super) contract_only: bool,
    /// Of which environments such a server told when they were loaded…
    pub(super) told: Vec<String>,
    /// …and of which services, with the last deployment of each.
    pub(super) deployments: Vec<(String, Option<String>)>,
    /// Whether the server says by itself when something changes.
    pub(super) pushed: bool,
    /// Counts what it said: an answer that was asked for before is older.
    pub(super) heard: u32,
    /// When the list of environments was last known to be so, in the browser's time…
    pub(super) environments_at: Option<f64>,
    /// …and that of services.
    pub(super) services_at: Option<f64>,
    /// How many rounds in a row have failed.
    pub(super) failures: u32,
    /// Before that, the server wants to hear nothing; in the browser's time.
    not_before: f64,
}

impl Poll {
    /// Nothing has been asked yet.
    pub fn new(contract_only: bool) -> Poll {
        Poll { contract_only, ..Poll::default() }
    }

    /// Ends the round that is under way, and the waiting for the next.
    fn stop(&mut self) {
        if let Some(round) = self.round.take() {
            round.abort();
        }
        for timer in [self.timer.take(), self.slow.take()].into_iter().flatten() {
            timer.clear();
        }
        (self.busy, self.again, self.insisted) = (false, false, false);
    }
}

/// So often in a row a server that was set back has to say what cannot be, to be believed.
pub(super) const INSISTS: u32 = 3;

/// Begins to follow.
pub fn start(store: Store) {
    store.contact.update(|contact| contact.patience = 3_000.0);
    let shown = window_event_listener_untyped("visibilitychange", move |_| {
        if !hidden() {
            poke(store);
        }
    });
    let online = window_event_listener_untyped("online", move |_| poke(store));
    let second = set_interval_with_handle(move || tick(store), Duration::from_secs(1));
    on_cleanup(move || {
        shown.remove();
        online.remove();
        if let Ok(second) = second {
            second.clear();
        }
        store.poll.try_update_value(Poll::stop);
    });
    // Another environment: its services are wanted now.
    Effect::new(move |before: Option<Option<EnvironmentId>>| {
        let focus = store.focus.get();
        if before.flatten() != focus && focus.is_some() && store.loaded.get_untracked() != focus {
            shown::forget_services(store);
        }
        if before.is_some_and(|before| before != focus) {
            store.poll.update_value(Poll::stop);
            shown::show_age(store);
        }
        insist(store);
        focus
    });
}

/// Asks now, or as soon as the round that is under way has ended; where the server wants to hear nothing yet, then.
pub fn poke(store: Store) {
    if hidden() {
        // It is asked when somebody looks again.
        return;
    }
    let now = js_sys::Date::now();
    let stands = store.poll.try_with_value(|poll| (poll.not_before - now, poll.busy || poll.timer.is_some()));
    match stands {
        Some((early, _)) if early <= 0.0 => begin(store, false),
        // Nobody looked when the last round ended.
        Some((early, false)) => ask_in(store, Duration::from_millis(early as u64)),
        Some((_, true)) | None => {}
    }
}

/// Whether something may be asked beside the rounds: somebody looks, and the server wants to be asked. While rounds fail it
/// is asked once after each, as often as they are: `failures` is how many had failed when it was asked last.
pub fn may_ask(store: Store, failures: &mut u32) -> bool {
    let now = js_sys::Date::now();
    let Some((failed, early)) = store.poll.try_with_value(|poll| (poll.failures, poll.not_before > now)) else {
        return false;
    };
    let may = !hidden() && !early && (failed == 0 || failed != *failures);
    if may {
        *failures = failed;
    }
    may
}

/// When the server wants to be asked again counts for everybody, whoever was told so.
pub fn heed(store: Store, error: &client::Error) {
    if let Some(wait) = told(error) {
        let until = js_sys::Date::now() + wait.as_secs_f64() * 1_000.0;
        store.poll.try_update_value(|poll| poll.not_before = poll.not_before.max(until));
    }
}

/// How long the server wants to hear nothing, and a little longer: others of this token come back then too.
fn told(error: &client::Error) -> Option<Duration> {
    let wait = f64::from(error.wait()?.clamp(1, 3_600));
    Some(Duration::from_secs_f64(wait + js_sys::Math::random() * wait.min(10.0)))
}

fn ask_in(store: Store, pause: Duration) {
    let due = move || {
        store.poll.try_update_value(|poll| poll.timer = None);
        // By now it may have been told to wait longer.
        poke(store);
    };
    let timer = set_timeout_with_handle(due, pause);
    store.poll.update_value(|poll| poll.timer = timer.ok());
}

/// Asks now, because somebody wants to see it.
pub fn insist(store: Store) {
    begin(store, true);
}

fn begin(store: Store, insists: bool) {
    let free = store.poll.try_update_value(|poll| {
        if let Some(timer) = poll.timer.take() {
            timer.clear();
        }
        poll.again = poll.busy;
        poll.insisted = poll.busy && (poll.insisted || insists);
        !std::mem::replace(&mut poll.busy, true)
    });
    if free == Some(true) {
        let (round, handle) = abortable(round(store));
        store.poll.update_value(|poll| poll.round = Some(handle));
        spawn_local(async move {
            // Aborted: it is wanted no more.
            let _ = round.await;
        });
    }
}

/// Asks because the server said that something changed. Where it does not answer, its turn comes all the same.
pub fn hear(store: Store) {
    if store.poll.try_with_value(|poll| poll.failures) == Some(0) {
        poke(store);
    }
}

/// Forgets everything and loads it again.
pub fn reset(store: Store) {
    store.poll.update_value(|poll| {
        poll.stop();
        poll.project = None;
        poll.project_revision = 0;
        poll.revision = 0;
        poll.ours = false;
        poll.not_before = 0.0;
        poll.contract_only = store.client.with_value(client::Client::contract_only);
    });
    store.environments.forget();
    shown::forget_services(store);
    insist(store);
}

async fn round(store: Store) {
    let slow = set_timeout_with_handle(
        move || {
            if !store.environments.loaded() {
                store.environments.slow();
            }
            if !store.services.loaded() {
                store.services.slow();
            }
            // Something may have happened since, and who asks has not been told.
            store.contact.update(|contact| {
                contact.patience = 0.0;
                contact.now = js_sys::Date::now();
            });
        },
        Duration::from_secs(2),
    );
    store.poll.update_value(|poll| poll.slow = slow.ok());
    let result = load::refresh(store).await;
    let answered = result.is_ok();
    let again = store.poll.try_update_value(|poll| {
        if let Some(slow) = poll.slow.take() {
            slow.clear();
        }
        poll.busy = false;
        poll.failures = if answered { 0 } else { poll.failures + 1 };
        (std::mem::take(&mut poll.again), std::mem::take(&mut poll.insisted))
    });
    let (again, insisted) = again.unwrap_or_default();
    let pause = pause(store, result.as_ref().err());
    settle(store, result, pause);
    if insisted || (answered && again) {
        poke(store);
    } else if !hidden() {
        let early = store.poll.with_value(|poll| poll.not_before) - js_sys::Date::now();
        ask_in(store, pause.max(Duration::from_millis(early as u64)));
    }
}

/// The data is not called live for longer than this without a word of the server.
const LIVE: Duration = Duration::from_secs(60);

/// What a round means for the freshness; the next comes after `pause`.
fn settle(store: Store, result: Result<(), client::Error>, pause: Duration) {
    let now = js_sys::Date::now();
    let patience = pause.min(LIVE).as_secs_f64() * 1_000.0 + 2_000.0;
    store.poll.update_value(|poll| match &result {
        Ok(()) => poll.older = 0,
        Err(error) if error.wait().is_some() => poll.not_before = now + pause.as_secs_f64() * 1_000.0,
        // It has not taken back when it wants to be asked.
        Err(_) => {}
    });
    match result {
        Ok(()) => {
            if shown::is_list(store) {
                shown::environments_known(store);
            }
            if store.focus.get_untracked().is_some() {
                shown::services_known(store);
            }
            store.environments.healed();
            store.services.healed();
            let reads_only = store.client.with_value(client::Client::reads_only);
            store.contact.set(freshness::Contact {
                answered: Some(now),
                now,
                trouble: None,
                patience,
                left: left(store),
                reads_only,
            });
        }
        Err(error) => {
            if !store.environments.loaded() {
                store.environments.failed(error.clone());
            }
            if store.focus.get_untracked().is_some() {
                store.services.failed(error.clone());
            }
            // Nothing has been seen yet, and nothing will be before it has a token.
            let closed = matches!(error, client::Error::Unauthorized { .. }) && !store.environments.loaded();
            if closed && store.poll.with_value(|poll| poll.failures == 1) {
                store.route.open_panel(Panel::Connection);
            }
            // Of what was there, or of a whole project, that says only that somebody else answers.
            let focus = store.focus.get_untracked();
            let gone = matches!(error, client::Error::NotFound { .. })
                && focus.is_some()
                && store.loaded.get_untracked() != focus;
            let left = left(store);
            store.contact.update(|contact| {
                contact.now = now;
                contact.left = left;
                // That a thing is not there is an answer too, where nothing of it is shown.
                contact.answered = if gone { Some(now) } else { contact.answered };
                contact.trouble = Some(error).filter(|_| !gone);
            });
        }
    }
}

/// How many requests the token has left, as of the last answer, of whatever kind.
fn left(store: Store) -> Option<u32> {
    store.client.with_value(|client| client.budget().map(|budget| budget.left))
}

/// The badge grows older while no answer comes.
fn tick(store: Store) {
    let now = js_sys::Date::now();
    let Some(contract_only) = store.poll.try_with_value(|poll| poll.contract_only) else { return };
    if contract_only {
        // Its answers tell no time, and are far between.
        store.now.set(now as i64);
    }
    let before = store.contact.with_untracked(freshness::Contact::freshness);
    let mut contact = store.contact.get_untracked();
    contact.now = now;
    if contact.freshness() != before {
        store.contact.set(contact);
    }
}

/// How long to wait for the next round, after one that ended so.
fn pause(store: Store, trouble: Option<&client::Error>) -> Duration {
    let (failures, pushed) = store.poll.with_value(|poll| (poll.failures, poll.pushed));
    if let Some(wait) = trouble.and_then(told) {
        return wait;
    }
    if failures > 0 {
        let base = 1_000 << failures.min(5);
        return Duration::from_millis((f64::from(base) * (0.5 + js_sys::Math::random() / 2.0)) as u64);
    }
    let busy = match store.loaded.get_untracked() {
        Some(id) => store.environments.peek(id.0).is_some_and(|row| row.status.in_progress() || row.queue > 0),
        None => store.environments.any(|row| row.status.in_progress()),
    };
    if let (true, Some(loaded)) = (store.poll.with_value(|poll| poll.contract_only), store.loader.loaded_already()) {
        return (loaded.contract.pause)(store, busy, pushed);
    }
    let demo = store.client.with_value(|client| client.demo().is_some());
    Duration::from_millis(match (demo, pushed, busy) {
        (true, _, true) => 300,
        (true, _, false) => 1_000,
        (false, true, _) => 30_000,
        (false, false, true) => 1_500,
        (false, false, false) => 6_000,
    })
}

pub(super) fn hidden() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Hidden
}
