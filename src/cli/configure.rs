//! `… configure`: the desired size of a service. What runs is as it was, until a deployment applies it.

use serde_json::{Value, json};

use super::facts::Member;
use super::failure::Failure;
use super::options::Sizes;
use super::output::Table;
use super::session::Session;
use super::snapshot::Snapshot;
use crate::api::configure::Edit;
use crate::api::live::RunningConfiguration;
use crate::api::service::Service;
use crate::client::order::word;
use crate::lifecycle::{Action, Sync, allowed};

/// A size that can be set, where a kind has it.
struct Size {
    /// In the answer for machines.
    key: &'static str,
    flag: &'static str,
    words: &'static str,
    unit: &'static str,
    desired: fn(&Service) -> Option<u32>,
    runs: fn(&RunningConfiguration) -> u32,
    wanted: fn(&Sizes) -> Option<u32>,
}

const SIZES: [Size; 4] = [
    Size {
        key: "cpu",
        flag: "--cpu",
        words: "vCPU",
        unit: " mCPU",
        desired: |service| service.cpu,
        runs: |runs| runs.cpu,
        wanted: |sizes| sizes.cpu,
    },
    Size {
        key: "memory",
        flag: "--memory",
        words: "memory",
        unit: " MB",
        desired: |service| service.memory,
        runs: |runs| runs.memory,
        wanted: |sizes| sizes.memory,
    },
    Size {
        key: "min_instances",
        flag: "--min-instances",
        words: "at least",
        unit: " instances",
        desired: |service| service.min_running_instances,
        runs: |runs| runs.min_running_instances,
        wanted: |sizes| sizes.min_instances,
    },
    Size {
        key: "max_instances",
        flag: "--max-instances",
        words: "at most",
        unit: " instances",
        desired: |service| service.max_running_instances,
        runs: |runs| runs.max_running_instances,
        wanted: |sizes| sizes.max_instances,
    },
];

/// A size that is to be another.
struct Change {
    size: &'static Size,
    from: u32,
    to: u32,
}

/// The sizes a service is set to, by name, with what it runs with where that differs.
pub fn sizes(member: &Member) -> impl Iterator<Item = (&'static str, String)> {
    SIZES.iter().filter_map(|size| {
        let desired = (size.desired)(&member.configured)?;
        let runs = member.runs_with.as_ref().map(size.runs).filter(|runs| *runs != desired);
        let runs = runs.map(|runs| format!(" (runs with {runs})")).unwrap_or_default();
        Some((size.words, format!("{desired}{}{runs}", size.unit)))
    })
}

/// Changes the sizes that were given, and says what they were.
///
/// # Errors
/// [`Failure::Usage`] before anything is sent, when the kind has no such size, or the fewest were more than the most.
pub async fn run(session: &Session, snapshot: &Snapshot, member: &Member, sizes: &Sizes) -> Result<(), Failure> {
    let changes = changes(member, sizes)?;
    if changes.is_empty() {
        return tell(session, snapshot, member, &changes);
    }
    let edit = Edit {
        cpu: sizes.cpu,
        memory: sizes.memory,
        min_running_instances: sizes.min_instances,
        max_running_instances: sizes.max_instances,
    };
    session.told(session.client.configure(word(member.kind), member.id, edit).await)?;
    // Whether it differs now from what runs, the server knows best.
    let now = Snapshot::read(session, snapshot.environment.clone()).await?;
    let after = now.services.iter().find(|one| one.id == member.id).unwrap_or(member);
    tell(session, snapshot, after, &changes)
}

fn changes(member: &Member, sizes: &Sizes) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for size in &SIZES {
        let Some(to) = (size.wanted)(sizes) else { continue };
        let Some(from) = (size.desired)(&member.configured) else { return Err(not_there(member, size)) };
        if from != to {
            changes.push(Change { size, from, to });
        }
    }
    let desired = &member.configured;
    let fewest = sizes.min_instances.or(desired.min_running_instances);
    let most = sizes.max_instances.or(desired.max_running_instances);
    match (fewest, most) {
        // What is not changed is not judged.
        (Some(fewest), Some(most)) if fewest > most && !changes.is_empty() => Err(Failure::Usage(format!(
            "at least {fewest} instances is more than at most {most}. Give --min-instances and --max-instances together."
        ))),
        _ => Ok(changes),
    }
}

fn not_there(member: &Member, missing: &Size) -> Failure {
    let there = SIZES.iter().filter(|size| (size.desired)(&member.configured).is_some());
    let flags: Vec<&str> = there.map(|size| size.flag).collect();
    let (name, kind, flag) = (&member.name, member.kind_words(), missing.flag);
    Failure::Usage(match flags.as_slice() {
        [] => format!("{name} ({kind}) has no size that can be set: its own values decide."),
        flags => format!("{name} ({kind}) has no {flag}. It has {}.", flags.join(", ")),
    })
}

fn tell(session: &Session, snapshot: &Snapshot, member: &Member, changes: &[Change]) -> Result<(), Failure> {
    let sync = member.plan_sync();
    if session.out.json {
        let change = |change: &Change| json!({ "setting": change.size.key, "from": change.from, "to": change.to });
        return session.out.json(&json!({
            "id": member.id.to_string(),
            "name": member.name,
            "environment": snapshot.id.to_string(),
            "changes": changes.iter().map(change).collect::<Vec<Value>>(),
            "sync": sync.map(Sync::name),
        }));
    }
    let (name, environment) = (&member.name, &snapshot.environment.name);
    if changes.is_empty() {
        return session.out.line(&format!("{name} in {environment}: nothing to change, it is set so already"));
    }
    session.out.line(&format!("{name} in {environment}: configured"))?;
    let mut table = Table::indented();
    for Change { size, from, to } in changes {
        table.row(vec![size.words.into(), format!("{from} → {to}{}", size.unit).into()]);
    }
    session.out.table(&table)?;
    session.out.line(&next(member, snapshot.called(), sync))
}

/// What makes it run so.
fn next(member: &Member, environment: &str, sync: Option<Sync>) -> String {
    let command = |verb: &str| format!("playhead {} {verb} {} -e {environment}", word(member.kind), member.called());
    match (sync, allowed(Action::Redeploy, &member.facts())) {
        (Some(Sync::UpToDate), _) => "What runs is the same: nothing is left to apply.".to_owned(),
        (Some(Sync::NeverDeployed), _) => format!("Its first deployment uses it: {}", command("deploy")),
        (Some(Sync::OutOfDate) | None, Err(refusal)) if member.is_told() => {
            format!("Nothing that runs has changed; a redeploy applies it, and is refused now: {refusal}")
        }
        (Some(Sync::OutOfDate) | None, _) => {
            format!("Nothing that runs has changed; a redeploy applies it: {}", command("redeploy"))
        }
    }
}
