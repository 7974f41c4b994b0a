//! What this page may offer: what the law allows (LAW.md), to whom the server lets act at all.
//!
//! Invariant: every button, menu item and panel asks here, so that each has one reason, and none is asked for in vain.

use std::fmt;

use super::state::Store;
use crate::lifecycle::{Action, EnvironmentFacts, Refusal, ServiceFacts, rule};

/// Why something is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The law refuses it.
    Law(Refusal),
    /// The server lets this page only read.
    ReadsOnly,
}

impl Refused {
    /// Why, as one sentence without a full stop.
    pub fn why(&self) -> String {
        match self {
            Refused::Law(refusal) => refusal.why(),
            Refused::ReadsOnly => "The server lets this page read, and not act".into(),
        }
    }

    /// What would make it available, as one sentence without a full stop.
    pub fn remedy(&self) -> &'static str {
        match self {
            Refused::Law(refusal) => refusal.remedy(),
            Refused::ReadsOnly => "Connect with a token that may act, if the server takes actions from any",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}.", self.why(), self.remedy())
    }
}

/// One service.
pub fn of_service(store: Store, action: Action, facts: &ServiceFacts) -> Result<(), Refused> {
    store.may_act()?;
    rule::allowed(action, facts).map_err(Refused::Law)
}

/// One of `size` selected services.
pub fn in_subset(store: Store, action: Action, size: usize, facts: &ServiceFacts) -> Result<(), Refused> {
    store.may_act()?;
    rule::allowed_in_subset(action, size, facts).map_err(Refused::Law)
}

/// A whole environment.
pub fn of_environment(
    store: Store,
    action: Action,
    environment: &EnvironmentFacts,
    services: &[ServiceFacts],
) -> Result<(), Refused> {
    store.may_act()?;
    rule::allowed_on_environment(action, environment, services).map_err(Refused::Law)
}

/// One service of a whole environment.
pub fn in_environment(store: Store, action: Action, facts: &ServiceFacts) -> Result<(), Refused> {
    store.may_act()?;
    rule::allowed_in_environment(action, facts).map_err(Refused::Law)
}
