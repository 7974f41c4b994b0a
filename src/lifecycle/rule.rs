//! Which action is allowed when, and why not: the one rule of console and backend (law §3, §4).

use super::action::{Action, Scope};
use super::kind::{Engine, Kind, Provider, Source};
use super::refusal::Refusal;
use super::rollup::environment_status;
use super::status::Status;

/// Whether pods of a service run, as far as it is known. What is not known never refuses (law §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pods {
    /// At least one pod is on the cluster.
    Running,
    /// None is.
    None,
    /// Not told by the server.
    Unknown,
}

/// All that the rule looks at in one service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceFacts {
    /// The *shown* status: new requests are judged by it. A waiting request, whose turn has come, puts the status
    /// beneath here instead (law §2).
    pub status: Status,
    /// What it is.
    pub kind: Kind,
    /// Where its code comes from.
    pub source: Source,
    /// The engine, of a database; else [`Engine::Unknown`].
    pub engine: Engine,
    /// The provider of the cluster.
    pub provider: Provider,
    /// Whether pods run.
    pub pods: Pods,
}

/// All that the rule looks at in an environment, beside its services.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EnvironmentFacts {
    /// Whether a service of it was ever deployed: asked of the statuses beneath.
    pub ever_deployed: bool,
    /// Whether the running deployment is one that Cancel acts on: a Deploy, Redeploy or version action with a service
    /// still Queued, Building or Deploying. `None`: not told.
    pub cancelable: Option<bool>,
}

/// Whether a request for `action` on one service is accepted (law §3; the column "service" of §4).
pub fn allowed(action: Action, service: &ServiceFacts) -> Result<(), Refusal> {
    match action {
        Action::DeployLatest => Err(Refusal::EnvironmentOnly),
        Action::Deploy | Action::Redeploy | Action::Restart | Action::Stop | Action::Cancel | Action::DeployVersion => {
            by_kind(action, service)?;
            by_status(action, service)
        }
    }
}

/// Whether `action` on a selection of `size` services takes this member in (law §4, column "subset").
///
/// Deploy and Redeploy are one button: each member gets whichever its status allows; see [`subset_deploys_as`].
pub fn allowed_in_subset(action: Action, size: usize, service: &ServiceFacts) -> Result<(), Refusal> {
    scope(action, Scope::Subset, size)?;
    match action {
        Action::Deploy | Action::Redeploy => subset_deploys_as(service).map(|_| ()),
        Action::Restart | Action::Stop | Action::Cancel | Action::DeployVersion | Action::DeployLatest => {
            allowed(action, service)
        }
    }
}

/// Which of Deploy and Redeploy the one button of a selection means for this member (law §4).
///
/// # Errors
/// Why neither is possible.
pub fn subset_deploys_as(service: &ServiceFacts) -> Result<Action, Refusal> {
    match allowed(Action::Redeploy, service) {
        Ok(()) => Ok(Action::Redeploy),
        Err(Refusal::NeverDeployed { .. }) => Ok(Action::Deploy),
        Err(refusal) => allowed(Action::Deploy, service).map(|()| Action::Deploy).map_err(|_| refusal),
    }
}

/// Whether `action` on the environment takes this service in; the environment itself is asked by
/// [`allowed_on_environment`] (law §4, column "environment").
pub fn allowed_in_environment(action: Action, service: &ServiceFacts) -> Result<(), Refusal> {
    match action {
        // A Redeploy of the environment also gives services never deployed their first deployment.
        Action::Redeploy if service.status == Status::Ready => by_kind(action, service),
        Action::DeployLatest => {
            by_kind(action, service)?;
            by_status(action, service)
        }
        Action::Restart => Err(Refusal::SingleServiceOnly),
        Action::DeployVersion => Err(Refusal::ServiceOnly),
        Action::Deploy | Action::Redeploy | Action::Stop | Action::Cancel => allowed(action, service),
    }
}

