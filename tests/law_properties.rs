//! What must always hold (law §9): checked on random worlds and random sequences of requests, events and faults.
//!
//! Each property sees 20,000 sequences. A failure names its seed: `one(seed)` in the test body runs it alone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs)]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

#[path = "kit/sequences.rs"]
mod sequences;
#[path = "kit/worlds.rs"]
mod worlds;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use playhead::lifecycle::rollup::environment_status;
use playhead::lifecycle::rule::{allowed, allowed_in_environment, allowed_in_subset, allowed_on_environment};
use playhead::lifecycle::{Action, Kind, RequestId, Scope, ServiceId, Status};
use playhead::simulator::deployment::Phase;
use playhead::simulator::{Environment, Outcome, Progress, Service, World};

use sequences::{Allowed, MOST_STEPS, Property, Step, random_step, random_world, run, take};
use worlds::{Choice, HOME, ada, idle, sets};

const SEQUENCES: u64 = 20_000;
const EVERYTHING: Allowed = Allowed { crashes: true, found: true };
const NO_CRASHES: Allowed = Allowed { crashes: false, found: false };

fn check<P: Property>(allowed: Allowed, property: impl Fn() -> P) {
    for seed in 0..SEQUENCES {
        let outcome = catch_unwind(AssertUnwindSafe(|| drop(run(seed, allowed, &mut property()))));
        if let Err(panic) = outcome {
            eprintln!("sequence with seed {seed}");
            resume_unwind(panic);
        }
    }
}

fn services(world: &World) -> &[Service] {
    &world.environments[0].services
}

fn home(world: &World) -> &Environment {
    &world.environments[0]
}

// 1. No sequence of requests and events leaves a service in progress for ever.

struct EveryRunEnds;

impl Property for EveryRunEnds {
    fn end(&mut self, world: &World) {
        assert!(idle(world), "a deployment or request is still there after a day: {:#?}", home(world).running);
        for service in services(world) {
            assert!(!service.status.in_progress(), "{} is left {:?}", service.name, service.status);
            assert!(service.rollout.is_none() && service.run.is_none() && service.waiting.is_empty());
        }
        for record in &home(world).history {
            assert!(record.progress.ended() && record.ended_at.is_some());
            for item in &record.items {
                assert!(item.outcome != Outcome::Accepted, "{item:?} has no outcome");
                assert!(item.outcome == Outcome::Done || item.note.is_some(), "{item:?} does not say why");
            }
        }
    }
}

#[test]
fn every_run_ends_in_a_final_status() {
    check(EVERYTHING, || EveryRunEnds);
}

// 2. The world accepts exactly what the rule allows, and a refused request changes nothing.

#[derive(Default)]
struct AcceptsWhatTheRuleAllows {
    expected: Option<bool>,
    before: Option<World>,
}

fn rule_allows(world: &World, order: &playhead::simulator::Order) -> bool {
    let environment = home(world);
    let provider = environment.provider;
    let named: BTreeSet<ServiceId> = order.items.iter().map(|(service, _)| *service).collect();
    let mut chosen = services(world).iter().filter(|service| named.contains(&service.id)).map(|s| s.facts(provider));
    let all = environment.services_facts();
    let whole = || allowed_on_environment(order.action, &environment.facts(), &all).is_ok();
    match (order.scope, order.action) {
        (Scope::Service, action) => chosen.any(|facts| allowed(action, &facts).is_ok()),
        (Scope::Subset, action) => chosen.any(|facts| allowed_in_subset(action, named.len(), &facts).is_ok()),
        (Scope::Environment, Action::DeployLatest) if !named.is_empty() => {
            whole() && chosen.any(|facts| allowed_in_environment(Action::DeployLatest, &facts).is_ok())
        }
        (Scope::Environment, _) => whole(),
    }
}

impl Property for AcceptsWhatTheRuleAllows {
    fn before(&mut self, world: &World, step: &Step) {
        if let Step::Ask(order) = step {
            self.expected = Some(rule_allows(world, order));
            self.before = Some(world.clone());
        }
    }

    fn after(&mut self, world: &World, step: &Step, accepted: Option<RequestId>) {
        if let Some(expected) = self.expected.take() {
            assert_eq!(accepted.is_some(), expected, "{step:?}");
        }
        if let Some(before) = self.before.take().filter(|_| accepted.is_none()) {
            assert_eq!(before.environments, world.environments, "refused, and yet changed: {step:?}");
            assert_eq!((before.revision, before.requests), (world.revision, world.requests));
        }
    }
}

#[test]
fn the_world_accepts_exactly_what_the_rule_allows() {
    check(EVERYTHING, AcceptsWhatTheRuleAllows::default);
}

// 3. A rolling update, restart or rollback never has fewer ready pods than the smaller of the two counts.

