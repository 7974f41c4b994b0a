//! Faults that can be asked for, of some services or of all.

use litemap::LiteMap;

use crate::lifecycle::ServiceId;

/// Whom a fault hits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Every service.
    pub all: bool,
    /// These services.
    pub services: LiteMap<ServiceId, ()>,
}

impl Target {
    /// Hits every service.
    pub fn all() -> Target {
        Target { all: true, services: LiteMap::new_vec() }
    }

    /// Hits this service only.
    pub fn one(service: ServiceId) -> Target {
        Target { all: false, services: LiteMap::from_iter([(service, ())]) }
    }

    /// Whether it hits this service.
    pub fn hits(&self, service: ServiceId) -> bool {
        self.all || self.services.contains_key(&service)
    }
}

/// Every fault the simulator knows. A fault counts from the moment it is set to the moment it is lifted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// A build that ends while this is set fails.
    pub build_fails: Target,
    /// A build that ends while this is set cannot push its image.
    pub push_fails: Target,
    /// Readiness probes of pods in start are not ok; jobs and managed databases do not come to their end.
    pub readiness_never_ok: Target,
    /// Ready pods crash after a while, again and again; an executing job ends with an error.
    pub pod_crashes: Target,
    /// A stop that starts while this is set fails.
    pub stop_fails: Target,
    /// A restart that starts while this is set cannot be processed.
    pub restart_fails: Target,
    /// The cluster has no room for new pods.
    pub no_capacity: Target,
}
