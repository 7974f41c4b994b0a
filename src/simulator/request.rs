//! What can be asked of a world, by whom, and the answer.

use std::sync::Arc;

use crate::lifecycle::{Action, EnvironmentId, Refusal, RequestId, Scope, ServiceId};

use super::configuration::Version;

/// From where a request came (law §6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The console.
    Console,
    /// The API.
    Api,
    /// The command line.
    Cli,
    /// CI/CD.
    CiCd,
    /// Any other, kept by its wire name.
    Other(Arc<str>),
}

impl Origin {
    /// Stable name.
    pub fn name(&self) -> &str {
        match self {
            Origin::Console => "CONSOLE",
            Origin::Api => "API",
            Origin::Cli => "CLI",
            Origin::CiCd => "CI_CD",
            Origin::Other(name) => name,
        }
    }

    /// Reads a stable name; one that is not known is kept.
    pub fn from_name(name: &str) -> Origin {
        match name {
            "CONSOLE" => Origin::Console,
            "API" => Origin::Api,
            "CLI" => Origin::Cli,
            "CI_CD" => Origin::CiCd,
            other => Origin::Other(other.into()),
        }
    }
}

/// Who asked, and from where (law §6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Actor {
    /// Who.
    pub name: Arc<str>,
    /// From where.
    pub origin: Origin,
}

impl Actor {
    /// A person at the console.
    pub fn console(name: &str) -> Actor {
        Actor { name: name.into(), origin: Origin::Console }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The action.
    pub action: Action,
    /// Of what.
    pub scope: Scope,
    /// Service: exactly one. Subset: the selection. Environment: empty for all services; for Deploy latest version
    /// the chosen services. With the version that was picked, where one was; in a subset an item with a version is
    /// judged as Deploy other version (decided: the contract's subset call carries versions item by item).
    pub items: Vec<(ServiceId, Option<Version>)>,
    /// Cancel only: also interrupt executing lifecycle jobs (law §5).
    pub force: bool,
}

impl Order {
    /// An action on one service.
    pub fn service(action: Action, service: ServiceId) -> Order {
        Order { action, scope: Scope::Service, items: vec![(service, None)], force: false }
    }

    /// Deploy other version, on one service.
    pub fn version(service: ServiceId, version: Version) -> Order {
        let items = vec![(service, Some(version))];
        Order { action: Action::DeployVersion, scope: Scope::Service, items, force: false }
    }

    /// An action on a selection.
    pub fn subset(action: Action, services: impl IntoIterator<Item = ServiceId>) -> Order {
        let items = services.into_iter().map(|service| (service, None)).collect();
        Order { action, scope: Scope::Subset, items, force: false }
    }

    /// An action on a whole environment.
    pub fn environment(action: Action) -> Order {
        Order { action, scope: Scope::Environment, items: Vec::new(), force: false }
    }

    /// The same, with the force checkbox ticked.
    pub fn forced(mut self) -> Order {
        self.force = true;
        self
    }
}

/// The answer to an accepted request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its id, under which it is found in the queue, as the running deployment, or in the history.
    pub id: RequestId,
    /// 0: it has started. Else its place in the queue, from 1.
    pub position: usize,
    /// Those left out, with their reason (law §4).
    pub skipped: Vec<(ServiceId, Refusal)>,
}

/// Why a request was not accepted; nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// No environment has this id.
    #[error("there is no environment {0}; list the environments of the project to see their ids")]
    NoEnvironment(EnvironmentId),
    /// No service of the environment has this id.
    #[error("there is no service {0} in this environment; list its services to see their ids")]
    NoService(ServiceId),
    /// No request has this id, or it is not waiting any more.
    #[error("the request {0} does not wait in the queue; it has started, ended or never was")]
    NotWaiting(RequestId),
    /// A selection without services, or a service action without exactly one.
    #[error("name {expected}; {found} were named")]
    WrongNumber {
        /// What is needed.
        expected: &'static str,
        /// How many came.
        found: usize,
    },
    /// The rule refuses it.
    #[error("{0}")]
    Refused(Refusal),
    /// The rule refuses it for every service of a selection.
    #[error("none of the selected services allows it")]
    NoneAllows {
        /// The reason of each.
        refusals: Vec<(ServiceId, Refusal)>,
    },
}
