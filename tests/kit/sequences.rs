//! Random worlds, and random sequences of requests and events in them. Everything follows from a seed.

#![allow(dead_code)]

use playhead::lifecycle::{Action, Engine, Kind, Provider, RequestId, Scope, ServiceId, Status};
use playhead::simulator::{Configuration, Faults, Order, Service, Target, Version, World};

use super::worlds::{Choice, HOME, ada, environment, service, with_instances};

/// What may happen in a sequence.
#[derive(Clone, Copy)]
pub struct Allowed {
    /// Pods may crash by themselves.
    pub crashes: bool,
    /// Services may be found in progress at the beginning, or with a status that is not known.
    pub found: bool,
}

/// One step of a sequence.
#[derive(Clone, Debug)]
pub enum Step {
    Ask(Order),
    TakeBack(RequestId),
    Configure(ServiceId, Configuration),
    Faults(Faults),
    Pass(i64),
}

/// A sequence has a third of this many steps at least, and four thirds at most.
pub const MOST_STEPS: usize = 18;

const VERSIONS: [&str; 3] = ["v1", "v2", "v3"];

pub fn random_world(choice: &mut Choice, allowed: Allowed) -> World {
    let count = 1 + choice.below(5);
    let services = (0..count).map(|place| random_service(choice, place as u128 + 1, allowed)).collect();
    let mut environment = environment(services);
    environment.provider = choice.pick(&[Provider::Aws, Provider::Gcp, Provider::Unknown]);
    let mut world = World::new(choice.next(), 1_000_000, vec![environment]);
    world.settings.history = 10_000;
    world.settings.build_slots = 1 + choice.below(3);
    world.settings.deployment_slots = 1 + choice.below(3);
    world
}

fn random_service(choice: &mut Choice, id: u128, allowed: Allowed) -> Service {
    let kind = choice.pick(&[
        Kind::Application,
        Kind::Application,
        Kind::Container,
        Kind::ContainerDatabase,
        Kind::ManagedDatabase,
        Kind::LifecycleJob,
        Kind::LifecycleJob,
        Kind::CronJob,
        Kind::Helm,
    ]);
    let mut service = with_instances(service(id, &format!("s{id}"), kind), instances(choice));
    service.has_stop_command = choice.once_in(2);
    if kind == Kind::ManagedDatabase {
        service.engine = choice.pick(&[Engine::Postgresql, Engine::Redis]);
    }
    if choice.once_in(3) {
        return service;
    }
    let mut service = service.deployed(0);
    let final_statuses = [
        Status::Deployed,
        Status::Deployed,
        Status::Deployed,
        Status::Restarted,
        Status::BuildError,
        Status::DeploymentError,
        Status::StopError,
        Status::RestartError,
        Status::Canceled,
    ];
    service.status = choice.pick(&final_statuses);
    if choice.once_in(6) {
        service.status = Status::Stopped;
        service.up = false;
        service.pods.clear();
    }
    if allowed.found && choice.once_in(8) {
        service.status = choice.pick(&[
            Status::DeploymentQueued,
            Status::Building,
            Status::Deploying,
            Status::Canceling,
            Status::StopQueued,
            Status::Stopping,
            Status::RestartQueued,
            Status::Restarting,
            Status::from_name("STRANGE_ERROR"),
        ]);
    }
    service
}

pub fn random_step(choice: &mut Choice, world: &World, allowed: Allowed) -> Step {
    match choice.below(20) {
        0..=6 => Step::Ask(random_order(choice, world)),
        7 => {
            let waiting = world.environments[0].queue.front().map(|record| record.id);
            Step::TakeBack(waiting.unwrap_or(RequestId(1)))
        }
        8..=10 => {
            let service = &world.environments[0].services[choice.below(world.environments[0].services.len())];
            let mut desired = service.desired.clone();
            match choice.below(3) {
                0 => desired.min_instances = instances(choice),
                1 => desired.cpu_milli += 100,
                _ if service.kind.is_database() => desired.memory_mb += 64,
                _ => desired.version = Some(choice.pick(&VERSIONS).into()),
            }
            Step::Configure(service.id, desired)
        }
        11..=12 => Step::Faults(random_faults(choice, world, allowed)),
        13..=16 => Step::Pass(world.next_event().map_or(1_000, |at| at - world.now)),
        _ => {
            let most = choice.pick(&[2_000, 15_000, 40_000, 200_000]);
            Step::Pass(choice.below(most) as i64)
        }
    }
}

