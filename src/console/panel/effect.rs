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

/// What stops, and what is kept.
fn stop(row: &ServiceRow) -> String {
    match row.kind {
        Kind::Application | Kind::Container | Kind::ContainerDatabase => {
            format!("{}; attached storage is kept", pods_end(row))
        }
        Kind::ManagedDatabase => "It is paused at the cloud provider; its data is kept".into(),
        Kind::CronJob => "Its schedule is switched off".into(),
        Kind::LifecycleJob => "Its stop command runs; without one it is stopped at once".into(),
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
    let back = matches!(row.beneath, Status::Stopped) || row.running == RunningStatus::Stopped && !row.kind.is_job();
    match (row.sync, versions) {
        (_, Some(versions)) if back => format!("Starts again, {versions}"),
        (_, Some(versions)) => versions,
        (_, None) if back => "Starts again".into(),
        (Sync::OutOfDate, None) => "Its changed configuration is applied".into(),
        (Sync::UpToDate, None) => "Nothing differs: no pod is touched".into(),
        (Sync::NeverDeployed, None) => "Its configuration is applied".into(),
    }
}