/// Whether `action` on the whole environment is accepted (law §4): what the environment itself demands, and at least
/// one service that allows it.
pub fn allowed_on_environment<'a>(
    action: Action,
    environment: &EnvironmentFacts,
    services: impl IntoIterator<Item = &'a ServiceFacts> + Clone,
) -> Result<(), Refusal> {
    let mut all = services.clone().into_iter();
    if all.next().is_none() {
        return Err(Refusal::EmptyEnvironment);
    }
    scope(action, Scope::Environment, usize::MAX)?;
    let status = environment_status(services.clone().into_iter().map(|service| &service.status));
    match action {
        Action::Deploy | Action::Redeploy | Action::Stop if status.in_progress() => {
            return Err(Refusal::EnvironmentInProgress { status });
        }
        Action::Deploy if environment.ever_deployed => return Err(Refusal::EnvironmentDeployed),
        Action::Redeploy if !environment.ever_deployed => return Err(Refusal::EnvironmentNeverDeployed),
        Action::Cancel if status == Status::Canceling && environment.cancelable != Some(true) => {
            return Err(Refusal::AlreadyCanceling);
        }
        Action::Cancel if environment.cancelable == Some(false) => return Err(Refusal::NothingToCancel { status }),
        Action::Deploy
        | Action::Redeploy
        | Action::Stop
        | Action::Cancel
        | Action::Restart
        | Action::DeployVersion
        | Action::DeployLatest => {}
    }
    let mut only = None;
    for service in services {
        match allowed_in_environment(action, service) {
            Ok(()) => return Ok(()),
            Err(refusal) => match &only {
                None => only = Some(refusal),
                Some(first) if *first == refusal => {}
                Some(_) => only = Some(Refusal::NoneAllows { action }),
            },
        }
    }
    // When every service refuses for one and the same reason, that reason says more than "none allows it".
    Err(only.unwrap_or(Refusal::NoneAllows { action }))
}

/// Whether the action exists in this scope at all, for `size` services (law §4).
pub fn scope(action: Action, scope: Scope, size: usize) -> Result<(), Refusal> {
    match (action, scope) {
        (Action::Restart, Scope::Environment) => Err(Refusal::SingleServiceOnly),
        (Action::Restart, Scope::Subset) if size > 1 => Err(Refusal::SingleServiceOnly),
        (Action::DeployVersion, Scope::Subset | Scope::Environment) => Err(Refusal::ServiceOnly),
        (Action::DeployLatest, Scope::Service | Scope::Subset) => Err(Refusal::EnvironmentOnly),
        (
            Action::Deploy
            | Action::Redeploy
            | Action::Restart
            | Action::Stop
            | Action::Cancel
            | Action::DeployVersion
            | Action::DeployLatest,
            Scope::Service | Scope::Subset | Scope::Environment,
        ) => Ok(()),
    }
}

/// What the kind of a service refuses whatever its status (law §3, "by kind").
fn by_kind(action: Action, service: &ServiceFacts) -> Result<(), Refusal> {
    // What an action would do to it is not known, and there is no call for it.
    if service.kind == Kind::Unknown {
        return Err(Refusal::UnknownKind);
    }
    match action {
        Action::Restart if !service.kind.keeps_pods_up() => Err(Refusal::KindCannotRestart { kind: service.kind }),
        Action::Stop if service.kind == Kind::ManagedDatabase => pausable(service.engine, service.provider),
        Action::DeployVersion if service.kind.is_database() => Err(Refusal::NoVersions { kind: service.kind }),
        Action::DeployLatest => match service.source {
            Source::Git | Source::Unknown => Ok(()),
            Source::Image | Source::Chart | Source::None => Err(Refusal::NotGit { kind: service.kind }),
        },
        Action::Deploy | Action::Redeploy | Action::Restart | Action::Stop | Action::Cancel | Action::DeployVersion => {
            Ok(())
        }
    }
}

/// Managed databases are paused on AWS only, and not where the engine is Redis (law §3).
fn pausable(engine: Engine, provider: Provider) -> Result<(), Refusal> {
    match (provider, engine) {
        (Provider::Gcp | Provider::Azure | Provider::Scaleway | Provider::OnPremise, _) => {
            Err(Refusal::PauseOnAwsOnly { provider })
        }
        (Provider::Aws | Provider::Unknown, Engine::Redis) => Err(Refusal::RedisCannotPause),
        (Provider::Aws | Provider::Unknown, Engine::Postgresql | Engine::Mysql | Engine::Mongodb | Engine::Unknown) => {
            Ok(())
        }
    }
}

