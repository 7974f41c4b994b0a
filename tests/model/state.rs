//! What of a world matters for what can happen next.
//!
//! Left out, and why nothing is lost by it:
//! - *Times and durations, of the clock, the agenda and the deadlines, and the seed they are drawn from.* Any of the
//!   things planned may be the next (`step.rs`), a deadline may strike at any moment, and a step that has a deadline may
//!   end on either side of it: so whatever a clock, a seed or a setting could bring is among the steps.
//! - *Faults.* They are looked at only while something happens, so a fault that is switched on and off at any time is a
//!   choice made anew at every step.
//! - *Ids of requests*: a request is known by its place in the queue. *Serials, sets and tickets of pods*: what counts is
//!   their order, and whether the timer they name is still to come.
//! - *How many pods are being removed*: what counts is whether the last one is gone. Else they would be without number,
//!   as in no time any number of deployments can begin and end.
//! - *The history, logs, notes, actors, names, revisions, what was asked last*: nobody decides by them. A record is
//!   checked at the step that ends it.
//! - *What a finished run was*, but for that it is finished.
//!
//! That this is so is itself checked: the search compares the futures of states with one key, and
//! `runs_of_the_simulator_never_leave_the_model` in `model.rs` goes where it could not follow.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::discriminant;

use playhead::lifecycle::RequestId;
use playhead::simulator::agenda::{Agenda, Happening, Planned};
use playhead::simulator::deployment::{Phase, Run};
use playhead::simulator::{Environment, Item, Outcome, PodPhase, Record, Service, World};

use super::setup::home;

/// A world, and what the laws have to remember of its past.
#[derive(Clone, Debug)]
pub struct State {
    pub world: World,
    /// For each service whose pods are being replaced: how many must be ready (law §9.3).
    pub floors: Vec<Option<usize>>,
    /// How many faults there were on the way here, where their number is limited.
    pub faults: usize,
}

impl State {
    pub fn new(world: World) -> State {
        let floors = vec![None; home(&world).services.len()];
        State { world, floors, faults: 0 }
    }

    /// Forgets what has no part in the future: it would only be carried along.
    pub fn forget(&mut self) {
        let environment = &mut self.world.environments[0];
        environment.history.clear();
        for service in &mut environment.services {
            let mut removed = 0;
            service.pods.retain(|pod| {
                removed += usize::from(!pod.is_alive());
                pod.is_alive() || removed == 1
            });
        }
        self.world.agenda = Agenda::restored(pending(&self.world));
    }

    /// Two states with the same key have the same future.
    pub fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.floors, self.faults).hash(&mut hasher);
        key(&self.world).hash(&mut hasher);
        hasher.finish()
    }
}

/// What is planned and will really happen: not what something else has made void.
pub fn pending(world: &World) -> Vec<Planned> {
    let environment = home(world);
    let service = |place: u32| &environment.services[place as usize];
    let real = |planned: &Planned| match planned.happening {
        Happening::Pipeline { request } => {
            environment.running.as_ref().is_some_and(|running| running.record.id.0 as u64 == request)
        }
        Happening::Step { service: place, ticket } | Happening::Deadline { service: place, ticket } => {
            service(place).ticket == ticket
        }
        // A ready pod's timer is a crash, which may come at any time, planned or not.
        Happening::Pod { service: place, pod, ticket } => {
            let same = |found: &&playhead::simulator::Pod| found.serial == pod && found.ticket == ticket;
            service(place).pods.iter().find(same).is_some_and(|pod| pod.phase != PodPhase::Ready)
        }
    };
    let mut pending: Vec<Planned> = world.agenda.planned().into_iter().filter(real).collect();
    pending.sort_by_key(|planned| planned.happening);
    pending.dedup_by_key(|planned| planned.happening);
    pending
}

