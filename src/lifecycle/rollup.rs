//! An environment's status, derived from its services' (law §7).

use super::kind::Kind;
use super::status::{RunningStatus, Status};

/// The place of a status in the law's order (§7): the lowest of all services wins.
fn rank(status: &Status) -> u8 {
    match status {
        Status::Canceling => 0,
        Status::Deleting => 1,
        Status::Stopping => 2,
        Status::Restarting => 3,
        Status::Deploying => 4,
        Status::Building => 5,
        Status::DeploymentQueued => 6,
        Status::StopQueued => 7,
        Status::RestartQueued => 8,
        Status::DeleteQueued => 9,
        Status::Unknown(_) if status.in_progress() => 10,
        Status::DeploymentError => 11,
        Status::BuildError => 12,
        Status::StopError => 13,
        Status::RestartError => 14,
        Status::DeleteError => 15,
        Status::Unknown(_) => 16,
        Status::Deployed | Status::Restarted => 17,
        Status::Canceled => 18,
        Status::Stopped => 19,
        Status::Deleted => 20,
        Status::Ready => 21,
    }
}

/// The environment's status from the *shown* statuses of its services: total, in the law's order (§7).
///
/// No services: [`Status::Ready`]. A restarted service counts as [`Status::Deployed`].
/// What the law leaves open: Deleting ranks with the statuses in progress, after Canceling; an unknown name that
/// ends in ERROR ranks last among the errors; of two unknown names the first in alphabetical order is shown.
pub fn environment_status<'a>(services: impl IntoIterator<Item = &'a Status>) -> Status {
    let status = services.into_iter().min_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.name().cmp(b.name())));
    match status {
        None => Status::Ready,
        Some(Status::Restarted) => Status::Deployed,
        Some(status) => status.clone(),
    }
}

/// The environment's running status (law §7), from the kind, the status beneath and the running status of each service.
///
/// Counted are the services that should run: not jobs that completed, not those never deployed, not those stopped; a
/// managed database counts by its deployment status, as it has no pods.
pub fn environment_running<'a>(services: impl IntoIterator<Item = (Kind, &'a Status, RunningStatus)>) -> RunningStatus {
    let mut counts = [0_usize; RunningStatus::ALL.len()];
    for (kind, status, pods) in services {
        if *status == Status::Ready {
            continue;
        }
        let pods = if kind == Kind::ManagedDatabase { managed_running(status) } else { pods };
        if let Some(count) = counts.get_mut(pods as usize) {
            *count += 1;
        }
    }
    let count = |pods: RunningStatus| counts.get(pods as usize).copied().unwrap_or(0);
    let (errors, warnings) = (count(RunningStatus::Error), count(RunningStatus::Warning));
    let starting = count(RunningStatus::Starting);
    let stopping = count(RunningStatus::Stopping);
    let running = count(RunningStatus::Running);
    let should_run = errors + warnings + starting + stopping + running;
    let idle = count(RunningStatus::Stopped) + count(RunningStatus::Completed);
    if should_run + idle == 0 && count(RunningStatus::Unknown) > 0 {
        RunningStatus::Unknown
    } else if errors > 0 && errors == should_run {
        RunningStatus::Error
    } else if errors + warnings > 0 {
        RunningStatus::Warning
    } else if starting > 0 {
        RunningStatus::Starting
    } else if stopping > 0 {
        RunningStatus::Stopping
    } else if running > 0 {
        RunningStatus::Running
    } else {
        RunningStatus::Stopped
    }
}

/// What a managed database's deployment status says about whether it runs.
pub fn managed_running(status: &Status) -> RunningStatus {
    match status {
        Status::Deployed | Status::Restarted | Status::StopError | Status::RestartError => RunningStatus::Running,
        Status::Deploying | Status::Restarting => RunningStatus::Starting,
        Status::Stopping => RunningStatus::Stopping,
        Status::DeploymentError => RunningStatus::Error,
        Status::Stopped | Status::Deleted | Status::Ready => RunningStatus::Stopped,
        Status::DeploymentQueued
        | Status::Building
        | Status::BuildError
        | Status::StopQueued
        | Status::RestartQueued
        | Status::Canceling
        | Status::Canceled
        | Status::DeleteQueued
        | Status::Deleting
        | Status::DeleteError
        | Status::Unknown(_) => RunningStatus::Unknown,
    }
}
