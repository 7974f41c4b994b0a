//! One pod on the cluster.

use super::configuration::Version;
use super::service::Service;
use super::world::Millis;

/// What a pod does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PodPhase {
    /// The cluster has no room for it yet.
    Pending,
    /// Its image is pulled and its container started.
    Starting,
    /// It runs; the readiness probe is not ok yet.
    Running,
    /// Readiness and liveness probes are ok.
    Ready,
    /// Its probe failed, or it crashed.
    Error,
    /// It is being removed.
    Terminating,
}

/// Which of two pod sets a pod belongs to while one replaces the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    /// The set that was there before.
    Old,
    /// The newest set.
    New,
}

/// One pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pod {
    /// Counts up within the service.
    pub serial: u32,
    /// The pod set it belongs to; a higher number is a newer set.
    pub set: u32,
    /// The version it runs.
    pub version: Option<Version>,
    /// What it does.
    pub phase: PodPhase,
    /// How often it crashed and was started again.
    pub restarts: u32,
    /// Since when it is in its phase, Unix ms.
    pub since: Millis,
    /// Number of its current timer: an older event is void.
    pub ticket: u32,
}

impl Pod {
    /// Whether readiness and liveness probes are ok.
    pub fn is_ready(&self) -> bool {
        self.phase == PodPhase::Ready
    }

    /// Whether it belongs to a set: all but those being removed.
    pub fn is_alive(&self) -> bool {
        self.phase != PodPhase::Terminating
    }

    /// Its name on the cluster, as `service-set-serial`.
    pub fn name(&self, service: &Service) -> String {
        let slug: String = service
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        let mut hash = (service.id.0 as u64) ^ (service.id.0 >> 64) as u64;
        hash = super::random::mix(hash ^ u64::from(self.set).rotate_left(32));
        let replica_set = hash & 0xffff_ffff;
        let suffix = super::random::mix(hash ^ u64::from(self.serial)) & 0xf_ffff;
        format!("{slug}-{replica_set:08x}-{suffix:05x}")
    }

    /// Why it is not ready, where there is something to say.
    pub fn message(&self) -> Option<&'static str> {
        match self.phase {
            PodPhase::Pending => Some("Pending: no node has room for it"),
            PodPhase::Starting => Some("Image is pulled, container starts"),
            PodPhase::Running => Some("Readiness probe is not ok yet"),
            PodPhase::Ready => None,
            PodPhase::Error if self.restarts > 0 => Some("Liveness probe failed; it is started again"),
            PodPhase::Error => Some("Readiness probe was never ok"),
            PodPhase::Terminating => Some("Being removed"),
        }
    }
}
