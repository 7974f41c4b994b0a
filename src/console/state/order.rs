//! What is asked of the server, and whether it is asked at once or after a question.

use std::sync::Arc;

use crate::console::route::Target;
use crate::lifecycle::{Action, EnvironmentId, Scope, ServiceId};

/// An action to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The environment.
    pub environment: EnvironmentId,
    /// What is to be done.
    pub action: Action,
    /// How far it reaches.
    pub scope: Scope,
    /// The services; empty: the whole environment.
    pub services: Vec<ServiceId>,
    /// The chosen versions, of the version actions.
    pub versions: Vec<(ServiceId, Arc<str>)>,
    /// Of Cancel: also interrupt lifecycle jobs that execute.
    pub force: bool,
}

impl Order {
    /// An order without versions and force. `selected` are the services of a subset.
    pub fn new(action: Action, target: Target, selected: impl IntoIterator<Item = ServiceId>) -> Order {
        let (scope, services) = match target {
            Target::Service { service, .. } => (Scope::Service, vec![service]),
            Target::Subset { .. } => (Scope::Subset, selected.into_iter().collect()),
            Target::Environment(_) => (Scope::Environment, Vec::new()),
        };
        Order { environment: target.environment(), action, scope, services, versions: Vec::new(), force: false }
    }
}

/// How an action that was pressed goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is sent at once; while it waits it can be taken back.
    Send,
    /// Its panel opens: something has to be chosen, known or confirmed first.
    Ask,
}

/// The one decision: confirmation grows with the blast radius.
pub fn way(action: Action, target: Target, production: bool) -> Way {
    match (action, target) {
        (Action::Deploy | Action::Redeploy | Action::Restart, Target::Service { .. }) if !production => Way::Send,
        (Action::Deploy | Action::Redeploy | Action::Restart, _) => Way::Ask,
        // The confirmation says what is kept, what is rolled back, what cannot be interrupted.
        (Action::Stop | Action::Cancel, _) => Way::Ask,
        // A version has to be chosen.
        (Action::DeployVersion | Action::DeployLatest, _) => Way::Ask,
    }
}
