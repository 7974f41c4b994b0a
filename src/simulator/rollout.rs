//! The replacement of a service's pods, under way.

use super::world::Millis;

/// A replacement of pods, under way: who comes, how many, and until when the next step must be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The set that comes; every other one goes.
    pub coming: u32,
    /// How many pods it shall have.
    pub wanted: u32,
    /// How many pods there were when the replacement began.
    pub from: u32,
    /// The serial of the first pod that this replacement itself starts.
    pub first: u32,
    /// Until when the next pod must be ready, Unix ms.
    pub deadline: Millis,
}
