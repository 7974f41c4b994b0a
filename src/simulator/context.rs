//! What the inside of one environment sees of its world: the time, the seed, the faults, and the agenda to write to.

use crate::lifecycle::ServiceId;

use super::agenda::{Agenda, Happening};
use super::fault::Faults;
use super::pod::Pod;
use super::random;
use super::rollout;
use super::service::Service;
use super::settings::Settings;
use super::world::Millis;

/// What a duration is drawn for: each subject has draws of its own, so none shifts another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Queue = 1,
    Build,
    Compare,
    Job,
    Apply,
    PodStart,
    Probe,
    PodStop,
    Crash,
    Stop,
    Restart,
    Cancel,
}

/// The surroundings of one service, while something happens to it.
pub(super) struct Context<'a> {
    /// The environment's place in the world.
    pub environment: u32,
    /// The service's place in the environment.
    pub service: u32,
    pub agenda: &'a mut Agenda,
    pub faults: &'a Faults,
    pub settings: &'a Settings,
    pub seed: u64,
    pub now: Millis,
    pub revision: &'a mut u64,
    pub environment_revision: &'a mut u64,
}

impl Context<'_> {
    /// Something visible changed in the service.
    pub fn touch(&mut self, service: &mut Service) {
        *self.revision += 1;
        service.revision = *self.revision;
        *self.environment_revision = *self.revision;
    }

    /// A duration for the `which`-th time of `what`.
    pub fn between(&self, service: ServiceId, what: What, which: u64, from: Millis, to: Millis) -> Millis {
        random::between(from, to, random::draw(self.seed, service, what as u64, which))
    }

    /// Plans the end of the current step of the service's run; any earlier plan of it is void.
    pub fn step(&mut self, service: &mut Service, after: Millis) {
        service.ticket += 1;
        let happening = Happening::Step { service: self.service, ticket: service.ticket };
        self.agenda.plan(self.now + after.max(0), self.environment, happening);
    }

    /// Plans a look at the deadline of the service's run; any earlier plan of it is void.
    pub fn deadline(&mut self, service: &mut Service, at: Millis) {
        service.ticket += 1;
        let happening = Happening::Deadline { service: self.service, ticket: service.ticket };
        self.agenda.plan(at, self.environment, happening);
    }

    /// Plans a pod's next phase; any earlier plan of it is void.
    pub fn pod(&mut self, pod: &mut Pod, after: Millis) {
        pod.ticket += 1;
        self.agenda.plan(self.now + after.max(0), self.environment, rollout::timer(self.service, pod));
    }
}
