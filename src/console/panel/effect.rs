//! What an action will do to one service, in words, from what is known of it (law §3 by kind, §5).

use crate::console::format::{count, short_version};
use crate::console::state::row::ServiceRow;
use crate::lifecycle::{Action, Kind, RunningStatus, Status, Sync, allowed};

/// What `action` will do to this service, as one sentence without a full stop.
pub fn effect(action: Action, row: &ServiceRow) -> String {
    match action {
        Action::Stop => stop(row),
        Action::Restart => restart(row),
        Action::Deploy | Action::Redeploy => deploy(row),
        Action::DeployVersion | Action::DeployLatest => "Deploys the chosen version".into(),
        Action::Cancel => "Goes back to what it ran before".into(),
    }
}

/// Whether it is going to do anything to what runs. A Redeploy without a difference touches no pod (law §5).
pub fn changes(action: Action, row: &ServiceRow) -> bool {
    match action {
        Action::Deploy | Action::Redeploy => row.sync != Sync::UpToDate || is_down(row),
        Action::Stop | Action::Restart | Action::Cancel | Action::DeployVersion | Action::DeployLatest => true,
    }
}

/// What stops, and what is kept.
fn stop(row: &ServiceRow) -> String {
    match row.kind {
        Kind::Application | Kind::Container | Kind::ContainerDatabase => {
            format!("{}; attached storage is kept", pods_end(row))
        }
        Kind::ManagedDatabase => "It is paused at the cloud provider; its data is kept".into(),
        Kind::CronJob => "Its schedule is switched off".into(),
        Kind::LifecycleJob => match row.wire.schedule.as_ref().map(|schedule| schedule.on_stop.is_some()) {
            Some(true) => "Its stop command runs".into(),
            Some(false) => "It has no stop command: it is stopped at once".into(),
            None => "Its stop command runs; without one it is stopped at once".into(),
        },
        Kind::Helm => format!("{}; the release stays", pods_end(row)),
    }
}

fn pods_end(row: &ServiceRow) -> String {
    match row.pods.len() {
        0 => "Its pods stop".into(),
        pods => format!("{} will stop", count(pods, "pod")),
    }
}

fn restart(row: &ServiceRow) -> String {
    match row.pods.len() {
        0 | 1 => "Its pod is replaced, same version and configuration".into(),
        pods => format!("{} are replaced one by one, same version and configuration", count(pods, "pod")),
    }
}

fn deploy(row: &ServiceRow) -> String {
    // Whether it is the first deployment is the rule's to say.
    if allowed(Action::Deploy, &row.facts()).is_ok() {
        return match &row.version_desired {
            Some(version) => format!("First deployment, at {}", short_version(version)),
            None => "First deployment".into(),
        };
    }
    let versions = match (&row.version_running, &row.version_desired) {
        (Some(from), Some(to)) if from != to => Some(format!("{} → {}", short_version(from), short_version(to))),
        (Some(_) | None, Some(_) | None) => None,
    };
    match (versions, is_down(row), row.sync) {
        (Some(versions), true, _) => format!("Starts again, {versions}"),
        (Some(versions), false, _) => versions,
        (None, true, _) => "Starts again".into(),
        (None, false, Sync::OutOfDate) => "Its changed configuration is applied".into(),
        (None, false, Sync::UpToDate) => "Nothing differs: no pod is touched".into(),
        (None, false, Sync::NeverDeployed) => "Its configuration is applied".into(),
    }
}

/// Whether a Redeploy brings it up: it was stopped, or nothing of it runs; a job, where it has not executed (law §5).
fn is_down(row: &ServiceRow) -> bool {
    match row.running {
        RunningStatus::Stopped => true,
        RunningStatus::Error => row.kind.is_job(),
        RunningStatus::Starting
        | RunningStatus::Running
        | RunningStatus::Warning
        | RunningStatus::Stopping
        | RunningStatus::Completed
        | RunningStatus::Unknown => row.beneath == Status::Stopped,
    }
}
