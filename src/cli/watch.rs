//! Following an action to its end: by what became of its request where the server tells, else by the statuses.
//!
//! Invariants: only reads are sent; one that fails is tried again until the time is over.

pub mod interrupt;
pub mod patience;
mod progress;
mod statuses;

use std::time::Duration;

use serde_json::{Value, json};

use super::act::{LeftOut, with_left_out, words};
use super::failure::{About, Failure};
use super::options::Watch;
use super::output::part;
use super::receipt::Known;
use super::session::Session;
use super::snapshot::Snapshot;
use crate::api::outcome::Outcome;
use crate::client::{self, Accepted, Order};
use crate::lifecycle::{Action, RequestId, Status};

use patience::{Patience, given_up};
use progress::{Progress, Watched};
use statuses::Before;

/// Seconds between two looks, where nobody counts them.
pub const INTERVAL: u64 = 1;
/// Where the server has only the public contract, whose tokens have 1,000 requests an hour: 720 of them.
pub const COUNTED_INTERVAL: u64 = 5;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Succeeded,
    Failed,
    Canceled,
}

impl End {
    fn word(self) -> &'static str {
        match self {
            End::Succeeded => "succeeded",
            End::Failed => "failed",
            End::Canceled => "canceled",
        }
    }
}

/// What one look at the server told.
enum Look {
    /// It goes on: what there is to say of it, and each service as far as it is told.
    GoesOn(String, Vec<Watched>),
    /// It is over: how, what is to be said of each service, and the whole for `--json`.
    Over(End, Vec<String>, Value),
    /// The server does not tell: look at the statuses instead.
    NotOffered,
}

/// Follows an accepted order to its end.
///
/// # Errors
/// [`Failure::Failed`] when it failed or was canceled; [`Failure::NotEnded`] when the time is over.
pub async fn follow(
    session: &Session,
    snapshot: &Snapshot,
    order: &Order,
    (accepted, known): (Accepted, Known),
    watch: Watch,
    left_out: &[LeftOut],
) -> Result<(), Failure> {
    let words = words(snapshot, order);
    let mut patience = Patience::new(watch.timeout);
    // A cancel is over when the deployment it cancels is.
    let running = snapshot.deployment.as_ref().and_then(|deployment| deployment.id.parse::<RequestId>().ok());
    let mut request = match order.action {
        Action::Cancel => running.or(accepted.request),
        _ => accepted.request,
    };
    let mut statuses = Before::new(snapshot, order);
    let mut progress = Progress::new(session.out, &words);
    loop {
        let look = match request {
            Some(request) => by_outcome(session, order, request).await,
            None => session.client.statuses(order.environment).await.map(|told| statuses.look(told)),
        };
        let usual = Duration::from_secs(watch.interval.unwrap_or(match request {
            Some(_) => INTERVAL,
            None => COUNTED_INTERVAL,
        }));
        let mut problem = None;
        let mut wait = usual;
        match look {
            Ok(Look::NotOffered) => {
                request = None;
                continue;
            }
            Ok(Look::Over(end, lines, whole)) => {
                session.out.progress_over();
                return tell(session, snapshot, order, accepted, Told { words, end, lines, whole, left_out });
            }
            Ok(Look::GoesOn(now, services)) => {
                patience.succeeded();
                progress.say(&now, services);
            }
            Err(error) if error.may_heal() => {
                let (longer, words) = patience.failed(usual, &error);
                wait = longer;
                progress.say(&words, Vec::new());
                problem = Some(error);
            }
            Err(error) => {
                session.out.progress_over();
                return session.told(Err(error));
            }
        }
        if patience.is_over() {
            session.out.progress_over();
            let about = About { request: known.request(), environment: order.environment };
            let called = snapshot.called();
            let words = match problem {
                Some(error) => given_up(session, &format!("{words} was accepted, but"), error),
                None => format!(
                    "{words} has not ended within {} s and goes on. Look with \"playhead environment status {called}\".",
                    watch.timeout,
                ),
            };
            let how = interrupt::to_cancel(order.action, called, known);
            return Err(Failure::NotEnded { words: format!("{words}{how}"), about: Some(about) });
        }
        patience.wait(wait).await;
    }
}

