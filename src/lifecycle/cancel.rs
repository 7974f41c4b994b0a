//! What a cancel of a deployment does to each service that takes part (law §5).

use super::kind::Kind;
use super::status::Status;

/// What a cancel does to one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interruption {
    /// Its turn has not come: it gets back the status it had, "canceled before it started".
    NotStarted,
    /// It goes back to what it ran before; nothing, if it ran nothing.
    RollsBack,
    /// An executing lifecycle job: it ignores the cancel and goes on to its normal end. Force would interrupt it.
    Ignores,
    /// An executing lifecycle job, by force: it is interrupted, and what it did is not undone.
    Forced,
    /// It is being canceled already.
    UnderWay,
    /// It has ended in this deployment: it stays as it is.
    Stays,
}

/// What a cancel, forced or not, does to a service of the deployment with this kind and status beneath.
///
/// A lifecycle job executes exactly while it is Deploying; while it is built it can be interrupted as any other.
pub fn interruption(kind: Kind, status: &Status, force: bool) -> Interruption {
    match status {
        Status::DeploymentQueued => Interruption::NotStarted,
        Status::Building => Interruption::RollsBack,
        Status::Deploying => match (kind, force) {
            (Kind::LifecycleJob, false) => Interruption::Ignores,
            (Kind::LifecycleJob, true) => Interruption::Forced,
            (
                Kind::Application
                | Kind::Container
                | Kind::ContainerDatabase
                | Kind::ManagedDatabase
                | Kind::CronJob
                | Kind::Helm
                | Kind::Unknown,
                _,
            ) => Interruption::RollsBack,
        },
        Status::Canceling => Interruption::UnderWay,
        Status::Ready
        | Status::Deployed
        | Status::BuildError
        | Status::DeploymentError
        | Status::StopQueued
        | Status::Stopping
        | Status::Stopped
        | Status::StopError
        | Status::RestartQueued
        | Status::Restarting
        | Status::Restarted
        | Status::RestartError
        | Status::Canceled
        | Status::DeleteQueued
        | Status::Deleting
        | Status::Deleted
        | Status::DeleteError
        | Status::Unknown(_) => Interruption::Stays,
    }
}
