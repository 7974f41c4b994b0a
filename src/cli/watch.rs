//! Following an action to its end: by what became of its request where the server tells, else by the statuses.
//!
//! Invariants: only reads are sent; one that fails is tried again until the time is over.

mod statuses;

use std::future::{Future, poll_fn};
use std::io::{self, Write};
use std::pin::pin;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::act::{verb, words};
use super::failure::Failure;
use super::options::Watch;
use super::output::Output;
use super::session::Session;
use super::snapshot::Snapshot;
use crate::api::outcome::Outcome;
use crate::client::{self, Accepted, Order};
use crate::lifecycle::{Action, RequestId};

use statuses::Before;

/// The exit code after Ctrl-C, as of every shell.
const INTERRUPTED: i32 = 130;

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
    /// It goes on: what there is to say of it.
    GoesOn(String),
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
    accepted: Accepted,
    watch: Watch,
) -> Result<(), Failure> {
    let words = words(snapshot, order);
    let until = Instant::now() + Duration::from_secs(watch.timeout);
    // A cancel is over when the deployment it cancels is.
    let running = snapshot.deployment.as_ref().and_then(|deployment| deployment.id.parse::<RequestId>().ok());
    let mut request = match order.action {
        Action::Cancel => running.or(accepted.request),
        _ => accepted.request,
    };
    let mut statuses = Before::new(snapshot, order);
    let mut said = String::new();
    loop {
        let look = match request {
            Some(request) => session.client.outcome(request).await.map(|outcome| look(order.action, outcome)),
            None => session.client.statuses(order.environment).await.map(|told| statuses.look(told)),
        };
        let mut problem = None;
        match look {
            Ok(Look::NotOffered) => {
                request = None;
                continue;
            }
            Ok(Look::Over(end, lines, whole)) => {
                session.out.progress_over();
                return tell(session, snapshot, order, accepted, Told { words, end, lines, whole });
            }
            Ok(Look::GoesOn(now)) => say(session.out, &mut said, format!("{words}: {now}")),
            Err(error) if error.may_heal() => {
                say(session.out, &mut said, format!("{words}: the server does not answer, it is asked again"));
                problem = Some(error);
            }
            Err(error) => {
                session.out.progress_over();
                return session.told(Err(error));
            }
        }
        if Instant::now() >= until {
            session.out.progress_over();
            return Err(match problem {
                Some(error) => {
                    let why = session.told::<()>(Err(error)).err().map(|why| why.to_string()).unwrap_or_default();
                    Failure::NotEnded(format!("{words} was accepted, but could not be followed to its end: {why}"))
                }
                None => Failure::NotEnded(format!(
                    "{words} has not ended within {} s and goes on. Look with \"playhead environment status {}\".",
                    watch.timeout, snapshot.environment.name
                )),
            });
        }
        let left = until.saturating_duration_since(Instant::now());
        tokio::time::sleep(pause(watch, problem.as_ref()).min(left)).await;
    }
}

/// How long until the next look: a server that counts requests says when it answers again.
fn pause(watch: Watch, problem: Option<&client::Error>) -> Duration {
    let interval = Duration::from_secs(watch.interval);
    match problem {
        Some(client::Error::RateLimited { reset: Some(seconds) }) => {
            interval.max(Duration::from_secs(u64::from(*seconds)))
        }
        Some(_) | None => interval,
    }
}

fn say(out: Output, said: &mut String, now: String) {
    if *said != now {
        out.progress(&now);
        *said = now;
    }
}

/// Ctrl-C ends the watching only: says so, and how to end the deployment. From the return on it is heard.
pub async fn hear_interrupt(out: Output, action: Action, environment: &str) {
    let how = match action {
        Action::Stop | Action::Restart | Action::Cancel => String::new(),
        Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => {
            format!(" To cancel it: playhead environment cancel {environment}")
        }
    };
    let words = format!("interrupted: the {}, once accepted, goes on.{how}", verb(action));
    let (listens, listening) = tokio::sync::oneshot::channel();
    let mut listens = Some(listens);
    tokio::spawn(async move {
        let mut interrupt = pin!(tokio::signal::ctrl_c());
        let heard = poll_fn(|context| {
            let heard = interrupt.as_mut().poll(context);
            // Its first poll is what begins the listening.
            if let Some(listens) = listens.take() {
                let _ = listens.send(());
            }
            heard
        });
        if heard.await.is_ok() {
            out.progress_over();
            let _ = writeln!(io::stderr(), "{words}");
            std::process::exit(INTERRUPTED);
        }
    });
    // The other side cannot go away before it has sent.
    let _ = listening.await;
}

/// The end, and what is said of it.
struct Told {
    words: String,
    end: End,
    lines: Vec<String>,
    whole: Value,
}

fn tell(session: &Session, snapshot: &Snapshot, order: &Order, accepted: Accepted, told: Told) -> Result<(), Failure> {
    let Told { words, end, lines, whole } = told;
    if session.out.json {
        session.out.json(&json!({
            "action": order.action.name(),
            "environment": order.environment.to_string(),
            "request": accepted.request.map(|id| id.to_string()),
            "position": accepted.position,
            "result": end.word(),
            "outcome": whole,
        }))?;
    } else {
        for line in lines {
            session.out.line(&format!("  {line}"))?;
        }
        session.out.line(&format!("{words}: {}", end.word()))?;
    }
    match end {
        End::Succeeded => Ok(()),
        End::Failed => {
            let environment = &snapshot.environment.name;
            let look = format!("Look with \"playhead environment logs {environment}\".");
            Err(Failure::Failed(format!("{words} failed. {look}")))
        }
        End::Canceled => Err(Failure::Failed(format!("{words} was canceled."))),
    }
}

/// Looks at what became of a request.
fn look(action: Action, outcome: Option<Outcome>) -> Look {
    let Some(outcome) = outcome else { return Look::NotOffered };
    let number = |word: &str| outcome.items.iter().filter(|item| item.outcome == word).count();
    if outcome.state != "ENDED" {
        let waits = || outcome.position.map(|place| format!("waits at place {place}"));
        return Look::GoesOn(match (outcome.state.as_str(), number("FAILED")) {
            ("WAITING", _) => waits().unwrap_or_else(|| "waits".to_owned()),
            (_, 0) => format!("{} of {} services done", number("DONE"), outcome.items.len()),
            (_, failed) => format!("{} of {} services done, {failed} failed", number("DONE"), outcome.items.len()),
        });
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
        let reason = item.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        lines.push(format!("{}: {}{reason}", item.name, item.outcome.to_lowercase()));
    }
    lines.extend(outcome.note.clone());
    let whole = serde_json::to_value(&outcome).unwrap_or_default();
    Look::Over(end, lines, whole)
}
