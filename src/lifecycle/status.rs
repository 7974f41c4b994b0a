//! Deployment statuses (law §2), running statuses, and drift.

use std::fmt;
use std::sync::Arc;

/// How the last deployment of a service went or goes (law §2).
///
/// Independent of [`RunningStatus`]: a failed deployment can leave the previous version running.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Never deployed.
    Ready,
    /// Waits for its deployment to start or for a slot; on the wire `DEPLOYMENT_QUEUED` or `QUEUED`.
    DeploymentQueued,
    /// Source is cloned, built and pushed.
    Building,
    /// Pods are created and probed, or a job executes.
    Deploying,
    /// The last deployment ended well.
    Deployed,
    /// The build failed.
    BuildError,
    /// Pods never got ready, or a rollback failed.
    DeploymentError,
    /// Waits to be stopped.
    StopQueued,
    /// Pods are being removed.
    Stopping,
    /// Nothing runs, by request.
    Stopped,
    /// The stop failed.
    StopError,
    /// Waits to be restarted.
    RestartQueued,
    /// Pods are being replaced, same version and configuration.
    Restarting,
    /// All pods were restarted; the service runs.
    Restarted,
    /// The restart could not be processed; the pods are as they were.
    RestartError,
    /// An interrupted deployment goes back to what ran before.
    Canceling,
    /// The deployment was canceled.
    Canceled,
    /// From live servers only: waits to be deleted.
    DeleteQueued,
    /// From live servers only.
    Deleting,
    /// From live servers only.
    Deleted,
    /// From live servers only.
    DeleteError,
    /// A name this version does not know; kept and shown as it came.
    Unknown(Arc<str>),
}

/// What a status means for the questions "is it over?" and "did it go well?" (law §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Something is going on or waits.
    InProgress,
    /// Over, neither good nor bad: Ready, Canceled.
    Final,
    /// Over, as asked.
    Ok,
    /// Over, with an error.
    Error,
}

/// Which action a queued status waits for (law §2, the overlay).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Deploy, Redeploy or a version action.
    Deployment,
    /// Stop.
    Stop,
    /// Restart.
    Restart,
}

impl Status {
    /// Every status this version knows, in the order of the law's table.
    pub const KNOWN: [Status; 21] = [
        Status::Ready,
        Status::DeploymentQueued,
        Status::Building,
        Status::Deploying,
        Status::Deployed,
        Status::BuildError,
        Status::DeploymentError,
        Status::StopQueued,
        Status::Stopping,
        Status::Stopped,
        Status::StopError,
        Status::RestartQueued,
        Status::Restarting,
        Status::Restarted,
        Status::RestartError,
        Status::Canceling,
        Status::Canceled,
        Status::DeleteQueued,
        Status::Deleting,
        Status::Deleted,
        Status::DeleteError,
    ];

    /// The wire name (API contract, `StateEnum`).
    pub fn name(&self) -> &str {
        match self {
            Status::Ready => "READY",
            Status::DeploymentQueued => "DEPLOYMENT_QUEUED",
            Status::Building => "BUILDING",
            Status::Deploying => "DEPLOYING",
            Status::Deployed => "DEPLOYED",
            Status::BuildError => "BUILD_ERROR",
            Status::DeploymentError => "DEPLOYMENT_ERROR",
            Status::StopQueued => "STOP_QUEUED",
            Status::Stopping => "STOPPING",
            Status::Stopped => "STOPPED",
            Status::StopError => "STOP_ERROR",
            Status::RestartQueued => "RESTART_QUEUED",
            Status::Restarting => "RESTARTING",
            Status::Restarted => "RESTARTED",
            Status::RestartError => "RESTART_ERROR",
            Status::Canceling => "CANCELING",
            Status::Canceled => "CANCELED",
            Status::DeleteQueued => "DELETE_QUEUED",
            Status::Deleting => "DELETING",
            Status::Deleted => "DELETED",
            Status::DeleteError => "DELETE_ERROR",
            Status::Unknown(name) => name,
        }
    }

    /// Reads a wire name. Never fails: a name that is not known is kept as it came.
    pub fn from_name(name: &str) -> Status {
        if name == "QUEUED" {
            return Status::DeploymentQueued;
        }
        Status::KNOWN.into_iter().find(|status| status.name() == name).unwrap_or_else(|| Status::Unknown(name.into()))
    }

    /// The words a person reads (law §2, "shown as"); an unknown name is shown as it came.
    pub fn words(&self) -> &str {
        match self {
            Status::Ready => "Ready",
            Status::DeploymentQueued | Status::StopQueued | Status::RestartQueued | Status::DeleteQueued => "Queued",
            Status::Building => "Building",
            Status::Deploying => "Deploying",
            Status::Deployed => "Deployment OK",
            Status::BuildError => "Build error",
            Status::DeploymentError => "Deployment error",
            Status::Stopping => "Stopping",
            Status::Stopped => "Stopped",
            Status::StopError => "Stop error",
            Status::Restarting => "Restarting",
            Status::Restarted => "Restarted",
            Status::RestartError => "Restart error",
            Status::Canceling => "Canceling",
            Status::Canceled => "Canceled",
            Status::Deleting => "Deleting",
            Status::Deleted => "Deleted",
            Status::DeleteError => "Delete error",
            Status::Unknown(name) => name,
        }
    }