#[derive(Default)]
struct NeverFewerReady {
    ready: BTreeMap<ServiceId, usize>,
    floor: BTreeMap<ServiceId, usize>,
}

impl Property for NeverFewerReady {
    fn event(&mut self, world: &World) {
        for service in services(world) {
            let ready = service.ready_pods();
            let replaces = matches!(service.status, Status::Deploying | Status::Canceling | Status::Restarting);
            let run = service.run.and_then(|place| home(world).running.as_ref()?.runs.get(place));
            match run.filter(|_| replaces && service.running.is_some() && service.up && service.has_pods()) {
                None => {
                    self.floor.remove(&service.id);
                }
                Some(run) => {
                    let had = self.ready.get(&service.id).copied().unwrap_or(ready);
                    let wanted = run.captured.as_ref().map_or(had, |wanted| wanted.min_instances as usize);
                    let floor = *self.floor.entry(service.id).or_insert(had.min(wanted));
                    assert!(ready >= floor, "{}: {ready} ready, {floor} at least: {:#?}", service.name, service);
                }
            }
            self.ready.insert(service.id, ready);
        }
    }

    fn after(&mut self, world: &World, _: &Step, _: Option<RequestId>) {
        self.event(world);
    }
}

#[test]
fn ready_pods_never_fall_below_the_smaller_count() {
    check(NO_CRASHES, NeverFewerReady::default);
}

// 4. Cancel never changes a service that had finished; each interrupted one runs exactly what it ran before.

/// What a service runs: its status apart, and what is on the cluster.
type Runs = (Vec<(u32, Option<String>)>, bool, Option<playhead::simulator::Configuration>);

fn runs(service: &Service) -> Runs {
    (sets(service), service.up, service.running.clone())
}

#[derive(Default)]
struct CancelPutsBack {
    before: BTreeMap<ServiceId, Runs>,
    finished: BTreeMap<ServiceId, (Status, Runs)>,
    canceled: Option<RequestId>,
}

impl Property for CancelPutsBack {
    fn event(&mut self, world: &World) {
        let environment = home(world);
        let waits = |service: &Service| {
            let run = service.run.and_then(|place| environment.running.as_ref()?.runs.get(place));
            run.is_none_or(|run| run.phase == Phase::Queued)
        };
        if let Some(id) = self.canceled
            && environment.running.as_ref().is_none_or(|running| running.record.id != id)
        {
            self.canceled = None;
            let record = environment.record(id).expect("it is in the history");
            assert_eq!(record.progress, Progress::Canceled);
            for item in &record.items {
                let service = &environment.services[item.place];
                // The next deployment may have begun at this very moment; it only queues.
                let now = runs(service);
                if let Some((status, then)) = self.finished.get(&item.service) {
                    assert_eq!(item.status.as_ref(), Some(status), "{} had finished", service.name);
                    assert_eq!(now, *then, "{} had finished", service.name);
                } else if item.outcome == Outcome::Canceled {
                    let before = &self.before[&item.service];
                    let one_set = before.0.iter().all(|pod| pod.0 == before.0[0].0);
                    assert!(!one_set || now == *before, "{}: {now:?}, ran {before:?} before", service.name);
                } else if item.outcome == Outcome::Failed {
                    assert!(item.note.is_some(), "{} does not say that its rollback failed", service.name);
                }
            }
            self.finished.clear();
        }
        for service in services(world) {
            if waits(service) && self.canceled.is_none() {
                self.before.insert(service.id, runs(service));
            }
        }
    }

    fn before(&mut self, world: &World, step: &Step) {
        let Step::Ask(order) = step else { return };
        let Some(running) = &home(world).running else { return };
        if order.action == Action::Cancel && running.record.canceled_by.is_none() {
            for run in running.runs.iter().filter(|run| run.phase == Phase::Ended) {
                let service = &home(world).services[run.service];
                self.finished.insert(service.id, (service.status.clone(), runs(service)));
            }
        }
    }

    fn after(&mut self, world: &World, _: &Step, _: Option<RequestId>) {
        let canceled = home(world).running.as_ref().filter(|running| running.record.canceled_by.is_some());
        match canceled {
            Some(running) => self.canceled = Some(running.record.id),
            None if self.canceled.is_none() => self.finished.clear(),
            None => {}
        }
        self.event(world);
    }
}

#[test]
fn a_cancel_puts_back_what_it_interrupts_and_nothing_else() {
    check(NO_CRASHES, CancelPutsBack::default);
}

// 5. An unforced cancel never interrupts an executing lifecycle job.

#[derive(Default)]
struct JobsAreNotInterrupted {
    executing: BTreeSet<ServiceId>,
    forced: bool,
}

