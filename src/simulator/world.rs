//! One project's environments, and the time that passes in them.

use std::collections::HashMap;

use crate::lifecycle::{EnvironmentId, RequestId, ServiceId};

use super::admission::request_id;
use super::agenda::{Agenda, Happening, Planned};
use super::configuration::Configuration;
use super::environment::Environment;
use super::fault::Faults;
use super::request::{Accepted, Actor, Order, Rejected};
use super::scene::Scene;
use super::service::Service;
use super::settings::Settings;

/// Milliseconds: a time (Unix, UTC) or a duration.
pub type Millis = i64;

/// One project's environments, and the time that passes in them.
///
/// Plain data: a clone is a snapshot that goes on by itself in the same way. Environments and services are not added
/// or removed in place; [`World::new`] is given them all.
#[derive(Clone, Debug)]
pub struct World {
    /// Every duration is drawn from it.
    pub seed: u64,
    /// The time up to which everything has happened, Unix ms.
    pub now: Millis,
    /// The environments.
    pub environments: Vec<Environment>,
    /// The faults asked for now; changed by [`World::set_faults`].
    pub faults: Faults,
    /// Slots and deadlines.
    pub settings: Settings,
    /// Increases with every visible change; stamped on what changed.
    pub revision: u64,
    /// How many requests were accepted: request ids are drawn from it. A file may say any number, and it goes on from there,
    /// round the end.
    pub requests: u64,
    /// What is planned; changed by the simulator alone, and restored with a snapshot.
    pub agenda: Agenda,
    places: HashMap<ServiceId, (usize, usize)>,
}

impl World {
    /// A world at time `now`. Services found in progress are taken over: a deployment is made up for them, and ends.
    pub fn new(seed: u64, now: Millis, environments: Vec<Environment>) -> World {
        World::resumed(seed, now, environments, 0)
    }

    /// The same for a world in which so many requests were accepted before, whose ids are not to be drawn again.
    pub fn resumed(seed: u64, now: Millis, environments: Vec<Environment>, requests: u64) -> World {
        let mut places = HashMap::new();
        for (e, environment) in environments.iter().enumerate() {
            for (s, service) in environment.services.iter().enumerate() {
                places.insert(service.id, (e, s));
            }
        }
        let mut world = World {
            seed,
            now,
            environments,
            faults: Faults::default(),
            settings: Settings::default(),
            revision: 1,
            requests,
            agenda: Agenda::default(),
            places,
        };
        for place in 0..world.environments.len() {
            let id = request_id(seed, world.requests.wrapping_add(1));
            if world.scene(place).is_some_and(|mut scene| scene.adopt(id)) {
                world.requests = world.requests.wrapping_add(1);
            }
        }
        world
    }

    /// Lets everything happen up to and including `to`; an earlier time than `now` changes nothing.
    ///
    /// Costs as much as there are events in between.
    pub fn advance(&mut self, to: Millis) {
        while let Some(planned) = self.agenda.peek().filter(|planned| planned.at <= to) {
            self.agenda.pop();
            self.now = self.now.max(planned.at);
            if self.is_void(&planned) {
                continue;
            }
            if let Some(at) = self.moved(&planned) {
                self.agenda.plan(at, planned.environment, planned.happening);
                continue;
            }
            if let Some(mut scene) = self.scene(planned.environment as usize) {
                scene.happen(planned.happening);
            }
        }
        self.now = self.now.max(to);
        self.prune();
    }

    /// When the next thing happens, if anything is planned.
    pub fn next_event(&self) -> Option<Millis> {
        self.agenda.peek().map(|planned| planned.at)
    }

    /// Forgets what is planned next as long as it is void, so that [`World::next_event`] tells of a real event.
    fn prune(&mut self) {
        while let Some(planned) = self.agenda.peek() {
            let moved = self.moved(&planned);
            if moved.is_none() && !self.is_void(&planned) {
                return;
            }
            self.agenda.pop();
            if let Some(at) = moved {
                self.agenda.plan(at, planned.environment, planned.happening);
            }
        }
    }

    fn planned_service(&self, planned: &Planned, service: u32) -> Option<&Service> {
        self.environments.get(planned.environment as usize)?.services.get(service as usize)
    }

