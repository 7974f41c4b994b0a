//! `… cancel --request-file FILE` and `--request ID`: cancels one request, and no other that runs or waits beside it.

use serde_json::json;

use super::act;
use super::failure::Failure;
use super::options::{Own, Watch};
use super::preview;
use super::queue;
use super::receipt::{self, Known};
use super::session::Session;
use super::snapshot::Snapshot;
use super::version::Versions;
use crate::api::environment::Environment;
use crate::client::Order;
use crate::lifecycle::{Action, EnvironmentId, RequestId, Scope, Status};

/// What a cancel is about.
pub enum Wanted {
    /// Whatever runs.
    Deployment,
    /// This request.
    Request(RequestId),
    /// Nothing was asked for; in words.
    Nothing(String),
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stand {
    Waits,
    Runs,
    /// It has ended, or is not known any more; in words.
    Over(String),
    /// It may run: the server does not tell.
    Untold,
}

/// What the flags say.
///
/// # Errors
/// [`Failure::Refused`] where something was asked for and it is not known which request that is: to cancel whatever runs
/// could be to cancel somebody else's.
pub fn wanted(own: &Own) -> Result<Wanted, Failure> {
    if let Some(text) = &own.request {
        return match text.parse() {
            Ok(request) => Ok(Wanted::Request(request)),
            Err(error) => Err(Failure::Usage(format!("--request: {text:?} is {error}."))),
        };
    }
    let Some(path) = &own.request_file else { return Ok(Wanted::Deployment) };
    let file = path.display();
    let look = "Look with \"playhead environment queue\" and \"playhead environment status\"";
    match receipt::read(path)? {
        Known::Request(request) => Ok(Wanted::Request(request)),
        Known::Nothing => Ok(Wanted::Nothing(format!("nothing was asked for: {file} has no request in it"))),
        Known::Sent => Err(Failure::Refused(format!(
            "an action was sent, and {file} does not say what was answered: whether there is something to cancel is not \
             known. {look}."
        ))),
        Known::Unnamed => Err(Failure::Refused(format!(
            "an action was accepted, and the server did not tell which request it is: what runs may be somebody else's. \
             {look}."
        ))),
    }
}

/// Says that there is nothing to cancel.
pub fn nothing(session: &Session, request: Option<RequestId>, why: &str) -> Result<(), Failure> {
    if session.out.json {
        return session.out.json(&json!({
            "action": Action::Cancel.name(),
            "request": request.map(|id| id.to_string()),
            "result": "nothing_to_cancel",
            "reason": why,
        }));
    }
    session.out.line(&format!("nothing to cancel: {why}"))
}

/// Cancels a request: takes it back while it waits, cancels the deployment while it runs.
///
/// # Errors
/// [`Failure::Refused`] where the server refuses, or does not tell which request runs.
pub async fn cancel(
    session: &Session,
    environment: &Environment,
    request: RequestId,
    force: bool,
    watch: Watch,
) -> Result<(), Failure> {
    let mut refused: Option<(Stand, Failure)> = None;
    loop {
        // Read first, so that nothing is between the look and what is done by it.
        let snapshot = Snapshot::read(session, environment.clone()).await?;
        let stand = stand(session, environment, snapshot.id, request).await?;
        let result = match (&stand, refused.take()) {
            // It is as it was: the refusal says why.
            (_, Some((before, failure))) if before == stand => return Err(failure),
            (Stand::Waits, _) => queue::take_back(session, environment, Some(&request.to_string())).await,
            // It has started since the snapshot, which would be watched for another.
            (Stand::Runs, _) if !shows(&snapshot, request) => continue,
            (Stand::Runs, _) => running(session, &snapshot, request, force, watch).await,
            (Stand::Over(why), _) => return nothing(session, Some(request), why),
            (Stand::Untold, _) => return Err(untold(session, environment, request)),
        };
        match result {
            // It has started or ended since the look, or it cannot be canceled.
            Err(failure @ Failure::Refused(_)) => refused = Some((stand, failure)),
            result => return result,
        }
    }
}

/// Whether what runs in the snapshot is this request, as far as it tells.
fn shows(snapshot: &Snapshot, request: RequestId) -> bool {
    snapshot.deployment.as_ref().is_none_or(|deployment| deployment.id.parse() == Ok(request))
}

async fn running(
    session: &Session,
    snapshot: &Snapshot,
    request: RequestId,
    force: bool,
    watch: Watch,
) -> Result<(), Failure> {
    let order =
        Order { environment: snapshot.id, action: Action::Cancel, scope: Scope::Environment, items: Vec::new(), force };
    let left_out = preview::left_out(snapshot, Action::Cancel, &[], &Versions::new(), force);
    act::send_as(session, snapshot, &order, watch, session.client.cancel_only(&order, request), &left_out).await
}

async fn stand(
    session: &Session,
    environment: &Environment,
    id: EnvironmentId,
    request: RequestId,
) -> Result<Stand, Failure> {
    let is = |id: &str| id.parse() == Ok(request);
    let Some(live) = session.offered(session.client.environment_live(id, 0).await)? else {
        return by_contract(session, id, request).await;
    };
    if live.queue.iter().any(|one| is(&one.id)) {
        return Ok(Stand::Waits);
    }
    if live.deployment.is_some_and(|deployment| is(&deployment.id)) {
        return Ok(Stand::Runs);
    }
    match session.told(session.client.outcome(request).await)? {
        Some(outcome) if outcome.state != "ENDED" => Err(Failure::Usage(format!(
            "request {request} is of another environment than {}. Name its own.",
            environment.name
        ))),
        Some(outcome) => {
            let how = outcome.note.map(|note| format!(" ({note})")).unwrap_or_default();
            Ok(Stand::Over(format!("request {request} is over{how}")))
        }
        None => Ok(Stand::Over(format!("the server knows no request {request} (any more)"))),
    }
}

/// As the contract tells it: what waits, and of what runs an id that may also be the next one's.
async fn by_contract(session: &Session, id: EnvironmentId, request: RequestId) -> Result<Stand, Failure> {
    // Before the status is read: what starts meanwhile is in one of them.
    let queue = session.told(session.client.queue(id).await)?;
    let waits = |id| queue.iter().any(|one| one.identifier.deployment_request_id.parse() == Ok(id));
    if waits(request) {
        return Ok(Stand::Waits);
    }
    let statuses = session.told(session.client.statuses(id).await)?;
    let Some(status) = statuses.environment else { return Ok(Stand::Untold) };
    let over = |why: &str| Ok(Stand::Over(format!("request {request} is over: {why}")));
    let rests = !status.state.is_empty() && !Status::from_name(&status.state).in_progress();
    match status.deployment_request_id.and_then(|id| id.parse::<RequestId>().ok()) {
        Some(first) if first == request => Ok(Stand::Runs),
        _ if rests => over("nothing is in progress"),
        // The next one's, which came between the two answers, or the one that runs.
        Some(first) if !waits(first) => {
            let queue = session.told(session.client.queue(id).await)?;
            match queue.iter().any(|one| one.identifier.deployment_request_id.parse() == Ok(first)) {
                true => Ok(Stand::Untold),
                false => over("another one runs"),
            }
        }
        Some(_) | None => Ok(Stand::Untold),
    }
}

fn untold(session: &Session, environment: &Environment, request: RequestId) -> Failure {
    let called = session.called(environment);
    Failure::Refused(format!(
        "request {request} may run in {} or be over: this server does not tell which request runs, and it may be somebody \
         else's. Nothing was canceled. Whatever runs is canceled by: playhead environment cancel {called}",
        environment.name
    ))
}
