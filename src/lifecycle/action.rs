//! The seven deployment actions and what they act on (law §3, §4).

use super::status::Queue;

/// A deployment action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// First deployment.
    Deploy,
    /// Bring what runs to the desired configuration.
    Redeploy,
    /// Replace the pods, same version and configuration.
    Restart,
    /// Stop the execution.
    Stop,
    /// Abort the deployment, roll back what it interrupts.
    Cancel,
    /// Deploy a version that is picked.
    DeployVersion,
    /// Deploy the newest commit.
    DeployLatest,
}

impl Action {
    /// Every action, in the order of every menu.
    pub const ALL: [Action; 7] = [
        Action::Deploy,
        Action::Redeploy,
        Action::Restart,
        Action::Stop,
        Action::Cancel,
        Action::DeployVersion,
        Action::DeployLatest,
    ];

    /// The words of the menu.
    pub fn words(self) -> &'static str {
        match self {
            Action::Deploy => "Deploy",
            Action::Redeploy => "Redeploy",
            Action::Restart => "Restart service",
            Action::Stop => "Stop",
            Action::Cancel => "Cancel deployment",
            Action::DeployVersion => "Deploy other version",
            Action::DeployLatest => "Deploy latest version",
        }
    }

    /// Stable name, for records and reports.
    pub fn name(self) -> &'static str {
        match self {
            Action::Deploy => "DEPLOY",
            Action::Redeploy => "REDEPLOY",
            Action::Restart => "RESTART",
            Action::Stop => "STOP",
            Action::Cancel => "CANCEL",
            Action::DeployVersion => "DEPLOY_VERSION",
            Action::DeployLatest => "DEPLOY_LATEST",
        }
    }

    /// Reads a stable name.
    pub fn from_name(name: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.name() == name)
    }

    /// The queued status under which a request of this action waits; a cancel never waits.
    pub fn queue(self) -> Option<Queue> {
        match self {
            Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => Some(Queue::Deployment),
            Action::Stop => Some(Queue::Stop),
            Action::Restart => Some(Queue::Restart),
            Action::Cancel => None,
        }
    }
}

/// What an action is asked of (law §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// One service.
    Service,
    /// A selection of services.
    Subset,
    /// A whole environment.
    Environment,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 3] = [Scope::Service, Scope::Subset, Scope::Environment];
}
