//! Lists and statuses.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::act;
use super::configure;
use super::facts::Member;
use super::failure::Failure;
use super::output::{Cell, Table};
use super::session::Session;
use super::snapshot::Snapshot;
use crate::api::live::LastOperation;
use crate::api::status::EnvironmentStatus;
use crate::lifecycle::{Kind, RunningStatus, Status, Sync};

/// How many digits of a commit are shown in a list.
const SHORT: usize = 12;
/// How many it has.
const FULL: usize = 40;

/// `environment list`.
pub async fn environments(session: &Session) -> Result<(), Failure> {
    let (project, environments) = session.environments().await?;
    let live = session.offered(session.client.project_live(&project, 0).await)?;
    let mut told: HashMap<String, (String, Option<String>, Option<usize>)> = HashMap::new();
    match live {
        Some(live) => {
            for one in live.environments {
                told.insert(one.id, (one.state, Some(one.running_state), Some(one.services_count)));
            }
        }
        None => {
            for one in session.told(session.client.environments_status(&project).await)? {
                told.insert(one.id, (one.state, None, None));
            }
        }
    }
    if session.out.json {
        let all = environments.iter().map(|one| {
            let told = told.get(&one.id);
            json!({
                "id": one.id,
                "name": one.name,
                "mode": one.mode,
                "state": told.map(|told| &told.0),
                "running_state": told.and_then(|told| told.1.as_ref()),
                "services": told.and_then(|told| told.2),
            })
        });
        return session.out.json(&Value::Array(all.collect()));
    }
    let mut table = Table::new(&["NAME", "STATUS", "RUNNING", "SERVICES", "MODE", "ID"]);
    for one in &environments {
        let told = told.get(&one.id);
        let status = told.map(|told| Status::from_name(&told.0));
        let running = told.and_then(|told| told.1.as_deref()).map_or("-", running);
        let services = told.and_then(|told| told.2).map_or_else(|| "-".to_owned(), |count| count.to_string());
        table.row(vec![
            one.name.as_str().into(),
            status.as_ref().map_or_else(|| "-".into(), Cell::from),
            running.into(),
            services.into(),
            or_dash(&one.mode).to_lowercase().into(),
            one.id.as_str().into(),
        ]);
    }
    session.out.table(&table)
}

/// `environment status`.
pub fn environment(session: &Session, snapshot: &Snapshot) -> Result<(), Failure> {
    let services: Vec<&Member> = snapshot.services.iter().collect();
    if session.out.json {
        return session.out.json(&json!({
            "id": snapshot.id.to_string(),
            "name": snapshot.environment.name,
            "mode": snapshot.environment.mode,
            "state": state(&snapshot.status),
            "running_state": snapshot.running,
            "ever_deployed": snapshot.facts.ever_deployed,
            "cancelable": snapshot.facts.cancelable,
            "queue_length": snapshot.queue,
            "last_operation": snapshot.operation,
            "services": services.iter().map(|member| service_json(member)).collect::<Vec<_>>(),
        }));
    }
    let mut table = Table::plain();
    table.row(vec!["environment".into(), snapshot.environment.name.as_str().into()]);
    table.row(vec!["id".into(), snapshot.id.to_string().into()]);
    table.row(vec!["status".into(), (&snapshot.status).into()]);
    if let Some(state) = &snapshot.running {
        table.row(vec!["running".into(), running(state).into()]);
    }
    let told = snapshot.operation.as_ref().map(operation);
    if let Some(last) = told.or_else(|| snapshot.plain.as_ref().and_then(last_deployment)) {
        table.row(vec!["last".into(), last.into()]);
    }
    if let Some(waiting) = snapshot.queue.filter(|waiting| *waiting > 0) {
        let look = format!("{waiting} (playhead environment queue {})", snapshot.called());
        table.row(vec!["waiting".into(), look.into()]);
    }
    session.out.table(&table)?;
    session.out.line("")?;
    rows(session, &services)
}

/// `service list`, and the same of a kind.
pub fn services(session: &Session, snapshot: &Snapshot, kinds: &[Kind]) -> Result<(), Failure> {
    let services: Vec<&Member> = snapshot.of(kinds).collect();
    if session.out.json {
        return session.out.json(&services.iter().map(|member| service_json(member)).collect());
    }
    rows(session, &services)
}

