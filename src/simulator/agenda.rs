//! What is going to happen, in order of time. What falls on the same moment has an order of its own, whatever was planned
//! first: so it does not matter in how many steps time passes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::world::Millis;

/// What happens; at the same moment in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    /// A pod goes on to its next phase.
    Pod {
        /// The service's place in the environment.
        service: u32,
        /// The pod's serial.
        pod: u32,
        /// Void if the pod's ticket has moved on.
        ticket: u32,
    },
    /// The current step of a service's run is over.
    Step {
        /// The service's place in the environment.
        service: u32,
        /// Void if the service's ticket has moved on.
        ticket: u32,
    },
    /// A running deployment starts those that find a slot.
    Pipeline {
        /// Of its request id: void if another one runs.
        request: u64,
    },
    /// A service's run is asked whether it kept its deadline: last, so that what is ready just in time is in time.
    Deadline {
        /// The service's place in the environment.
        service: u32,
        /// Void if the service's ticket has moved on.
        ticket: u32,
    },
}

/// Something planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planned {
    /// When, Unix ms.
    pub at: Millis,
    /// The environment's place in the world.
    pub environment: u32,
    /// What.
    pub happening: Happening,
}

/// Everything planned.
#[derive(Clone, Debug, Default)]
pub struct Agenda {
    heap: BinaryHeap<Reverse<Planned>>,
}

impl Agenda {
    /// Plans something.
    pub fn plan(&mut self, at: Millis, environment: u32, happening: Happening) {
        self.heap.push(Reverse(Planned { at, environment, happening }));
    }

    /// An agenda of things planned before, as told by [`Agenda::planned`].
    pub fn restored(planned: impl IntoIterator<Item = Planned>) -> Agenda {
        Agenda { heap: planned.into_iter().map(Reverse).collect() }
    }

    /// Everything planned, the next thing first.
    pub fn planned(&self) -> Vec<Planned> {
        let mut planned: Vec<Planned> = self.heap.iter().map(|Reverse(planned)| *planned).collect();
        planned.sort_unstable();
        planned
    }

    /// The next thing planned.
    pub fn peek(&self) -> Option<Planned> {
        self.heap.peek().map(|Reverse(planned)| *planned)
    }

    /// Takes the next thing planned.
    pub fn pop(&mut self) -> Option<Planned> {
        self.heap.pop().map(|Reverse(planned)| planned)
    }
}