impl Property for JobsAreNotInterrupted {
    fn event(&mut self, world: &World) {
        for service in services(world).iter().filter(|service| service.kind == Kind::LifecycleJob) {
            let interrupted = service.status == Status::Canceling && self.executing.contains(&service.id);
            assert!(!interrupted || self.forced, "{} was interrupted", service.name);
            if service.status == Status::Deploying {
                self.executing.insert(service.id);
            } else {
                self.executing.remove(&service.id);
            }
        }
    }

    fn before(&mut self, _: &World, step: &Step) {
        self.forced = matches!(step, Step::Ask(order) if order.force && order.action == Action::Cancel);
    }

    fn after(&mut self, world: &World, _: &Step, _: Option<RequestId>) {
        self.event(world);
        self.forced = false;
    }
}

#[test]
fn an_unforced_cancel_never_interrupts_an_executing_job() {
    check(EVERYTHING, JobsAreNotInterrupted::default);
}

// 6. At most one deployment runs; the queue keeps its order; nothing accepted is lost or run twice.

#[derive(Default)]
struct QueueKeepsOrder {
    accepted: Vec<RequestId>,
    started: Vec<RequestId>,
}

impl Property for QueueKeepsOrder {
    fn event(&mut self, world: &World) {
        let environment = home(world);
        if let Some(running) = &environment.running {
            let id = running.record.id;
            if self.started.last() != Some(&id) {
                assert!(!self.started.contains(&id), "it runs twice");
                self.started.push(id);
            }
        }
        for (place, service) in environment.services.iter().enumerate() {
            let takes_part = environment.running.as_ref().is_some_and(|running| {
                service.run.and_then(|run| running.runs.get(run)).is_some_and(|run| run.service == place)
            });
            let known = !matches!(service.status, Status::Unknown(_));
            assert_eq!(service.status.in_progress() && known, takes_part, "{service:?}");
        }
    }

    fn after(&mut self, world: &World, _: &Step, accepted: Option<RequestId>) {
        self.accepted.extend(accepted);
        self.event(world);
        let environment = home(world);
        let everywhere: Vec<RequestId> = environment
            .history
            .iter()
            .chain(environment.running.iter().map(|running| &running.record))
            .chain(&environment.queue)
            .map(|record| record.id)
            .collect();
        for id in &self.accepted {
            assert_eq!(everywhere.iter().filter(|other| *other == id).count(), 1, "lost or doubled");
        }
        let place = |id: &RequestId| self.accepted.iter().position(|other| other == id);
        assert!(environment.queue.iter().map(|record| place(&record.id)).is_sorted(), "the queue lost its order");
    }

    fn end(&mut self, _: &World) {
        let place = |id: &RequestId| self.accepted.iter().position(|other| other == id);
        assert!(self.started.iter().map(place).is_sorted(), "requests started out of order");
    }
}

#[test]
fn one_deployment_at_a_time_in_the_order_of_the_queue_and_nothing_lost() {
    check(Allowed { crashes: true, found: false }, QueueKeepsOrder::default);
}

// 7. The environment's status is a function of its services' statuses.

struct StatusIsDerived;

impl Property for StatusIsDerived {
    fn event(&mut self, world: &World) {
        let shown: Vec<Status> = services(world).iter().map(Service::shown).collect();
        assert_eq!(home(world).status(), environment_status(&shown));
        let mut reversed = shown;
        reversed.reverse();
        assert_eq!(home(world).status(), environment_status(&reversed), "the order of services counts");
    }
}

#[test]
fn the_status_of_the_environment_follows_from_its_services_alone() {
    check(EVERYTHING, || StatusIsDerived);
}

// 8. The same seed and the same requests at the same times give the same history, to the byte.

#[test]
fn the_same_requests_give_the_same_history_however_time_is_cut() {
    for seed in 0..SEQUENCES {
        let mut choice = Choice::new(seed);
        let start = random_world(&mut choice, EVERYTHING);
        let (mut fine, mut coarse) = (start.clone(), start);
        for _ in 0..MOST_STEPS / 3 + choice.below(MOST_STEPS) {
            let step = random_step(&mut choice, &fine, EVERYTHING);
            take(&mut fine, &step, &mut |_| {});
            match &step {
                Step::Pass(time) => coarse.advance(coarse.now + time),
                Step::Ask(order) => drop(coarse.request(HOME, order.clone(), ada())),
                Step::TakeBack(_) | Step::Configure(..) | Step::Faults(_) => {
                    take(&mut coarse, &step, &mut |_| {});
                }
            }
        }
        let end = fine.now + 3_600_000;
        while let Some(at) = fine.next_event().filter(|at| *at <= end) {
            fine.advance(at);
        }
        fine.advance(end);
        coarse.advance(end);
        assert_eq!(fine.environments, coarse.environments, "seed {seed}");
        if seed % 100 == 0 {
            assert_eq!(format!("{:?}", fine.environments), format!("{:?}", coarse.environments), "seed {seed}");
        }
    }
}