/// What of a world matters, as one number.
pub fn key(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    let (environment, pending) = (home(world), pending(world));
    for (place, service) in environment.services.iter().enumerate() {
        hash_service(environment, place as u32, service, &pending, &mut hasher);
    }
    let pipeline = pending.iter().any(|planned| matches!(planned.happening, Happening::Pipeline { .. }));
    pipeline.hash(&mut hasher);
    if let Some(running) = &environment.running {
        running.record.action.hash(&mut hasher);
        let line = &running.pipeline;
        (&line.stages, &line.for_build, &line.for_deployment, &line.built).hash(&mut hasher);
        (line.builds, line.deployments, discriminant(&line.course)).hash(&mut hasher);
        (discriminant(&running.course), running.interruptible, running.open).hash(&mut hasher);
        for run in &running.runs {
            hash_run(run, &running.record, &mut hasher);
        }
    }
    for record in &environment.queue {
        (record.action, record.scope, record.items.len()).hash(&mut hasher);
        for item in record.items.iter().filter(|item| item.outcome == Outcome::Accepted) {
            (item.place, item.action, &item.chosen).hash(&mut hasher);
        }
        u8::MAX.hash(&mut hasher);
    }
    hasher.finish()
}

fn hash_service(
    environment: &Environment,
    place: u32,
    service: &Service,
    pending: &[Planned],
    hasher: &mut DefaultHasher,
) {
    (&service.status, &service.desired, &service.running, service.up).hash(hasher);
    let mut images = service.images.clone();
    images.sort();
    images.hash(hasher);
    let queued = |id: RequestId| environment.queue.iter().position(|record| record.id == id);
    for (request, queue) in &service.waiting {
        (queued(*request), queue).hash(hasher);
    }
    let run = service.run.and_then(|run| environment.running.as_ref()?.runs.get(run));
    service.run.hash(hasher);
    // Pod sets by rank: which are the same, and which are newer.
    let mut sets: Vec<u32> = service.pods.iter().filter(|pod| pod.is_alive()).map(|pod| pod.set).collect();
    sets.extend(service.rollout.as_ref().map(|rollout| rollout.coming));
    sets.extend(run.filter(|run| has_begun(run)).map(|run| run.before.set));
    sets.sort_unstable();
    sets.dedup();
    let rank = |set: u32| sets.iter().position(|other| *other == set);
    rank(service.set).hash(hasher);
    run.filter(|run| has_begun(run)).map(|run| rank(run.before.set)).hash(hasher);
    let timer = |serial: u32| {
        let of = |planned: &Planned| matches!(planned.happening, Happening::Pod { service, pod, .. } if (service, pod) == (place, serial));
        pending.iter().any(of)
    };
    for pod in service.pods.iter().filter(|pod| pod.is_alive()) {
        (rank(pod.set), &pod.version, pod.phase, pod.restarts > 0, timer(pod.serial)).hash(hasher);
        service.rollout.as_ref().map(|rollout| pod.serial >= rollout.first).hash(hasher);
    }
    service.pods.iter().any(|pod| !pod.is_alive()).hash(hasher);
    if let Some(rollout) = &service.rollout {
        (rank(rollout.coming), &rollout.version, rollout.wanted, rollout.pace, rollout.from).hash(hasher);
    }
    let timed = |planned: &&Planned| match planned.happening {
        Happening::Step { service, .. } | Happening::Deadline { service, .. } => service == place,
        Happening::Pod { .. } | Happening::Pipeline { .. } => false,
    };
    pending.iter().find(timed).map(|planned| discriminant(&planned.happening)).hash(hasher);
}

fn has_begun(run: &Run) -> bool {
    !matches!(run.phase, Phase::Queued | Phase::Ended)
}

fn hash_run(run: &Run, record: &Record, hasher: &mut DefaultHasher) {
    discriminant(&run.phase).hash(hasher);
    if run.phase == Phase::Ended {
        return;
    }
    let item: &Item = &record.items[run.item];
    (run.service, item.action, &item.chosen, run.slot).hash(hasher);
    if has_begun(run) {
        (run.work, &run.captured, run.before.pods, &run.before.version, item.deploying_at.is_some()).hash(hasher);
    } else {
        run.had.hash(hasher);
    }
}