/// `service status`, and the same of a kind.
pub fn service(session: &Session, snapshot: &Snapshot, member: &Member) -> Result<(), Failure> {
    if session.out.json {
        return session.out.json(&service_json(member));
    }
    let mut table = Table::plain();
    table.row(vec!["service".into(), member.name.as_str().into()]);
    table.row(vec!["id".into(), member.id.to_string().into()]);
    table.row(vec!["environment".into(), snapshot.environment.name.as_str().into()]);
    table.row(vec!["kind".into(), member.kind_words().into()]);
    table.row(vec!["stage".into(), or_dash(&member.stage).into()]);
    table.row(vec!["status".into(), (&member.status).into()]);
    if member.running != RunningStatus::Unknown {
        table.row(vec!["running".into(), member.running.words().into()]);
    }
    if let Some((ready, wanted)) = member.pods {
        let of = wanted.map(|wanted| format!(" of {wanted}")).unwrap_or_default();
        table.row(vec!["pods".into(), format!("{ready}{of} ready").into()]);
    }
    table.row(vec!["version".into(), member.version.as_deref().unwrap_or("-").into()]);
    if let Some(desired) = member.desired_version.as_ref().filter(|desired| member.version.as_ref() != Some(*desired)) {
        table.row(vec!["desired".into(), desired.as_str().into()]);
    }
    for (name, value) in configure::sizes(member) {
        table.row(vec![name.into(), value.into()]);
    }
    table.row(vec!["up to date".into(), sync_words(member).into()]);
    if let Some(note) = &member.note {
        table.row(vec!["note".into(), note.as_str().into()]);
    }
    session.out.table(&table)
}

fn rows(session: &Session, services: &[&Member]) -> Result<(), Failure> {
    let mut table = Table::new(&["NAME", "KIND", "STAGE", "STATUS", "RUNNING", "PODS", "VERSION", "ID"]);
    for member in services {
        let running = if member.running == RunningStatus::Unknown { "-" } else { member.running.words() };
        table.row(vec![
            member.name.as_str().into(),
            member.kind_words().into(),
            or_dash(&member.stage).into(),
            (&member.status).into(),
            running.into(),
            pods(member).into(),
            member.version.as_deref().map_or("-", short).into(),
            member.id.to_string().into(),
        ]);
    }
    session.out.table(&table)
}

/// "2/3", of a chart "3".
fn pods(member: &Member) -> String {
    match member.pods {
        Some((ready, Some(wanted))) => format!("{ready}/{wanted}"),
        Some((ready, None)) => ready.to_string(),
        None => "-".to_owned(),
    }
}

fn service_json(member: &Member) -> Value {
    json!({
        "id": member.id.to_string(),
        "name": member.name,
        "type": member.type_word(),
        "kind": member.kind_words(),
        "stage": member.stage,
        "state": state(&member.status),
        "running_state": (member.running != RunningStatus::Unknown).then(|| member.running.name()),
        "ready_instances": member.pods.map(|(ready, _)| ready),
        "desired_instances": member.pods.and_then(|(_, wanted)| wanted),
        "sync": member.plan_sync().map(|sync| sync.name()),
        "version": member.version,
        "desired_version": member.desired_version,
        "cpu": member.configured.cpu,
        "memory": member.configured.memory,
        "min_instances": member.configured.min_running_instances,
        "max_instances": member.configured.max_running_instances,
        "note": member.note,
    })
}

fn sync_words(member: &Member) -> &'static str {
    match member.plan_sync() {
        Some(Sync::NeverDeployed) => "never deployed",
        Some(Sync::OutOfDate) => "no: redeploy to apply changes",
        Some(Sync::UpToDate) => "yes",
        None => "-",
    }
}

/// A text, or a dash where it is not told.
pub fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// The name of a status for machines, where it is told.
fn state(status: &Status) -> Option<&str> {
    Some(status.name()).filter(|name| !name.is_empty())
}

/// A version in a list: a commit by its first digits, anything else whole.
pub fn short(version: &str) -> &str {
    let commit = version.len() == FULL && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    if commit { version.get(..SHORT).unwrap_or(version) } else { version }
}

fn running(name: &str) -> &str {
    match RunningStatus::from_name(name) {
        RunningStatus::Unknown => name,
        known => known.words(),
    }
}

/// What the contract tells of the last deployment; not which action it was.
fn last_deployment(plain: &EnvironmentStatus) -> Option<String> {
    let at = plain.last_deployment_date?;
    let by = plain.triggered_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let from = plain.origin.as_ref().map(|origin| format!(" ({origin})")).unwrap_or_default();
    let outcome = Status::from_name(&plain.last_deployment_state);
    Some(format!("deployment{by}{from}, {} at {at}", or_dash(outcome.words())))
}

fn operation(last: &LastOperation) -> String {
    let outcome = Status::from_name(&last.outcome);
    let when = if last.ongoing { "since" } else { "at" };
    format!("{} by {} ({}), {} {when} {}", act::named(&last.action), last.actor, last.origin, outcome.words(), last.at)
}
