//! One project's environments, and the time that passes in them.

use std::collections::HashMap;

use crate::lifecycle::{EnvironmentId, RequestId, ServiceId};

use super::agenda::Agenda;
use super::configuration::Configuration;
use super::environment::Environment;
use super::fault::Faults;
use super::request::{Accepted, Actor, Order, Rejected};
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
    /// How many requests were accepted: request ids are drawn from it.
    pub requests: u64,
    /// What is planned; changed by the simulator alone, and restored with a snapshot.
    pub agenda: Agenda,
    places: HashMap<ServiceId, (usize, usize)>,
}

impl World {
    /// A world at time `now`.
    pub fn new(seed: u64, now: Millis, environments: Vec<Environment>) -> World {
        let mut places = HashMap::new();
        for (e, environment) in environments.iter().enumerate() {
            for (s, service) in environment.services.iter().enumerate() {
                places.insert(service.id, (e, s));
            }
        }
        World {
            seed,
            now,
            environments,
            faults: Faults::default(),
            settings: Settings::default(),
            revision: 1,
            requests: 0,
            agenda: Agenda::default(),
            places,
        }
    }

    /// Lets everything happen up to and including `to`; an earlier time than `now` changes nothing.
    ///
    /// Costs as much as there are events in between.
    pub fn advance(&mut self, to: Millis) {
        self.now = self.now.max(to);
    }

    /// When the next thing happens, if anything is planned.
    pub fn next_event(&self) -> Option<Millis> {
        self.agenda.peek().map(|planned| planned.at)
    }

    /// Asks for an action now. Accepted or not by the rule of `lifecycle` on the shown statuses (law §3, §4).
    ///
    /// # Errors
    /// Why it is not accepted; then nothing has changed.
    pub fn request(&mut self, environment: EnvironmentId, order: Order, actor: Actor) -> Result<Accepted, Rejected> {
        let _ = (order, actor);
        Err(Rejected::NoEnvironment(environment))
    }

    /// Takes a waiting request back from the queue (law §4).
    ///
    /// # Errors
    /// When it does not wait (any more).
    pub fn take_back(&mut self, request: RequestId, actor: Actor) -> Result<(), Rejected> {
        let _ = actor;
        Err(Rejected::NotWaiting(request))
    }

    /// Sets the desired configuration of a service. It is put on the cluster by the next deployment (law §1, drift).
    ///
    /// # Errors
    /// When there is no such service.
    pub fn configure(&mut self, service: ServiceId, configuration: Configuration) -> Result<(), Rejected> {
        let now = self.now;
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
        debug_assert!(now == self.now);
        Ok(())
    }

    /// Changes the faults that are asked for.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
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
