//! From the law's words to the contract's: only the contract's own values may appear on its paths.

use crate::api::http::ORIGINS;
use crate::lifecycle::{Action, Scope, Status};
use crate::simulator::{Actor, Origin, Progress};

/// The contract's verb for an action (`DeploymentHistoryTriggerAction`); a cancel is none of its deployments.
pub fn trigger(action: Action) -> &'static str {
    match action {
        Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => "DEPLOY",
        Action::Restart => "RESTART",
        Action::Stop => "STOP",
        Action::Cancel => "UNKNOWN",
    }
}

/// The contract's origin: one it does not list shows as API there, in full under `/x`.
pub fn origin(actor: &Actor) -> &str {
    match &actor.origin {
        Origin::Console => "CONSOLE",
        Origin::Cli => "CLI",
        Origin::Api | Origin::CiCd => "API",
        Origin::Other(name) => ORIGINS.into_iter().find(|known| **known == **name).unwrap_or("API"),
    }
}

/// How an action went (`ServiceActionStatusEnum`), from the status it left.
pub fn progress_of(status: &Status) -> &'static str {
    match status {
        Status::Ready => "NEVER",
        Status::DeploymentQueued | Status::StopQueued | Status::RestartQueued | Status::DeleteQueued => "QUEUED",
        Status::Building | Status::Deploying | Status::Stopping | Status::Restarting | Status::Deleting => "ONGOING",
        Status::Canceling => "CANCELING",
        Status::Canceled => "CANCELED",
        Status::Deployed | Status::Stopped | Status::Restarted | Status::Deleted => "SUCCESS",
        Status::BuildError
        | Status::DeploymentError
        | Status::StopError
        | Status::RestartError
        | Status::DeleteError => "ERROR",
        Status::Unknown(_) if status.is_error() => "ERROR",
        Status::Unknown(_) => "ONGOING",
    }
}

/// How a request went (`DeploymentHistoryActionStatus`).
pub fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::Waiting => "QUEUED",
        Progress::Running => "ONGOING",
        Progress::Succeeded | Progress::NothingToDo => "SUCCESS",
        Progress::Failed => "ERROR",
        Progress::Canceled | Progress::TakenBack => "CANCELED",
    }
}

/// The state of a stage (`StageStatusEnum`), from its services' statuses in a deployment, in any order.
pub fn stage<'a>(statuses: impl IntoIterator<Item = &'a Status>) -> &'static str {
    let (mut error, mut canceled, mut ongoing, mut queued, mut done) = (false, false, false, false, false);
    for status in statuses {
        match progress_of(status) {
            "ERROR" => error = true,
            "CANCELED" => canceled = true,
            "QUEUED" => queued = true,
            "SUCCESS" => done = true,
            "NEVER" => {}
            _ => ongoing = true,
        }
    }
    match () {
        () if ongoing || (queued && done) => "ONGOING",
        () if error => "ERROR",
        () if queued => "QUEUED",
        () if canceled => "CANCELED",
        () if done => "DONE",
        () => "SKIPPED",
    }
}

/// The name of a scope under `/x`.
pub fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Service => "SERVICE",
        Scope::Subset => "SUBSET",
        Scope::Environment => "ENVIRONMENT",
    }
}

/// An ISO 8601 duration of whole seconds.
pub fn duration(millis: i64) -> String {
    format!("PT{}S", millis.max(0) / 1000)
}
