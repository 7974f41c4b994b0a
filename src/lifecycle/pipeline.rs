//! The order of a deployment: stages one after another, slots inside a stage, and what a failure or a cancel stops
//! (law §6).
//!
//! Decided: a member whose image is built and that finds no deployment slot stays Building, without a slot; it is under
//! way, so after a failure it goes on to its end. Nobody starts any more from the moment a member has failed, also while
//! that one still brings back what ran before.
//!
//! Members are plain numbers; who they are is the caller's business. Every member is handed out at most once, and each
//! is told at most once to be left out, so a pipeline of n members costs O(n) over its whole life.

use std::collections::VecDeque;

/// How many run side by side inside a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots {
    /// Builds at a time.
    pub builds: usize,
    /// Deployments, stops or restarts at a time.
    pub deployments: usize,
}

/// What a member that starts needs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// A build.
    Build,
    /// Nothing to build: it goes to the cluster at once.
    Deployment,
}

/// Whether the pipeline still starts members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It does.
    Open,
    /// A member failed or the deployment was canceled: those under way go on to their end, nobody starts.
    Closed,
}

/// A pipeline under way. Plain data, so that a snapshot of it can be written down and read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Members not looked at yet, by stage, the current one first.
    pub stages: VecDeque<VecDeque<usize>>,
    /// Of the current stage: those that need a build and found no slot.
    pub for_build: VecDeque<usize>,
    /// Of the current stage: those with nothing to build that found no slot.
    pub for_deployment: VecDeque<usize>,
    /// Built, and waiting for a deployment slot.
    pub built: VecDeque<usize>,
    /// How many build slots are taken.
    pub builds: usize,
    /// How many deployment slots are taken.
    pub deployments: usize,
    /// How many slots there are.
    pub slots: Slots,
    /// Whether it still starts members.
    pub course: Course,
}

impl Pipeline {
    /// A pipeline over `stages` in the order they run; inside a stage members start in the order given.
    ///
    /// At least one slot of each sort is assumed: with none, nothing would ever end.
    pub fn new(stages: impl IntoIterator<Item = Vec<usize>>, slots: Slots) -> Pipeline {
        Pipeline {
            stages: stages.into_iter().map(VecDeque::from).collect(),
            for_build: VecDeque::new(),
            for_deployment: VecDeque::new(),
            built: VecDeque::new(),
            builds: 0,
            deployments: 0,
            slots: Slots { builds: slots.builds.max(1), deployments: slots.deployments.max(1) },
            course: Course::Open,
        }
    }

    /// The next member to start, if a slot is free for one; `lane` says what a member needs, asked when it is looked at.
    pub fn start(&mut self, mut lane: impl FnMut(usize) -> Lane) -> Option<(usize, Lane)> {
        if self.course == Course::Closed {
            return None;
        }
        loop {
            if self.deployments < self.slots.deployments
                && let Some(member) = self.for_deployment.pop_front()
            {
                self.deployments += 1;
                return Some((member, Lane::Deployment));
            }
            if self.builds < self.slots.builds
                && let Some(member) = self.for_build.pop_front()
            {
                self.builds += 1;
                return Some((member, Lane::Build));
            }
            if self.builds >= self.slots.builds && self.deployments >= self.slots.deployments {
                return None;
            }
            match self.stages.front_mut().and_then(VecDeque::pop_front) {
                Some(member) => match lane(member) {
                    Lane::Build => self.for_build.push_back(member),
                    Lane::Deployment => self.for_deployment.push_back(member),
                },
                None => {
                    let idle = self.active() == 0 && self.for_build.is_empty() && self.for_deployment.is_empty();
                    if !idle || self.stages.pop_front().is_none() {
                        return None;
                    }
                }
            }
        }
    }

    /// A member that was just started turns out to need another lane by now: it is looked at again, first in line.
    pub fn again(&mut self, member: usize, lane: Lane) {
        self.ended(lane);
        match self.stages.front_mut() {
            Some(stage) => stage.push_front(member),
            None => self.stages.push_front(VecDeque::from([member])),
        }
    }

    /// A member that is under way already takes a slot, of those there are or beyond: a deployment that is taken over.
    pub fn adopt(&mut self, lane: Lane) {
        match lane {
            Lane::Build => self.builds += 1,
            Lane::Deployment => self.deployments += 1,
        }
    }

    /// A member's image is built: its build slot is free, and it waits for a deployment slot.
    pub fn built(&mut self, member: usize) {
        self.builds = self.builds.saturating_sub(1);
        self.built.push_back(member);
    }

    /// The next built member that finds a deployment slot. Also once the pipeline is closed: it is under way, and goes
    /// on to its end.
    pub fn go_on(&mut self) -> Option<usize> {
        if self.deployments >= self.slots.deployments {
            return None;
        }
        let member = self.built.pop_front()?;
        self.deployments += 1;
        Some(member)
    }

    /// A member's run is over, well or not; it held a slot of this lane.
    pub fn ended(&mut self, lane: Lane) {
        match lane {
            Lane::Build => self.builds = self.builds.saturating_sub(1),
            Lane::Deployment => self.deployments = self.deployments.saturating_sub(1),
        }
    }

    /// A built member that waits for a slot leaves.
    pub fn leave(&mut self, member: usize) {
        self.built.retain(|waiting| *waiting != member);
    }

    /// A member failed, or the deployment is canceled: nobody starts any more. Returns those not reached, in order.
    pub fn close(&mut self) -> Vec<usize> {
        self.course = Course::Closed;
        let mut left: Vec<usize> = Vec::new();
        left.extend(self.for_deployment.drain(..));
        left.extend(self.for_build.drain(..));
        left.extend(self.stages.drain(..).flatten());
        left
    }

    /// How many are under way.
    pub fn active(&self) -> usize {
        self.builds + self.deployments + self.built.len()
    }
}
