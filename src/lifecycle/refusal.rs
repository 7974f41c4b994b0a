//! Why an action is refused, and what would make it available: values, and the words made from them (law §3).

use std::fmt;
use std::sync::Arc;

use super::action::Action;
use super::kind::{Kind, Provider};
use super::status::Status;

/// Why an action is not allowed now.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Redeploy of what was never deployed.
    NeverDeployed {
        /// What was asked.
        action: Action,
    },
    /// Deploy of what was deployed before.
    AlreadyDeployed,
    /// Something is going on in the service.
    InProgress {
        /// The shown status.
        status: Status,
    },
    /// Stop or Restart where no pod runs.
    NothingRuns {
        /// What was asked.
        action: Action,
    },
    /// Stop after an error that put nothing on the cluster.
    StopNeedsDeployment {
        /// The shown status.
        status: Status,
    },
    /// Restart of a service that is not Deployment OK.
    RestartNeedsOk {
        /// The shown status.
        status: Status,
    },
    /// Cancel where no deployment is queued or running.
    NothingToCancel {
        /// The shown status.
        status: Status,
    },
    /// Cancel of a stop or restart.
    NotCancelable {
        /// The shown status.
        status: Status,
    },
    /// Cancel of what is being canceled.
    AlreadyCanceling,
    /// Redeploy of what was deleted.
    Deleted,
    /// Anything while it is being deleted.
    Deleting,
    /// Restart of a kind without pods that stay up.
    KindCannotRestart {
        /// The kind.
        kind: Kind,
    },
    /// Stop of a managed database elsewhere than on AWS.
    PauseOnAwsOnly {
        /// Where it is.
        provider: Provider,
    },
    /// Stop of a managed Redis.
    RedisCannotPause,
    /// Deploy other version of what has no versions.
    NoVersions {
        /// The kind.
        kind: Kind,
    },
    /// Deploy latest version of what has no git source.
    NotGit {
        /// The kind.
        kind: Kind,
    },
    /// Restart of more than one service.
    SingleServiceOnly,
    /// Deploy other version of more than one service.
    ServiceOnly,
    /// Deploy latest version elsewhere than on an environment.
    EnvironmentOnly,
    /// The environment is not in a final status.
    EnvironmentInProgress {
        /// The environment's status.
        status: Status,
    },
    /// Deploy of an environment of which a service was deployed before.
    EnvironmentDeployed,
    /// Redeploy of an environment of which no service was ever deployed.
    EnvironmentNeverDeployed,
    /// The environment has no services.
    EmptyEnvironment,
    /// No service allows it, each for a reason of its own.
    NoneAllows {
        /// What was asked.
        action: Action,
    },
    /// The kind is none this version knows.
    UnknownKind,
    /// The status is a name this version does not know.
    UnknownStatus {
        /// The name as it came.
        name: Arc<str>,
    },
}

