//! What an action would do to each service, said before anything is sent (law §4): its effect, or why it is left out.

use super::action::{Action, Scope};
use super::kind::Kind;
use super::refusal::Refusal;
use super::rule::{
    ServiceFacts, allowed, allowed_in_environment, allowed_in_subset, scope as exists, subset_deploys_as,
};
use super::status::{Status, Sync};

/// What an action would do to one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It is deployed for the first time.
    FirstDeployment,
    /// It is stopped and is started again.
    Starts,
    /// Its desired configuration is applied.
    Applies,
    /// Nothing differs: its pods are not touched, a job is not executed again.
    NothingChanges,
    /// A version is deployed.
    DeploysVersion,
    /// It is stopped; storage is kept.
    Stops,
    /// Its database is paused at the cloud provider.
    Pauses,
    /// Its schedule is switched off.
    Unschedules,
    /// Its stop command runs.
    RunsStopCommand,
    /// Its pods are replaced one by one.
    Restarts,
    /// The deployment it takes part in is canceled: see [`super::cancel::interruption`].
    Canceled,
}

/// What `action` on `scope`, with `size` services in it, would do to this one: by the same rule that decides it.
///
/// `up` is whether something of it runs, or a job has executed: a Redeploy brings up what is not (law §5).
///
/// # Errors
/// Why the service would be left out.
pub fn effect(
    action: Action,
    scope: Scope,
    size: usize,
    service: &ServiceFacts,
    sync: Sync,
    up: bool,
) -> Result<Effect, Refusal> {
    let means = judge(action, scope, size, service)?;
    Ok(match means {
        Action::Deploy => Effect::FirstDeployment,
        Action::Redeploy => match sync {
            Sync::NeverDeployed => Effect::FirstDeployment,
            Sync::UpToDate | Sync::OutOfDate if !up => Effect::Starts,
            Sync::UpToDate => Effect::NothingChanges,
            Sync::OutOfDate => Effect::Applies,
        },
        Action::DeployVersion | Action::DeployLatest => Effect::DeploysVersion,
        Action::Restart => Effect::Restarts,
        Action::Stop => match service.kind {
            Kind::Application | Kind::Container | Kind::ContainerDatabase | Kind::Helm | Kind::Unknown => Effect::Stops,
            Kind::ManagedDatabase => Effect::Pauses,
            Kind::CronJob => Effect::Unschedules,
            Kind::LifecycleJob => Effect::RunsStopCommand,
        },
        Action::Cancel => Effect::Canceled,
    })
}

/// What `action` on `scope` means for this service: in a selection the one button is Deploy or Redeploy, on an
/// environment a Redeploy also gives first deployments (law §4).
///
/// # Errors
/// Why the service is left out.
pub fn judge(action: Action, scope: Scope, size: usize, service: &ServiceFacts) -> Result<Action, Refusal> {
    exists(action, scope, size)?;
    match (scope, action) {
        (Scope::Service, _) => allowed(action, service).map(|()| action),
        (Scope::Subset, Action::Deploy | Action::Redeploy) => subset_deploys_as(service),
        (
            Scope::Subset,
            Action::Restart | Action::Stop | Action::Cancel | Action::DeployVersion | Action::DeployLatest,
        ) => allowed_in_subset(action, size, service).map(|()| action),
        (Scope::Environment, Action::Redeploy) if service.status == Status::Ready => {
            allowed_in_environment(action, service).map(|()| Action::Deploy)
        }
        (Scope::Environment, _) => allowed_in_environment(action, service).map(|()| action),
    }
}
