//! The log of a service's part in a request: told from the record, in order, bounded, and true to what happened.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

#[path = "kit/worlds.rs"]
mod worlds;

use playhead::lifecycle::{Action, Kind, Status};
use playhead::simulator::World;
use playhead::simulator::log::{Level, Line, lines};

use worlds::{fault, get, home, must, on, service, settle, until, version, world};

fn log(world: &World) -> Vec<Line> {
    let record = home(world).last_deployment().expect("something ran");
    lines(world.seed, get(world, 1), &record.items[0], world.now)
}

fn check(world: &World, steps: &[&str], last: &str) {
    let log = log(world);
    assert!(log.is_sorted_by_key(|line| line.at), "out of order");
    assert!(log.len() <= 60 && log.iter().all(|line| line.at <= world.now));
    let mut told: Vec<&str> = log.iter().map(|line| line.step).collect();
    told.dedup();
    assert_eq!(told, steps);
    assert!(log.last().expect("a line").text.contains(last), "{:?}", log.last());
}

#[test]
fn a_deployment_tells_its_build_and_its_way_to_the_cluster() {
    let mut world = world(vec![service(1, "api", Kind::Application)]);
    must(&mut world, on(Action::Deploy, 1));
    settle(&mut world);
    check(&world, &["queue", "build", "deploy", "end"], "Done, Deployment OK");
    assert_eq!(log(&world), log(&world.clone()), "the same whenever asked");
}

#[test]
fn a_log_under_way_ends_now() {
    let mut world = world(vec![service(1, "api", Kind::Application)]);
    must(&mut world, on(Action::Deploy, 1));
    until(&mut world, 1, &Status::Building);
    world.advance(world.now + 4_000);
    let before = log(&world);
    check(&world, &["queue", "build"], "");
    world.advance(world.now + 4_000);
    assert!(log(&world).starts_with(&before), "lines that were told stay");
}

#[test]
fn failures_and_cancels_are_told_with_their_reason() {
    let mut failed = world(vec![service(1, "api", Kind::Application)]);
    fault(&mut failed, 1, |faults, target| faults.push_fails = target);
    must(&mut failed, on(Action::Deploy, 1));
    settle(&mut failed);
    check(&failed, &["queue", "build", "end"], "Failed, Build error: the image could not be pushed");
    let grave: Vec<_> = log(&failed).into_iter().filter(|line| line.level == Level::Error).collect();
    assert_eq!(grave.iter().map(|line| line.step).collect::<Vec<_>>(), ["build", "end"], "{grave:?}");
    let mut canceled = world(vec![service(1, "web", Kind::Container).deployed(0)]);
    must(&mut canceled, version(1, "v2"));
    until(&mut canceled, 1, &Status::Deploying);
    must(&mut canceled, on(Action::Cancel, 1));
    settle(&mut canceled);
    check(&canceled, &["queue", "deploy", "cancel", "end"], "canceled; what ran before runs again");
    let levels: Vec<_> = log(&canceled).iter().map(|line| line.level).collect();
    assert!(levels.ends_with(&[Level::Warning, Level::Warning]) && !levels.contains(&Level::Error), "{levels:?}");
}

#[test]
fn stops_and_restarts_are_told() {
    for (action, steps) in [(Action::Stop, ["queue", "stop", "end"]), (Action::Restart, ["queue", "restart", "end"])] {
        let mut world = world(vec![service(1, "web", Kind::Container).deployed(0)]);
        must(&mut world, on(action, 1));
        settle(&mut world);
        check(&world, &steps, "Done");
    }
}
