//! `… history`: the deployments of an environment, or those of them that a service was in.

use serde_json::{Value, json};

use super::act;
use super::facts::Member;
use super::failure::Failure;
use super::output::Table;
use super::session::Session;
use super::show::or_dash;
use crate::api::environment::Environment;
use crate::api::history::Deployment;
use crate::lifecycle::{EnvironmentId, NotAnId, Status};

/// Among how many deployments of the environment those of a service are looked for, at least: a server of ours remembers
/// hardly more.
const AMONG: usize = 100;

/// The id of an environment as the server calls it.
pub fn id(environment: &Environment) -> Result<EnvironmentId, Failure> {
    environment.id.parse().map_err(|error: NotAnId| Failure::Usage(format!("{}: {error}", environment.id)))
}

/// Prints them.
pub async fn print(
    session: &Session,
    environment: &Environment,
    service: Option<&Member>,
    limit: usize,
) -> Result<(), Failure> {
    // Those that the service was not in are left out first: there have to be more than are shown.
    let among = if service.is_some() { limit.max(AMONG) } else { limit };
    let mut all = session.told(session.client.deployments(id(environment)?, among).await)?;
    if let Some(service) = service {
        let id = service.id.to_string();
        all.retain(|deployment| has(deployment, &id));
    }
    // A server may give more than was asked for.
    all.truncate(limit);
    if session.out.json {
        return session.out.json(&Value::Array(all.iter().map(as_json).collect()));
    }
    let mut table = Table::new(&["BEGAN", "ACTION", "STATUS", "DURATION", "BY", "FROM", "ID"]);
    for one in &all {
        table.row(vec![
            began(one).unwrap_or_else(|| "-".to_owned()).into(),
            act::named(&one.trigger_action).into(),
            (&Status::from_name(&one.status)).into(),
            or_dash(&duration(&one.total_duration)).into(),
            or_dash(&one.auditing_data.triggered_by).into(),
            or_dash(one.auditing_data.origin.as_deref().unwrap_or_default()).into(),
            one.identifier.execution_id.as_str().into(),
        ]);
    }
    session.out.table(&table)
}

/// Whether a service was in a deployment.
pub fn has(deployment: &Deployment, service: &str) -> bool {
    deployment.services().any(|one| one.identifier.service_id == service)
}

fn began(one: &Deployment) -> Option<String> {
    one.auditing_data.created_at.map(|at| at.to_string())
}

fn as_json(one: &Deployment) -> Value {
    json!({
        "id": one.identifier.execution_id,
        "action": one.trigger_action,
        "status": one.status,
        "action_status": one.action_status,
        "began": began(one),
        "duration": one.total_duration,
        "triggered_by": one.auditing_data.triggered_by,
        "origin": one.auditing_data.origin,
        "services": one
            .services()
            .map(|one| json!({
                "id": one.identifier.service_id,
                "name": one.identifier.name,
                "status": one.status,
            }))
            .collect::<Vec<_>>(),
    })
}

/// An ISO 8601 duration as people write it: `PT83S` is `83s`.
fn duration(text: &str) -> String {
    text.strip_prefix("PT").unwrap_or(text).to_lowercase()
}