    /// In progress, final, final and ok, or final and an error (law §2).
    ///
    /// An unknown name counts as in progress, unless it ends in ERROR.
    pub fn class(&self) -> Class {
        match self {
            Status::Ready | Status::Canceled => Class::Final,
            Status::DeploymentQueued
            | Status::Building
            | Status::Deploying
            | Status::StopQueued
            | Status::Stopping
            | Status::RestartQueued
            | Status::Restarting
            | Status::Canceling
            | Status::DeleteQueued
            | Status::Deleting => Class::InProgress,
            Status::Deployed | Status::Stopped | Status::Restarted | Status::Deleted => Class::Ok,
            Status::BuildError
            | Status::DeploymentError
            | Status::StopError
            | Status::RestartError
            | Status::DeleteError => Class::Error,
            Status::Unknown(name) if name.ends_with("ERROR") => Class::Error,
            Status::Unknown(_) => Class::InProgress,
        }
    }

    /// Whether something is going on or waits.
    pub fn in_progress(&self) -> bool {
        self.class() == Class::InProgress
    }

    /// Whether the last deployment ended in an error.
    pub fn is_error(&self) -> bool {
        self.class() == Class::Error
    }

    /// Which action it waits for, if it is one of the queued statuses.
    pub fn queue(&self) -> Option<Queue> {
        match self {
            Status::DeploymentQueued => Some(Queue::Deployment),
            Status::StopQueued => Some(Queue::Stop),
            Status::RestartQueued => Some(Queue::Restart),
            Status::Ready
            | Status::Building
            | Status::Deploying
            | Status::Deployed
            | Status::BuildError
            | Status::DeploymentError
            | Status::Stopping
            | Status::Stopped
            | Status::StopError
            | Status::Restarting
            | Status::Restarted
            | Status::RestartError
            | Status::Canceling
            | Status::Canceled
            | Status::DeleteQueued
            | Status::Deleting
            | Status::Deleted
            | Status::DeleteError
            | Status::Unknown(_) => None,
        }
    }

    /// The status that is *shown* for a service that is idle in `self` and has a waiting request (law §2, overlay).
    ///
    /// A status in progress is its own: the running deployment wins over the queue.
    pub fn shown(&self, waiting: Option<Queue>) -> Status {
        match waiting {
            Some(queue) if !self.in_progress() => queue.status(),
            Some(_) | None => self.clone(),
        }
    }

    /// Whether a deployment was ever run: asked of the status *beneath* the overlay (law §2).
    pub fn ever_deployed(&self) -> bool {
        *self != Status::Ready
    }
}

impl Queue {
    /// The queued status of this queue.
    pub fn status(self) -> Status {
        match self {
            Queue::Deployment => Status::DeploymentQueued,
            Queue::Stop => Status::StopQueued,
            Queue::Restart => Status::RestartQueued,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// The pods of a service, now (law §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RunningStatus {
    /// Nothing runs.
    Stopped,
    /// Pods start and are not ready yet.
    Starting,
    /// All pods are ready.
    Running,
    /// Some pods are in error.
    Warning,
    /// All pods are in error.
    Error,
    /// Pods are being removed.
    Stopping,
    /// A job has executed.
    Completed,
    /// Not told.
    Unknown,
}

impl RunningStatus {
    /// Every running status, in the order of the law.
    pub const ALL: [RunningStatus; 8] = [
        RunningStatus::Stopped,
        RunningStatus::Starting,
        RunningStatus::Running,
        RunningStatus::Warning,
        RunningStatus::Error,
        RunningStatus::Stopping,
        RunningStatus::Completed,
        RunningStatus::Unknown,
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            RunningStatus::Stopped => "STOPPED",
            RunningStatus::Starting => "STARTING",
            RunningStatus::Running => "RUNNING",
            RunningStatus::Warning => "WARNING",
            RunningStatus::Error => "ERROR",
            RunningStatus::Stopping => "STOPPING",
            RunningStatus::Completed => "COMPLETED",
            RunningStatus::Unknown => "UNKNOWN",
        }
    }

    /// Reads a wire name; what is not known is [`RunningStatus::Unknown`].
    pub fn from_name(name: &str) -> RunningStatus {
        RunningStatus::ALL.into_iter().find(|status| status.name() == name).unwrap_or(RunningStatus::Unknown)
    }

    /// The words a person reads.
    pub fn words(self) -> &'static str {
        match self {
            RunningStatus::Stopped => "Stopped",
            RunningStatus::Starting => "Starting",
            RunningStatus::Running => "Running",
            RunningStatus::Warning => "Warning",
            RunningStatus::Error => "Error",
            RunningStatus::Stopping => "Stopping",
            RunningStatus::Completed => "Completed",
            RunningStatus::Unknown => "Unknown",
        }
    }
}

/// Whether the desired configuration is what runs (law §1, drift).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sync {
    /// Nothing was ever deployed.
    NeverDeployed,
    /// Desired and running configuration differ.
    OutOfDate,
    /// They are the same.
    UpToDate,
}

impl Sync {
    /// The wire name (`ServiceDeploymentStatusEnum`).
    pub fn name(self) -> &'static str {
        match self {
            Sync::NeverDeployed => "NEVER_DEPLOYED",
            Sync::OutOfDate => "OUT_OF_DATE",
            Sync::UpToDate => "UP_TO_DATE",
        }
    }
}