    /// Whether something else has happened since it was planned, so that it does not happen any more.
    fn is_void(&self, planned: &Planned) -> bool {
        match planned.happening {
            Happening::Pipeline { request } => {
                let environment = self.environments.get(planned.environment as usize);
                let running = environment.and_then(|environment| environment.running.as_ref());
                running.is_none_or(|running| running.record.id.0 as u64 != request)
            }
            Happening::Step { service, ticket } | Happening::Deadline { service, ticket } => {
                self.planned_service(planned, service).is_none_or(|service| service.ticket != ticket)
            }
            Happening::Pod { service, pod, ticket } => self
                .planned_service(planned, service)
                .is_none_or(|service| !service.pods.iter().any(|found| found.serial == pod && found.ticket == ticket)),
        }
    }

    /// The later time of a deadline that was extended since it was planned.
    fn moved(&self, planned: &Planned) -> Option<Millis> {
        let Happening::Deadline { service, ticket } = planned.happening else { return None };
        let service = self.planned_service(planned, service).filter(|service| service.ticket == ticket)?;
        service.rollout.as_ref().map(|rollout| rollout.deadline).filter(|deadline| *deadline > planned.at)
    }

    pub(super) fn scene(&mut self, place: usize) -> Option<Scene<'_>> {
        Some(Scene {
            place: u32::try_from(place).ok()?,
            environment: self.environments.get_mut(place)?,
            agenda: &mut self.agenda,
            faults: &self.faults,
            settings: &self.settings,
            seed: self.seed,
            now: self.now,
            revision: &mut self.revision,
        })
    }

    /// Asks for an action now. Accepted or not by the rule of `lifecycle` on the shown statuses (law §3, §4).
    ///
    /// # Errors
    /// Why it is not accepted; then nothing has changed.
    pub fn request(&mut self, environment: EnvironmentId, order: Order, actor: Actor) -> Result<Accepted, Rejected> {
        let unknown = Rejected::NoEnvironment(environment);
        let place = self.environments.iter().position(|known| known.id == environment).ok_or(unknown.clone())?;
        let id = request_id(self.seed, self.requests.wrapping_add(1));
        let accepted = self.scene(place).ok_or(unknown)?.request(id, &order, actor)?;
        self.requests = self.requests.wrapping_add(1);
        self.prune();
        Ok(accepted)
    }

    /// Takes a waiting request back from the queue (law §4).
    ///
    /// # Errors
    /// When it does not wait (any more).
    pub fn take_back(&mut self, request: RequestId, actor: Actor) -> Result<(), Rejected> {
        let waits = |environment: &Environment| environment.queue.iter().any(|record| record.id == request);
        let place = self.environments.iter().position(waits).ok_or(Rejected::NotWaiting(request))?;
        match self.scene(place).map(|mut scene| scene.take_back(request, &actor)) {
            Some(true) => Ok(()),
            Some(false) | None => Err(Rejected::NotWaiting(request)),
        }
    }

    /// Sets the desired configuration of a service. It is put on the cluster by the next deployment (law §1, drift).
    ///
    /// # Errors
    /// When there is no such service.
    pub fn configure(&mut self, service: ServiceId, configuration: Configuration) -> Result<(), Rejected> {
        let revision = self.revision + 1;
        let (e, s) = self.place(service).ok_or(Rejected::NoService(service))?;
        let environment = self.environments.get_mut(e).ok_or(Rejected::NoService(service))?;
        let found = environment.services.get_mut(s).ok_or(Rejected::NoService(service))?;
        if found.desired != configuration {
            found.desired = configuration;
            found.revision = revision;
            environment.revision = revision;
            self.revision = revision;
        }
        Ok(())
    }

    /// Changes the faults that are asked for. Pods that are ready now crash after a while, where crashes are asked for.
    pub fn set_faults(&mut self, faults: Faults) {
        let before = std::mem::replace(&mut self.faults, faults);
        for place in 0..self.environments.len() {
            if let Some(mut scene) = self.scene(place) {
                scene.doom(&before);
            }
        }
        self.prune();
    }

    /// Where a service is: the places of its environment and of itself.
    pub fn place(&self, service: ServiceId) -> Option<(usize, usize)> {
        self.places.get(&service).copied()
    }

    /// One of the environments.
    pub fn environment(&self, id: EnvironmentId) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.id == id)
    }

    /// One of the services.
    pub fn service(&self, id: ServiceId) -> Option<&Service> {
        let (e, s) = self.place(id)?;
        self.environments.get(e)?.services.get(s)
    }
}
