//! A world knows its parts, and counts its changes.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

#[path = "kit/worlds.rs"]
mod worlds;

use playhead::lifecycle::{Action, EnvironmentId, Kind, Provider, RunningStatus, ServiceId, Status};
use playhead::simulator::{Target, World};

use worlds::{HOME, configure, environment, get, home, must, on, service, settle, world};

#[test]
fn parts_are_found_by_their_ids() {
    let away =
        playhead::simulator::Environment { id: EnvironmentId(2), ..environment(vec![service(9, "db", Kind::Helm)]) };
    let world =
        World::new(1, 0, vec![environment(vec![service(1, "a", Kind::Helm), service(2, "b", Kind::Helm)]), away]);
    assert_eq!(world.environment(EnvironmentId(2)).map(|found| found.id), Some(EnvironmentId(2)));
    assert!(world.environment(EnvironmentId(3)).is_none());
    let found = world.environment(HOME).expect("it is there");
    assert_eq!(found.service(ServiceId(2)).map(|service| &*service.name), Some("b"));
    assert!(found.service(ServiceId(9)).is_none(), "it is in another environment");
}

#[test]
fn a_target_of_all_is_every_service() {
    assert!(Target::all().hits(ServiceId(1)) && Target::one(ServiceId(1)).hits(ServiceId(1)));
    assert!(!Target::one(ServiceId(1)).hits(ServiceId(2)) && !Target::default().hits(ServiceId(1)));
}

#[test]
fn every_change_has_a_later_revision() {
    let mut world = world(vec![service(1, "a", Kind::Container), service(2, "b", Kind::Container)]);
    settle(&mut world);
    let mut before = world.revision;
    let mut later = |world: &World| {
        assert!(world.revision > before && world.revision < before + 1_000, "{before} → {}", world.revision);
        assert_eq!(home(world).revision.max(get(world, 1).revision), world.revision);
        before = world.revision;
    };
    configure(&mut world, 1, |desired| desired.cpu_milli += 1);
    later(&world);
    must(&mut world, on(Action::Deploy, 1));
    later(&world);
    settle(&mut world);
    later(&world);
    assert_eq!(get(&world, 2).revision, 0, "nothing happened to it");
}

/// Law §2 and §7: of a database whose status says nothing, and of jobs, it is known by whether they are up.
#[test]
fn what_has_no_pods_is_told_by_its_status_and_whether_it_is_up() {
    let told = |kind: Kind, status: Status, up: bool| {
        let mut one = service(1, "one", kind);
        (one.status, one.up) = (status, up);
        one.running_status()
    };
    for kind in [Kind::LifecycleJob, Kind::CronJob] {
        for up in [false, true] {
            assert_eq!(told(kind, Status::Deploying, up), RunningStatus::Running);
            assert_eq!(told(kind, Status::Stopping, up), RunningStatus::Running);
            assert_eq!(told(kind, Status::DeploymentError, up), RunningStatus::Error);
        }
        assert_eq!(told(kind, Status::Deployed, true), RunningStatus::Completed);
        assert_eq!(told(kind, Status::Stopped, false), RunningStatus::Stopped);
    }
    let unknown = Status::from_name("FROZEN");
    assert_eq!(told(Kind::ManagedDatabase, unknown.clone(), true), RunningStatus::Running);
    assert_eq!(told(Kind::ManagedDatabase, unknown, false), RunningStatus::Stopped);
}

/// Pods that are up, or are there, are what Restart and Stop act on (law §3).
#[test]
fn a_service_has_pods_where_it_is_up_or_some_are_left() {
    let mut one = service(1, "one", Kind::CronJob);
    let pods = |one: &playhead::simulator::Service| one.facts(Provider::Aws).pods;
    assert_eq!(pods(&one), playhead::lifecycle::Pods::None);
    one.up = true;
    assert_eq!(pods(&one), playhead::lifecycle::Pods::Running);
    let mut left = service(1, "one", Kind::Container).deployed(0);
    left.up = false;
    assert_eq!(pods(&left), playhead::lifecycle::Pods::Running);
}

