//! Toasts: each accepted request is shown as what it is, sent → accepted → queued (place) → running → outcome, and
//! never as more than is known.
//!
//! They outlive pages and panels, so they live at the root of the page and not in an owner of a component.

mod stage;
mod view;

use std::cell::Cell;

use leptos::prelude::*;

pub use view::toasts;

use super::state::Order;
use super::state::follow::Told;
use crate::client;
use crate::lifecycle::{Action, EnvironmentId, RequestId};
use stage::Stage;
pub use stage::read;

/// More than these are not kept; the oldest that is over goes first.
const MOST: usize = 5;

/// Of a request that the server has forgotten, as one does that was set back.
const GONE: &str = "The server knows nothing of this request any more: what became of it is not known";

thread_local! {
    static ALL: ArcRwSignal<Vec<Toast>> = ArcRwSignal::new(Vec::new());
    /// The number of the next. None is given twice: by it the page knows which it shows already.
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// One request, from the moment it is sent to its outcome. A handle: copies are the same toast.
#[derive(Clone, Debug)]
pub struct Toast {
    number: u64,
    words: String,
    order: Option<Order>,
    stage: ArcRwSignal<Stage>,
    request: ArcRwSignal<Option<RequestId>>,
}

fn all() -> ArcRwSignal<Vec<Toast>> {
    ALL.with(Clone::clone)
}

fn show(words: String, order: Option<Order>, stage: Stage) -> Toast {
    let all = all();
    let number = NEXT.get();
    NEXT.set(number + 1);
    let (stage, request) = (ArcRwSignal::new(stage), ArcRwSignal::new(None));
    let toast = Toast { number, words, order, stage, request };
    all.update(|all| {
        while all.len() >= MOST {
            let over = all.iter().position(|old| old.stage.with_untracked(Stage::is_over)).unwrap_or(0);
            all.remove(over);
        }
        all.push(toast.clone());
    });
    toast
}

/// A request is on its way. `words` name it: "Redeploy api".
pub fn sending(words: String, order: Order) -> Toast {
    show(words, Some(order), Stage::Sending)
}

/// Something was done that is over at once: "World opened".
pub fn done(words: String) {
    show(words, None, Stage::Done(String::new()));
}

/// Something failed, and what to do next.
pub fn failed(words: String, why: String) {
    show(words, None, Stage::Failed { words: why, services: Vec::new() });
}

/// The server's answer to what has no toast of its own, or that there is none.
pub fn refused(words: String, error: client::Error) {
    show(words, None, Stage::Sending).refused(error);
}

/// Another world or server is open: it knows nothing of the requests so far, and might know others by their ids.
pub fn forget_requests() {
    all().update(|all| all.retain(|toast| toast.order.is_none()));
}

impl Toast {
    /// The server took the request. `place`: in the queue, from 1; 0: it has started; `None`: not told.
    pub fn accepted(&self, request: Option<RequestId>, place: Option<u64>, _environment: EnvironmentId) {
        self.request.set(request);
        self.stage.set(match (request, place) {
            (Some(_), Some(place)) if place > 0 => Stage::Waiting { place },
            (Some(_), Some(_)) => Stage::Running { over: 0, of: 0 },
            (Some(_), None) => Stage::Accepted,
            (None, _) => Stage::Untold,
        });
    }

    /// There is no answer that could be used: refused, lost, or not understood.
    pub fn refused(&self, error: client::Error) {
        let words = match &error {
            // The console offered it, so it knew less than the server, which has the last word.
            client::Error::Refused { reason } => format!("The server refused: {reason}"),
            other => other.to_string(),
        };
        self.stage.set(match error.leaves_open() {
            true => Stage::Unknown(words),
            false => Stage::Failed { words, services: Vec::new() },
        });
    }

    /// Takes the toast away; the request goes on.
    fn dismiss(&self) {
        all().update(|all| all.retain(|other| other.number != self.number));
    }

    /// What the server says of the request now.
    fn followed(&self, told: Told) {
        match told {
            Told::Outcome(outcome) => {
                let stage = match (&self.order, read(&outcome)) {
                    // The cancel is carried out at once; what it interrupts is not over yet.
                    (Some(Order { action: Action::Cancel, .. }), Stage::Done(_)) => {
                        Stage::Ended("Accepted; what it interrupts shows Canceling until that has really ended".into())
                    }
                    (_, stage) => stage,
                };
                // An answer that is older than what is shown takes nothing back.
                if self.stage.with_untracked(|old| *old != stage && old.may_become(&stage)) {
                    self.stage.set(stage);
                }
            }
            Told::Gone => self.stage.set(Stage::Unknown(GONE.to_owned())),
            // Not known for the moment: what was last known stays.
            Told::Nothing(_) => {}
        }
    }
}
