//! Sending an action, once, and telling what was answered.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::facts::Member;
use super::failure::Failure;
use super::options::{Sending, Watch};
use super::receipt::{self, Kept, Known};
use super::session::Session;
use super::snapshot::Snapshot;
use super::watch;
use super::watch::interrupt::{self, Own};
use crate::client::{self, Accepted, Item, Order};
use crate::lifecycle::{Action, Kind, Scope, allowed};

/// A service that an action on several leaves out, or that a cancel does not interrupt.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Why, in words.
    pub reason: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

/// An answer for machines, with the services that are left out.
pub fn with_left_out(mut answer: Value, left_out: &[LeftOut]) -> Value {
    if let Some(fields) = answer.as_object_mut().filter(|_| !left_out.is_empty()) {
        let each = left_out.iter().map(|one| json!({ "name": one.name, "reason": one.reason }));
        fields.insert("left_out".to_owned(), each.collect());
    }
    answer
}

/// A service of an order, with a version or without.
pub fn item(member: &Member, version: Option<Arc<str>>) -> Item {
    Item { service: member.id, kind: member.kind, source: member.source, version }
}

/// A short verb.
pub fn verb(action: Action) -> &'static str {
    match action {
        Action::Deploy => "deploy",
        Action::Redeploy => "redeploy",
        Action::Restart => "restart",
        Action::Stop => "stop",
        Action::Cancel => "cancel",
        Action::DeployVersion => "deploy version",
        Action::DeployLatest => "deploy latest version",
    }
}

/// An action by its stable name, as a short verb; a name that is not known as it came.
pub fn named(name: &str) -> String {
    Action::from_name(name).map_or_else(|| name.to_lowercase().replace('_', " "), |action| verb(action).to_owned())
}

/// Asks the rule, where the contract has no call that the server could refuse. What is not told never refuses.
///
/// # Errors
/// [`Failure::Refused`] with the law's reason.
pub fn judged(action: Action, member: &Member) -> Result<(), Failure> {
    if !member.is_told() && member.kind != Kind::Unknown {
        return Ok(());
    }
    allowed(action, &member.facts()).map_err(|refusal| Failure::Refused(format!("{}: {refusal}", member.name)))
}

/// What an order is about, in words: "redeploy of staging".
pub fn words(snapshot: &Snapshot, order: &Order) -> String {
    let environment = snapshot.environment.name.as_str();
    let name = |item: &Item| snapshot.services.iter().find(|member| member.id == item.service);
    let what = match (order.scope, order.action, order.items.as_slice()) {
        (_, Action::Cancel, _) | (Scope::Environment, _, []) => environment.to_owned(),
        (_, _, [one]) => {
            let name = name(one).map_or("a service", |member| member.name.as_str());
            format!("{name} in {environment}")
        }
        (_, _, many) => format!("{} services in {environment}", many.len()),
    };
    format!("{} of {what}", verb(order.action))
}

/// Sends an order and says what was answered; keeps its request's id in a file, and follows it, if so asked.
///
/// # Errors
/// Those of the call; of the file only once the action has gone well: what was accepted goes on.
pub async fn send(
    session: &Session,
    snapshot: &Snapshot,
    order: &Order,
    sending: Sending,
    left_out: &[LeftOut],
) -> Result<(), Failure> {
    let Sending { request_file, watch } = sending;
    let Some(path) = request_file else {
        return send_as(session, snapshot, order, watch, session.client.act(order), left_out).await;
    };
    name(session, left_out);
    let own = Own::new();
    // Before it is sent: an interrupt meanwhile waits until the file says what it was about.
    interrupt::hear(session.out, order.action, snapshot, &own);
    let mut held = own.hold().await;
    let Kept { accepted, known, written } = receipt::send(session, snapshot, order, &path).await?;
    *held = known;
    drop(held);
    own.give_way().await;
    tell(session, snapshot, order, watch, (accepted, known), left_out).await.and(written)
}

/// The same by a call that is made when it is time to.
pub async fn send_as(
    session: &Session,
    snapshot: &Snapshot,
    order: &Order,
    watch: Watch,
    call: impl Future<Output = Result<Accepted, client::Error>>,
    left_out: &[LeftOut],
) -> Result<(), Failure> {
    name(session, left_out);
    let own = Own::new();
    if watch.watch {
        // Before it is sent: an interrupt that comes with the answer is told like any other.
        interrupt::hear(session.out, order.action, snapshot, &own);
    }
    let accepted = session.told(call.await)?;
    let known = Known::accepted(accepted.request);
    *own.hold().await = known;
    tell(session, snapshot, order, watch, (accepted, known), left_out).await
}

/// Names who is left out, and why, before anything is sent (law §4).
fn name(session: &Session, left_out: &[LeftOut]) {
    for one in left_out {
        session.out.progress(&format!("left out: {one}"));
    }
}

async fn tell(
    session: &Session,
    snapshot: &Snapshot,
    order: &Order,
    watch: Watch,
    (accepted, known): (Accepted, Known),
    left_out: &[LeftOut],
) -> Result<(), Failure> {
    if watch.watch {
        return watch::follow(session, snapshot, order, (accepted, known), watch, left_out).await;
    }
    if session.out.json {
        let answer = json!({
            "action": order.action.name(),
            "environment": snapshot.id.to_string(),
            "request": accepted.request.map(|id| id.to_string()),
            "position": accepted.position,
            "result": "accepted",
        });
        return session.out.json(&with_left_out(answer, left_out));
    }
    let place = match accepted.position {
        Some(0) => ", it runs".to_owned(),
        Some(place) => format!(", it waits at place {place}"),
        None => String::new(),
    };
    let request = accepted.request.map(|id| format!(" (request {id})")).unwrap_or_default();
    session.out.line(&format!("{}: accepted{place}{request}", words(snapshot, order)))
}