/// A file may name a status that is in progress: it goes on from there.
#[test]
fn what_a_file_finds_under_way_is_canceled_or_carried_out_like_any_other() {
    let mut queued = service(1, "web", Kind::Container);
    queued.status = Status::DeploymentQueued;
    let mut world = world(vec![queued]);
    must(&mut world, on(Action::Cancel, 1));
    settle(&mut world);
    assert!(get(&world, 1).pods.is_empty() && get(&world, 1).status != Status::Deployed);

    let mut deploying = service(1, "web", Kind::Container).deployed(0);
    deploying.status = Status::Deploying;
    let mut world = worlds::world(vec![deploying]);
    settle(&mut world);
    assert_eq!((get(&world, 1).status.clone(), get(&world, 1).set), (Status::Deployed, 2), "its pods are new");
}

/// What was planned for a run that is over does not happen, and is not told as the next event.
#[test]
fn when_all_is_over_nothing_is_going_to_happen() {
    let mut world = world(vec![service(1, "a", Kind::Container).deployed(0), service(2, "b", Kind::LifecycleJob)]);
    for action in [Action::Redeploy, Action::Restart, Action::Stop] {
        must(&mut world, on(action, 1));
        settle(&mut world);
        // The last pods are on their way out.
        world.advance(world.now + 3_000);
        assert_eq!(world.next_event(), None, "after {action:?}");
    }
}

/// The deployment that a file finds under way is a request like any other: its id is the next.
#[test]
fn what_is_adopted_has_the_next_id() {
    let seen = || environment(vec![service(1, "web", Kind::Container).deployed(0)]);
    let mut idle = World::resumed(1, 0, vec![seen()], 5);
    let next = must(&mut idle, on(Action::Redeploy, 1)).id;
    let mut busy = seen();
    busy.services[0].status = Status::Deploying;
    let mut busy = World::resumed(1, 0, vec![busy], 5);
    assert_eq!(home(&busy).running.as_ref().map(|running| running.record.id), Some(next));
    settle(&mut busy);
    assert_ne!(must(&mut busy, on(Action::Redeploy, 1)).id, next);
}

/// Law §5: what is desired may change until a service's turn comes; then it takes the slot that it needs.
#[test]
fn a_version_that_is_set_while_a_service_waits_for_a_slot_is_built() {
    let services = [1, 2].map(|id| service(id, "api", Kind::Application).deployed(0));
    let mut world = world(services.to_vec());
    world.settings.deployment_slots = 1;
    must(&mut world, playhead::simulator::Order::environment(Action::Redeploy));
    worlds::until(&mut world, 1, &Status::Deploying);
    assert_eq!(get(&world, 2).status, Status::DeploymentQueued);
    configure(&mut world, 2, |desired| desired.version = Some("v9".into()));
    let way = worlds::way(&mut world, 2);
    assert!(way.contains(&Status::Building), "{way:?}");
    assert_eq!(get(&world, 2).running.as_ref().and_then(|running| running.version.clone()), Some("v9".into()));
}

/// Law §4: an item with a version is judged as the version action, whose reasons it is told.
#[test]
fn a_version_in_a_subset_is_judged_as_one() {
    let mut world =
        world(vec![service(1, "web", Kind::Container).deployed(0), service(2, "db", Kind::ContainerDatabase)]);
    let order = |id: u128, version: &str| playhead::simulator::Order {
        action: Action::Deploy,
        scope: playhead::lifecycle::Scope::Subset,
        items: vec![(ServiceId(id), Some(version.into()))],
        force: false,
    };
    assert!(worlds::ask(&mut world, order(2, "v2")).is_err(), "it has no versions");
    must(&mut world, order(1, "v2"));
}

/// Law §5: a build may take as long as its deadline, and no longer.
#[test]
fn a_build_that_takes_as_long_as_it_may_is_in_time() {
    let begun = |deadline: Option<i64>| {
        let mut world = world(vec![service(1, "api", Kind::Application)]);
        world.settings.build_deadline = deadline.unwrap_or(world.settings.build_deadline);
        must(&mut world, on(Action::Deploy, 1));
        worlds::until(&mut world, 1, &Status::Building);
        world
    };
    let mut free = begun(None);
    let began = free.now;
    worlds::until(&mut free, 1, &Status::Deploying);
    let took = free.now - began;
    for (deadline, expected) in [(took, Status::Deployed), (took - 1, Status::BuildError)] {
        let mut world = begun(Some(deadline));
        settle(&mut world);
        assert_eq!(get(&world, 1).status, expected);
    }
}
