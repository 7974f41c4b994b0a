//! What bounds a world: slots, deadlines, memory.

use super::world::Millis;

/// How many ended requests an environment remembers (law §6). What belongs to a forgotten one is gone with it: its
/// outcome, its place in the history, its log.
pub const HISTORY: usize = 100;

/// Slots, deadlines and bounds. Times in ms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Builds at a time in an environment (law §6).
    pub build_slots: usize,
    /// Deployments at a time in an environment; stops and restarts count as such (law §6).
    pub deployment_slots: usize,
    /// How long a build may take.
    pub build_deadline: Millis,
    /// How long a deployment may go on without a pod getting ready.
    pub readiness_deadline: Millis,
    /// How long a job, or a change of a managed database, may take.
    pub job_deadline: Millis,
    /// How long a rollback may go on without a pod getting ready.
    pub rollback_deadline: Millis,
    /// How long a stop may take.
    pub stop_deadline: Millis,
    /// How many ended requests an environment remembers: [`HISTORY`] unless set otherwise.
    pub history: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            build_slots: 4,
            deployment_slots: 4,
            build_deadline: 600_000,
            readiness_deadline: 90_000,
            job_deadline: 120_000,
            rollback_deadline: 60_000,
            stop_deadline: 60_000,
            history: HISTORY,
        }
    }
}
