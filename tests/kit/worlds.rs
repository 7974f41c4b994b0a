//! Small worlds for tests, and a seeded source of choices.

#![allow(dead_code)]

use playhead::lifecycle::{Action, Engine, EnvironmentId, Kind, Provider, ServiceId, Source, StageId, Status};
use playhead::simulator::{
    Accepted, Actor, Configuration, Environment, Faults, Mode, Order, Rejected, Service, Stage, Target, World,
};

/// The environment of every small world.
pub const HOME: EnvironmentId = EnvironmentId(1);
/// Longer than anything may take, in ms: a day.
pub const DAY: i64 = 24 * 3_600_000;

/// A seeded source of choices: xorshift over SplitMix64.
pub struct Choice(u64);

impl Choice {
    pub fn new(seed: u64) -> Choice {
        Choice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// An environment with the default stages and these services.
pub fn environment(services: Vec<Service>) -> Environment {
    let mut environment = Environment::new(HOME, "home", Mode::Staging, Provider::Aws, "eu-west-3");
    for (id, name) in [(1, "Database"), (2, "Job"), (3, "Container"), (4, "Application")] {
        environment.stages.push(Stage { id: StageId(id), name: name.into() });
    }
    environment.services = services;
    environment
}

/// A world of one environment with these services.
pub fn world(services: Vec<Service>) -> World {
    World::new(11, 0, vec![environment(services)])
}

/// The default stage of a kind.
pub fn stage(kind: Kind) -> StageId {
    StageId(match kind {
        Kind::ContainerDatabase | Kind::ManagedDatabase => 1,
        Kind::LifecycleJob | Kind::CronJob | Kind::Unknown => 2,
        Kind::Container => 3,
        Kind::Application | Kind::Helm => 4,
    })
}

/// A service of this kind, never deployed, with two instances of version "v1".
pub fn service(id: u128, name: &str, kind: Kind) -> Service {
    let source = match kind {
        Kind::Application => Source::Git,
        Kind::Container | Kind::LifecycleJob | Kind::CronJob => Source::Image,
        Kind::Helm => Source::Chart,
        Kind::ContainerDatabase | Kind::ManagedDatabase => Source::None,
        Kind::Unknown => Source::Unknown,
    };
    let mut service = Service::new(ServiceId(id), name, kind, source, stage(kind));
    if kind.is_database() {
        service.engine = Engine::Postgresql;
    } else {
        service.desired.version = Some("v1".into());
    }
    service.desired.min_instances = 2;
    service
}

/// The same, with this many instances.
pub fn with_instances(mut service: Service, instances: u32) -> Service {
    service.desired.min_instances = instances;
    service
}

pub fn ada() -> Actor {
    Actor::console("Ada Example")
}

pub fn ask(world: &mut World, order: Order) -> Result<Accepted, Rejected> {
    world.request(HOME, order, ada())
}

/// Asks, and expects to be accepted.
pub fn must(world: &mut World, order: Order) -> Accepted {
    ask(world, order).expect("the rule allows it")
}

pub fn get(world: &World, id: u128) -> &Service {
    world.service(ServiceId(id)).expect("it exists")
}

pub fn status(world: &World, id: u128) -> Status {
    get(world, id).status.clone()
}

pub fn home(world: &World) -> &Environment {
    &world.environments[0]
}

/// What the record of the newest request that is over says about a service.
pub fn note(world: &World, id: u128) -> Option<String> {
    let item = home(world).history.last()?.items.iter().find(|item| item.service == ServiceId(id))?;
    item.note.as_ref().map(ToString::to_string)
}

/// Lets one event after another happen until `until` holds. `each` sees the world after each.
pub fn watch(world: &mut World, until: impl Fn(&World) -> bool, mut each: impl FnMut(&World)) {
    for _ in 0..100_000 {
        if until(world) {
            return;
        }
        let at = world.next_event().expect("it happens before everything is over");
        world.advance(at);
        each(world);
    }
    panic!("it never happened");
}

/// Lets things happen until a service has this status.
pub fn until(world: &mut World, id: u128, wanted: &Status) {
    watch(world, |world| status(world, id) == *wanted, |_| {});
}

/// Lets things happen until the environment runs nothing and nothing waits.
pub fn settle(world: &mut World) {
    watch(world, idle, |_| {});
}

pub fn idle(world: &World) -> bool {
    world.environments.iter().all(|environment| environment.running.is_none() && environment.queue.is_empty())
}

/// The statuses a service goes through until everything is over, the present one first.
pub fn way(world: &mut World, id: u128) -> Vec<Status> {
    let mut way = vec![status(world, id)];
    let seen = |way: &mut Vec<Status>, status: Status| {
        if way.last() != Some(&status) {
            way.push(status);
        }
    };
    watch(world, idle, |world| seen(&mut way, status(world, id)));
    way
}

/// Changes the desired configuration of a service.
pub fn configure(world: &mut World, id: u128, change: impl FnOnce(&mut Configuration)) {
    let mut desired = get(world, id).desired.clone();
    change(&mut desired);
    world.configure(ServiceId(id), desired).expect("it exists");
}

/// Sets a fault, for one service.
pub fn fault(world: &mut World, id: u128, set: impl FnOnce(&mut Faults, Target)) {
    let mut faults = Faults::default();
    set(&mut faults, Target::one(ServiceId(id)));
    world.set_faults(faults);
}

/// The alive pods of a service, as (set, version), sorted.
pub fn sets(service: &Service) -> Vec<(u32, Option<String>)> {
    let alive = service.pods.iter().filter(|pod| pod.is_alive());
    let mut sets: Vec<_> = alive.map(|pod| (pod.set, pod.version.as_ref().map(ToString::to_string))).collect();
    sets.sort();
    sets
}

/// An action on one service.
pub fn on(action: Action, id: u128) -> Order {
    Order::service(action, ServiceId(id))
}

/// Deploy other version, on one service.
pub fn version(id: u128, version: &str) -> Order {
    Order::version(ServiceId(id), version.into())
}