/// The table of law §3: one row of it in each arm of the outer match.
fn by_status(action: Action, service: &ServiceFacts) -> Result<(), Refusal> {
    use Action::{Cancel, Deploy, DeployLatest, DeployVersion, Redeploy, Restart, Stop};
    let status = service.status.clone();
    match &service.status {
        Status::Ready => match action {
            Deploy | DeployVersion | DeployLatest => Ok(()),
            Redeploy => Err(Refusal::NeverDeployed { action }),
            Stop | Restart => Err(Refusal::NothingRuns { action }),
            Cancel => Err(Refusal::NothingToCancel { status }),
        },
        Status::DeploymentQueued | Status::Building | Status::Deploying => match action {
            Cancel | DeployVersion | DeployLatest => Ok(()),
            Deploy | Redeploy | Stop | Restart => Err(Refusal::InProgress { status }),
        },
        Status::StopQueued | Status::Stopping | Status::RestartQueued | Status::Restarting => match action {
            DeployVersion | DeployLatest => Ok(()),
            Deploy | Redeploy | Stop | Restart => Err(Refusal::InProgress { status }),
            Cancel => Err(Refusal::NotCancelable { status }),
        },
        Status::Canceling => match action {
            DeployVersion | DeployLatest => Ok(()),
            Deploy | Redeploy | Stop | Restart => Err(Refusal::InProgress { status }),
            Cancel => Err(Refusal::AlreadyCanceling),
        },
        Status::Deployed | Status::Restarted | Status::RestartError => match action {
            Redeploy | Stop | Restart | DeployVersion | DeployLatest => Ok(()),
            Deploy => Err(Refusal::AlreadyDeployed),
            Cancel => Err(Refusal::NothingToCancel { status }),
        },
        Status::BuildError => match action {
            Redeploy | DeployVersion | DeployLatest => Ok(()),
            Deploy => Err(Refusal::AlreadyDeployed),
            Stop => Err(Refusal::StopNeedsDeployment { status }),
            Restart => Err(Refusal::RestartNeedsOk { status }),
            Cancel => Err(Refusal::NothingToCancel { status }),
        },
        Status::DeploymentError | Status::StopError => match action {
            Redeploy | Stop | DeployVersion | DeployLatest => Ok(()),
            Deploy => Err(Refusal::AlreadyDeployed),
            Restart => Err(Refusal::RestartNeedsOk { status }),
            Cancel => Err(Refusal::NothingToCancel { status }),
        },
        Status::Stopped => match action {
            Redeploy | DeployVersion | DeployLatest => Ok(()),
            Deploy => Err(Refusal::AlreadyDeployed),
            Stop | Restart => Err(Refusal::NothingRuns { action }),
            Cancel => Err(Refusal::NothingToCancel { status }),
        },
        Status::Canceled => match action {
            Redeploy | DeployVersion | DeployLatest => Ok(()),
            Deploy => Err(Refusal::AlreadyDeployed),
            Stop => match service.pods {
                Pods::Running | Pods::Unknown => Ok(()),
                Pods::None => Err(Refusal::NothingRuns { action }),
            },
            Restart => Err(Refusal::RestartNeedsOk { status }),
            Cancel => Err(Refusal::NothingToCancel { status }),
        },
        Status::Deleted => match action {
            Deploy | DeployVersion | DeployLatest => Ok(()),
            Redeploy => Err(Refusal::Deleted),
            Stop | Restart => Err(Refusal::NothingRuns { action }),
            Cancel => Err(Refusal::NothingToCancel { status }),
        },
        Status::DeleteQueued | Status::Deleting => Err(Refusal::Deleting),
        Status::DeleteError => match action {
            Redeploy | DeployVersion | DeployLatest => Ok(()),
            Deploy => Err(Refusal::AlreadyDeployed),
            Stop => Err(Refusal::StopNeedsDeployment { status }),
            Restart => Err(Refusal::RestartNeedsOk { status }),
            Cancel => Err(Refusal::NothingToCancel { status }),
        },
        Status::Unknown(name) => Err(Refusal::UnknownStatus { name: name.clone() }),
    }
}