fn instances(choice: &mut Choice) -> u32 {
    if choice.once_in(12) { 0 } else { 1 + choice.below(4) as u32 }
}

pub fn random_order(choice: &mut Choice, world: &World) -> Order {
    let services = &world.environments[0].services;
    let some = |choice: &mut Choice| services[choice.below(services.len())].id;
    let version = |choice: &mut Choice| Some(Version::from(choice.pick(&VERSIONS)));
    let busy = world.environments[0].running.as_ref().is_some_and(|running| running.cancelable());
    if busy && choice.once_in(4) {
        let order = Order::environment(Action::Cancel);
        return if choice.once_in(4) { order.forced() } else { order };
    }
    let action = choice.pick(&[
        Action::Deploy,
        Action::Redeploy,
        Action::Redeploy,
        Action::Restart,
        Action::Stop,
        Action::Cancel,
        Action::Cancel,
        Action::DeployVersion,
        Action::DeployVersion,
        Action::DeployLatest,
    ]);
    let mut order = match choice.pick(&Scope::ALL) {
        Scope::Service => Order::service(action, some(choice)),
        Scope::Subset => Order::subset(action, (0..=choice.below(3)).map(|_| some(choice)).collect::<Vec<_>>()),
        Scope::Environment => Order::environment(action),
    };
    if action == Action::DeployVersion && order.scope == Scope::Service {
        order.items[0].1 = version(choice);
    }
    if action == Action::DeployLatest && order.scope == Scope::Environment && choice.once_in(2) {
        order.items = vec![(some(choice), version(choice))];
    }
    order.force = choice.once_in(3);
    order
}

fn random_faults(choice: &mut Choice, world: &World, allowed: Allowed) -> Faults {
    let services = &world.environments[0].services;
    let mut target = || match choice.below(8) {
        0 => Target::all(),
        1 | 2 => Target::one(services[choice.below(services.len())].id),
        _ => Target::default(),
    };
    Faults {
        build_fails: target(),
        push_fails: target(),
        readiness_never_ok: target(),
        pod_crashes: if allowed.crashes { target() } else { Target::default() },
        stop_fails: target(),
        restart_fails: target(),
        no_capacity: target(),
    }
}

/// What a property looks at while a sequence goes on.
pub trait Property {
    /// Before a step is taken.
    fn before(&mut self, _world: &World, _step: &Step) {}
    /// After a step was taken; `accepted` is the id of a request that was.
    fn after(&mut self, _world: &World, _step: &Step, _accepted: Option<RequestId>) {}
    /// After time has passed up to an event.
    fn event(&mut self, _world: &World) {}
    /// After everything that was asked for is over.
    fn end(&mut self, _world: &World) {}
}

/// Runs one random sequence to its end, event by event.
pub fn run(seed: u64, allowed: Allowed, property: &mut impl Property) -> World {
    let mut choice = Choice::new(seed);
    let mut world = random_world(&mut choice, allowed);
    property.event(&world);
    for _ in 0..MOST_STEPS / 3 + choice.below(MOST_STEPS) {
        let step = random_step(&mut choice, &world, allowed);
        property.before(&world, &step);
        let accepted = take(&mut world, &step, &mut |world| property.event(world));
        property.after(&world, &step, accepted);
    }
    let end = world.now + super::worlds::DAY;
    while !super::worlds::idle(&world) && world.now < end {
        let at = world.next_event().unwrap_or(end);
        world.advance(at);
        property.event(&world);
    }
    property.end(&world);
    world
}

/// Takes one step.
pub fn take(world: &mut World, step: &Step, each: &mut impl FnMut(&World)) -> Option<RequestId> {
    match step.clone() {
        Step::Ask(order) => return world.request(HOME, order, ada()).ok().map(|accepted| accepted.id),
        Step::TakeBack(request) => drop(world.take_back(request, ada())),
        Step::Configure(service, configuration) => world.configure(service, configuration).expect("it exists"),
        Step::Faults(faults) => world.set_faults(faults),
        Step::Pass(time) => {
            let to = world.now + time;
            while let Some(at) = world.next_event().filter(|at| *at <= to) {
                world.advance(at);
                each(world);
            }
            world.advance(to);
        }
    }
    None
}
