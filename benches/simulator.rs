//! How long a deployment of 10,000 services takes to run to its end: `cargo bench --bench simulator`.

#![allow(missing_docs)]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a bench is test code")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use playhead::lifecycle::{Action, EnvironmentId, Kind, Provider, ServiceId, Source, StageId};
use playhead::simulator::{Actor, Environment, Mode, Order, Progress, Service, Stage, World};

const SERVICES: u128 = 10_000;
const RUNS: usize = 7;
const MONTH: i64 = 30 * 24 * 3_600_000;

fn world() -> World {
    let mut environment = Environment::new(EnvironmentId(1), "large", Mode::Production, Provider::Aws, "eu-west-3");
    for (id, name) in [(1, "Database"), (2, "Job"), (3, "Container"), (4, "Application")] {
        environment.stages.push(Stage { id: StageId(id), name: name.into() });
    }
    for id in 1..=SERVICES {
        let (kind, source, stage) = match id % 8 {
            0 => (Kind::ContainerDatabase, Source::None, 1),
            1 => (Kind::LifecycleJob, Source::Image, 2),
            2 | 3 => (Kind::Container, Source::Image, 3),
            4 => (Kind::Helm, Source::Chart, 4),
            _ => (Kind::Application, Source::Git, 4),
        };
        let mut service = Service::new(ServiceId(id), &format!("service-{id}"), kind, source, StageId(stage));
        service.desired.version = Some("1f0c5a".into());
        service.desired.min_instances = 2;
        environment.services.push(service);
    }
    World::new(7, 0, vec![environment])
}

/// Runs what was asked to its end. Returns how long that took.
fn run(world: &mut World, action: Action) -> Duration {
    let start = Instant::now();
    let order = Order::environment(action);
    world.request(EnvironmentId(1), order, Actor::console("Ada Example")).expect("the environment allows it");
    world.advance(world.now + MONTH);
    let took = start.elapsed();
    let last = world.environments[0].history.last().expect("it is in the history");
    assert_eq!(last.progress, Progress::Succeeded, "every service ended well");
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() {
    let (mut first, mut again, mut replaced, mut stopped) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let mut world = world();
        first.push(run(&mut world, Action::Deploy));
        again.push(run(&mut world, Action::Redeploy));
        for id in 1..=SERVICES {
            let mut desired = world.service(ServiceId(id)).expect("it exists").desired.clone();
            desired.cpu_milli += 250;
            world.configure(ServiceId(id), desired).expect("it exists");
        }
        replaced.push(run(&mut world, Action::Redeploy));
        stopped.push(run(&mut world, Action::Stop));
        black_box(world);
    }
    println!("10,000 services, median of {RUNS} runs:");
    println!("  first deployment       {:>8.1?}", median(first));
    println!("  redeploy, no change    {:>8.1?}", median(again));
    println!("  redeploy, rolling      {:>8.1?}", median(replaced));
    println!("  stop                   {:>8.1?}", median(stopped));
}