impl Refusal {
    /// Why, as one sentence without a full stop.
    pub fn why(&self) -> String {
        match self {
            Refusal::NeverDeployed { .. } => "It was never deployed".into(),
            Refusal::AlreadyDeployed => "It was deployed before".into(),
            Refusal::InProgress { status } => format!("A deployment action is in progress ({})", status.words()),
            Refusal::NothingRuns { action: Action::Stop } => "Nothing runs, so there is nothing to stop".into(),
            Refusal::NothingRuns { .. } => "Nothing runs, so there are no pods to restart".into(),
            Refusal::StopNeedsDeployment { status } => {
                format!("Stop is available from Deployment OK or Deployment error, not from {}", status.words())
            }
            Refusal::RestartNeedsOk { status } => {
                format!("Restart is available from Deployment OK, not from {}", status.words())
            }
            Refusal::NothingToCancel { .. } => "No deployment is queued, building or deploying".into(),
            Refusal::NotCancelable { status } => {
                format!("Only a deployment can be canceled; this is {}", status.words())
            }
            Refusal::AlreadyCanceling => "The deployment is being canceled already".into(),
            Refusal::Deleted => "It was deleted from the cluster".into(),
            Refusal::Deleting => "It is being deleted".into(),
            Refusal::KindCannotRestart { kind: Kind::LifecycleJob | Kind::CronJob } => {
                "A job has no pods that stay up, so there is nothing to restart".into()
            }
            Refusal::KindCannotRestart { kind: Kind::ManagedDatabase } => {
                "A managed database runs at the cloud provider and has no pods to restart".into()
            }
            Refusal::KindCannotRestart { kind } => format!("A {} cannot be restarted", kind.words()),
            Refusal::PauseOnAwsOnly { provider } => {
                format!("A managed database can be paused on AWS only; this one is on {}", provider.words())
            }
            Refusal::RedisCannotPause => "A managed Redis cannot be paused".into(),
            Refusal::NoVersions { .. } => "A database has no versions to pick from".into(),
            Refusal::NotGit { .. } => "Only services with a git source have a latest version".into(),
            Refusal::SingleServiceOnly => "Restart is for a single service".into(),
            Refusal::ServiceOnly => "Versions are picked one service at a time".into(),
            Refusal::EnvironmentOnly => "Deploy latest version is available on the environment only".into(),
            Refusal::EnvironmentInProgress { status } => {
                format!("The environment is in progress ({})", status.words())
            }
            Refusal::EnvironmentDeployed => "A service of this environment was deployed before".into(),
            Refusal::EnvironmentNeverDeployed => "No service of this environment was ever deployed".into(),
            Refusal::EmptyEnvironment => "The environment has no services".into(),
            Refusal::NoneAllows { action } => format!("No service allows {} now", action.words()),
            Refusal::UnknownKind => "This kind of service is unknown to this version of Playhead".into(),
            Refusal::UnknownStatus { name } => format!("The status {name} is unknown to this version of Playhead"),
        }
    }

    /// What would make it available, as one sentence without a full stop.
    pub fn remedy(&self) -> &'static str {
        match self {
            Refusal::NeverDeployed { .. } | Refusal::EnvironmentNeverDeployed => "Use Deploy for the first deployment",
            Refusal::AlreadyDeployed | Refusal::EnvironmentDeployed => "Use Redeploy",
            Refusal::InProgress { status: Status::DeploymentQueued | Status::Building | Status::Deploying }
            | Refusal::EnvironmentInProgress {
                status: Status::DeploymentQueued | Status::Building | Status::Deploying,
            } => "Wait for its end, or cancel the deployment",
            Refusal::InProgress { .. }
            | Refusal::EnvironmentInProgress { .. }
            | Refusal::NotCancelable { .. }
            | Refusal::AlreadyCanceling => "Wait for its end",
            Refusal::NothingRuns { action: Action::Stop } => "Available once it is deployed",
            Refusal::NothingRuns { .. } => "Deploy or redeploy it to start pods",
            Refusal::StopNeedsDeployment { .. } => "Redeploy it first",
            Refusal::RestartNeedsOk { .. } => "Redeploy it; once it is Deployment OK it can be restarted",
            Refusal::NothingToCancel { .. } => "Available while a deployment is queued, building or deploying",
            Refusal::Deleted => "Use Deploy",
            Refusal::Deleting => "Nothing can be done until the deletion has ended",
            Refusal::KindCannotRestart { kind: Kind::LifecycleJob | Kind::CronJob } => {
                "Redeploy it with a changed configuration to execute it again"
            }
            Refusal::KindCannotRestart { .. } => "Redeploy it to apply changes",
            Refusal::PauseOnAwsOnly { .. } | Refusal::RedisCannotPause => "It keeps running; stop the other services",
            Refusal::NoVersions { .. } => "Change its configuration and use Redeploy",
            Refusal::NotGit { .. } => "Use Deploy other version",
            Refusal::SingleServiceOnly => "Restart the services one by one",
            Refusal::ServiceOnly => "Use it on a single service",
            Refusal::EnvironmentOnly => "Use it on the environment",
            Refusal::EmptyEnvironment => "Add a service first",
            Refusal::NoneAllows { .. } => "Look at one service alone to see its own reason",
            Refusal::UnknownKind => "Update Playhead, or act on it where it was created",
            Refusal::UnknownStatus { .. } => "Update Playhead, or wait for a status it knows",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}.", self.why(), self.remedy())
    }
}

impl std::error::Error for Refusal {}
