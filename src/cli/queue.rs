//! `environment queue` and `environment take-back`: what waits for its turn, and taking it out of the row.

use serde_json::{Value, json};

use super::act;
use super::failure::Failure;
use super::history;
use super::output::Table;
use super::session::Session;
use super::show;
use crate::api::environment::Environment;
use crate::api::live::QueuedRequest;
use crate::api::queue::Queued;
use crate::api::service::Service;
use crate::client::meaning;
use crate::lifecycle::{EnvironmentId, RequestId, Source};

/// How many names of services a line has room for.
const NAMED: usize = 3;

/// A request that waits.
struct Waiting {
    id: String,
    /// From 1: the next one.
    place: usize,
    /// The action's stable name, or the contract's coarser word for it.
    action: String,
    /// `SERVICE`, `SUBSET`, `ENVIRONMENT`, where it is told.
    scope: Option<String>,
    /// The names of its services.
    services: Vec<String>,
    /// Whether it is of the environment rather than of these.
    whole: bool,
    by: String,
    from: Option<String>,
    since: Option<String>,
}

impl Waiting {
    /// As the paths of our own tell it.
    fn live(from: QueuedRequest, services: &[Service]) -> Waiting {
        let name = |id: &String| services.iter().find(|one| one.id == *id).map_or(id, |one| &one.name).clone();
        let git = || services.iter().filter(|one| meaning::source(one, meaning::kind(one)) == Source::Git).count();
        let whole = meaning::named(&from, git).is_empty();
        Waiting {
            id: from.id,
            place: from.position,
            action: from.action,
            scope: Some(from.scope),
            services: from.services.iter().map(name).collect(),
            whole,
            by: from.actor,
            from: Some(from.origin),
            since: Some(from.at.to_string()),
        }
    }

    /// As the contract tells it: one word for Deploy, Redeploy and the version actions, and no scope.
    fn plain((before, from): (usize, Queued)) -> Waiting {
        let services = from.stages.into_iter().flat_map(|stage| stage.services);
        let asked = from.auditing_data;
        Waiting {
            id: from.identifier.deployment_request_id,
            place: before + 1,
            action: from.trigger_action,
            scope: None,
            services: services.map(|service| service.identifier.name).collect(),
            whole: false,
            by: asked.triggered_by,
            from: asked.origin,
            since: asked.created_at.map(|at| at.to_string()),
        }
    }

    fn action(&self) -> String {
        act::named(&self.action)
    }

    /// What it is about, in a few words.
    fn about(&self) -> String {
        match self.services.as_slice() {
            _ if self.whole => "the environment".to_owned(),
            [] => "-".to_owned(),
            names if names.len() <= NAMED => names.join(", "),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        }
    }

    fn as_json(&self) -> Value {
        json!({
            "id": self.id,
            "position": self.place,
            "action": self.action,
            "scope": self.scope,
            "services": self.services,
            "triggered_by": self.by,
            "origin": self.from,
            "since": self.since,
        })
    }
}

async fn read(session: &Session, id: EnvironmentId) -> Result<Vec<Waiting>, Failure> {
    if let Some(live) = session.offered(session.client.environment_live(id, 0).await)? {
        let services = session.told(session.client.services(id).await)?;
        return Ok(live.queue.into_iter().map(|one| Waiting::live(one, &services)).collect());
    }
    let queue = session.told(session.client.queue(id).await)?;
    Ok(queue.into_iter().enumerate().map(Waiting::plain).collect())
}

/// Prints what waits, first in first out.
pub async fn print(session: &Session, environment: &Environment) -> Result<(), Failure> {
    let waiting = read(session, history::id(environment)?).await?;
    if session.out.json {
        return session.out.json(&Value::Array(waiting.iter().map(Waiting::as_json).collect()));
    }
    if waiting.is_empty() {
        return session.out.line(&nothing(environment));
    }
    let mut table = Table::new(&["PLACE", "ACTION", "SERVICES", "BY", "FROM", "SINCE", "ID"]);
    for one in &waiting {
        table.row(vec![
            one.place.to_string().into(),
            one.action().into(),
            one.about().into(),
            show::or_dash(&one.by).into(),
            show::or_dash(one.from.as_deref().unwrap_or_default()).into(),
            show::or_dash(one.since.as_deref().unwrap_or_default()).into(),
            one.id.as_str().into(),
        ]);
    }
    session.out.table(&table)
}

/// Takes a waiting request back: the one with this id, or the only one.
///
/// # Errors
/// [`Failure::Usage`] when it has to be said which; [`Failure::Refused`] when it does not wait, or not any more.
pub async fn take_back(session: &Session, environment: &Environment, request: Option<&str>) -> Result<(), Failure> {
    let id = history::id(environment)?;
    let waiting = read(session, id).await?;
    let one = match (request, waiting.as_slice()) {
        (Some(request), all) => {
            let wanted: RequestId = request.parse().map_err(|error| {
                let called = session.called(environment);
                let look = format!("Look with \"playhead environment queue {called}\".");
                Failure::Usage(format!("{request:?} is {error}. {look}"))
            })?;
            match all.iter().find(|one| one.id.parse() == Ok(wanted)) {
                Some(one) => one,
                None => return Err(not_waiting(session, environment, id, wanted).await?),
            }
        }
        (None, [only]) => only,
        (None, []) => return Err(Failure::Refused(format!("{}.", nothing(environment)))),
        (None, many) => {
            let list: Vec<String> =
                many.iter().map(|one| format!("{} ({} of {})", one.id, one.action(), one.about())).collect();
            let words = format!("{} requests wait in {}. Say which", many.len(), environment.name);
            return Err(Failure::Usage(format!("{words}: {}.", list.join(", "))));
        }
    };
    let taken: RequestId = one.id.parse().map_err(|error| Failure::Usage(format!("{}: {error}", one.id)))?;
    session.told(session.client.take_back(taken).await)?;
    if session.out.json {
        return session.out.json(&json!({
            "request": one.id,
            "position": one.place,
            "action": one.action,
            "environment": environment.id,
            "result": "taken_back",
        }));
    }
    session.out.line(&format!(
        "{} of {} in {}: taken back (request {})",
        one.action(),
        one.about(),
        environment.name,
        one.id
    ))
}

/// Why a request that does not wait cannot be taken back, as far as the statuses tell.
async fn not_waiting(
    session: &Session,
    environment: &Environment,
    id: EnvironmentId,
    request: RequestId,
) -> Result<Failure, Failure> {
    let name = &environment.name;
    let statuses = session.told(session.client.statuses(id).await)?;
    let running = statuses.environment.and_then(|status| status.deployment_request_id);
    Ok(Failure::Refused(match running.and_then(|running| running.parse().ok()) == Some(request) {
        true => format!(
            "request {request} has started and cannot be taken back. To cancel its deployment: playhead environment \
             cancel {} --request {request}",
            session.called(environment)
        ),
        false => format!(
            "request {request} does not wait in {name}: it has ended, was taken back, or is of another environment."
        ),
    }))
}

fn nothing(environment: &Environment) -> String {
    format!("nothing waits in {}", environment.name)
}