/// The end, and what is said of it.
struct Told<'a> {
    words: String,
    end: End,
    lines: Vec<String>,
    whole: Value,
    left_out: &'a [LeftOut],
}

fn tell(
    session: &Session,
    snapshot: &Snapshot,
    order: &Order,
    accepted: Accepted,
    told: Told<'_>,
) -> Result<(), Failure> {
    let Told { words, end, lines, whole, left_out } = told;
    if session.out.json {
        let answer = json!({
            "action": order.action.name(),
            "environment": order.environment.to_string(),
            "request": accepted.request.map(|id| id.to_string()),
            "position": accepted.position,
            "result": end.word(),
            "outcome": whole,
        });
        session.out.json(&with_left_out(answer, left_out))?;
    } else {
        for line in lines {
            session.out.line(&format!("  {line}"))?;
        }
        session.out.line(&format!("{words}: {}", end.word()))?;
    }
    match end {
        End::Succeeded => Ok(()),
        End::Failed => {
            let look = format!("Look with \"playhead environment logs {}\".", snapshot.called());
            Err(Failure::Failed(format!("{words} failed. {look}")))
        }
        End::Canceled => Err(Failure::Failed(format!("{words} was canceled."))),
    }
}

/// Asks what became of a request, and while it runs how its services are doing.
async fn by_outcome(session: &Session, order: &Order, request: RequestId) -> Result<Look, client::Error> {
    let outcome = match session.client.outcome(request).await {
        Ok(Some(outcome)) => outcome,
        Ok(None) => return Ok(Look::NotOffered),
        Err(error) if error.is_not_offered() => return Ok(Look::NotOffered),
        Err(error) => return Err(error),
    };
    if outcome.state != "RUNNING" || session.out.json {
        return Ok(look(order.action, &outcome, Vec::new()));
    }
    // Only told beside it: what became of the request is what counts.
    let statuses = session.client.statuses(order.environment).await.unwrap_or_default();
    let watched = outcome.items.iter().filter_map(|item| {
        let status = statuses.iter().find(|status| status.id == item.service_id)?;
        Some(Watched { name: item.name.clone(), status: Status::from_name(&status.state) })
    });
    Ok(look(order.action, &outcome, watched.collect()))
}

/// What there is to say of what became of a request.
fn look(action: Action, outcome: &Outcome, services: Vec<Watched>) -> Look {
    let number = |word: &str| outcome.items.iter().filter(|item| item.outcome == word).count();
    if outcome.state != "ENDED" {
        let waits = || outcome.position.map(|place| format!("waits at place {place}"));
        let done = part(number("DONE"), outcome.items.len());
        let words = match (outcome.state.as_str(), number("FAILED")) {
            ("WAITING", _) => waits().unwrap_or_else(|| "waits".to_owned()),
            (_, 0) => format!("{done} done"),
            (_, failed) => format!("{done} done, {failed} failed"),
        };
        return Look::GoesOn(words, services);
    }
    let nothing = outcome.note.as_deref().is_some_and(|note| note.starts_with("nothing to do"));
    let end = if action == Action::Cancel {
        // What failed before it was canceled is no failure of the cancel.
        End::Succeeded
    } else if number("FAILED") > 0 {
        End::Failed
    } else if number("CANCELED") > 0 || outcome.note.is_some() && !nothing {
        End::Canceled
    } else {
        End::Succeeded
    };
    let mut lines: Vec<String> = Vec::new();
    for item in &outcome.items {
        let word = item.outcome.to_lowercase();
        lines.push(match item.reason.as_deref() {
            None => format!("{}: {word}", item.name),
            Some(reason) if reason.starts_with(&word) => format!("{}: {reason}", item.name),
            Some(reason) => format!("{}: {word}: {reason}", item.name),
        });
    }
    lines.extend(outcome.note.clone());
    let whole = serde_json::to_value(outcome).unwrap_or_default();
    Look::Over(end, lines, whole)
}
