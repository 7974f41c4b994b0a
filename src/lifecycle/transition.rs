//! The only way a deployment status changes (law §5, §6).
//!
//! | from | event | to |
//! |---|---|---|
//! | any final status but one of a server this version does not understand | deployment queued | DEPLOYMENT_QUEUED |
//! | DEPLOYMENT_QUEUED | build started | BUILDING |
//! | BUILDING | build failed | BUILD_ERROR |
//! | DEPLOYMENT_QUEUED, BUILDING | deploy started | DEPLOYING |
//! | DEPLOYING | deployed | DEPLOYED |
//! | DEPLOYING | deploy failed | DEPLOYMENT_ERROR |
//! | DEPLOYED, DEPLOYMENT_ERROR, STOP_ERROR, RESTARTED, RESTART_ERROR, CANCELED | stop queued | STOP_QUEUED |
//! | STOP_QUEUED | stop started | STOPPING |
//! | STOPPING | stopped; stop failed | STOPPED; STOP_ERROR |
//! | DEPLOYED, RESTARTED, RESTART_ERROR (or RESTART_QUEUED) | restart started | RESTARTING |
//! | RESTARTING | restarted; restart failed | RESTARTED; RESTART_ERROR |
//! | BUILDING, DEPLOYING | cancel started | CANCELING |
//! | CANCELING | canceled; rollback failed | CANCELED; DEPLOYMENT_ERROR |
//! | DEPLOYMENT_QUEUED, STOP_QUEUED, RESTART_QUEUED | not reached | the final status it had |
//!
//! Everything else is no transition. A request that waits changes no status: it is an overlay (law §2), and a restart
//! that starts at once is never queued.

use super::status::Status;

/// What happened to a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A deployment it takes part in has started; its own turn has not come.
    DeploymentQueued,
    /// Its build has started.
    BuildStarted,
    /// Its source could not be built, or the image not be pushed.
    BuildFailed,
    /// It goes to the cluster: after its build, or at once where nothing is to be built.
    DeployStarted,
    /// All its pods are ready, or its job has ended well.
    Deployed,
    /// It could not be brought to the cluster; what ran before is there again, if anything ran.
    DeployFailed,
    /// A stop it takes part in has started; its own turn has not come.
    StopQueued,
    /// It is being stopped.
    StopStarted,
    /// Nothing of it runs any more.
    Stopped,
    /// It could not be stopped.
    StopFailed,
    /// Its pods are being replaced.
    RestartStarted,
    /// All its pods were replaced.
    Restarted,
    /// The restart could not be processed; the pods are as they were.
    RestartFailed,
    /// The cancel has interrupted it.
    CancelStarted,
    /// It is back at what it ran before.
    Canceled,
    /// It could not be taken back before the deadline.
    RollbackFailed,
    /// Its turn did not come: it was skipped, or the deployment canceled. It gets back the status it had.
    NotReached {
        /// The status it had: a final one.
        had: Status,
    },
}

/// The status after `event`, or `None` where the event means nothing in this status.
pub fn transition(status: &Status, event: &Event) -> Option<Status> {
    match (event, status) {
        (
            Event::DeploymentQueued,
            Status::Ready
            | Status::Deployed
            | Status::BuildError
            | Status::DeploymentError
            | Status::Stopped
            | Status::StopError
            | Status::Restarted
            | Status::RestartError
            | Status::Canceled
            | Status::Deleted
            | Status::DeleteError,
        ) => Some(Status::DeploymentQueued),
        (Event::BuildStarted, Status::DeploymentQueued) => Some(Status::Building),
        (Event::BuildFailed, Status::Building) => Some(Status::BuildError),
        (Event::DeployStarted, Status::DeploymentQueued | Status::Building) => Some(Status::Deploying),
        (Event::Deployed, Status::Deploying) => Some(Status::Deployed),
        (Event::DeployFailed, Status::Deploying) => Some(Status::DeploymentError),
        (
            Event::StopQueued,
            Status::Deployed
            | Status::DeploymentError
            | Status::StopError
            | Status::Restarted
            | Status::RestartError
            | Status::Canceled,
        ) => Some(Status::StopQueued),
        (Event::StopStarted, Status::StopQueued) => Some(Status::Stopping),
        (Event::Stopped, Status::Stopping) => Some(Status::Stopped),
        (Event::StopFailed, Status::Stopping) => Some(Status::StopError),
        (
            Event::RestartStarted,
            Status::Deployed | Status::Restarted | Status::RestartError | Status::RestartQueued,
        ) => Some(Status::Restarting),
        (Event::Restarted, Status::Restarting) => Some(Status::Restarted),
        (Event::RestartFailed, Status::Restarting) => Some(Status::RestartError),
        (Event::CancelStarted, Status::Building | Status::Deploying) => Some(Status::Canceling),
        (Event::Canceled, Status::Canceling) => Some(Status::Canceled),
        (Event::RollbackFailed, Status::Canceling) => Some(Status::DeploymentError),
        (Event::NotReached { had }, Status::DeploymentQueued | Status::StopQueued | Status::RestartQueued)
            if !had.in_progress() =>
        {
            Some(had.clone())
        }
        (
            Event::DeploymentQueued
            | Event::BuildStarted
            | Event::BuildFailed
            | Event::DeployStarted
            | Event::Deployed
            | Event::DeployFailed
            | Event::StopQueued
            | Event::StopStarted
            | Event::Stopped
            | Event::StopFailed
            | Event::RestartStarted
            | Event::Restarted
            | Event::RestartFailed
            | Event::CancelStarted
            | Event::Canceled
            | Event::RollbackFailed
            | Event::NotReached { .. },
            _,
        ) => None,
    }
}
