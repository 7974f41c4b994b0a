//! The pipeline and the queue (law §6), and what a request's turn means (law §2, §8), sentence by sentence.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

#[path = "kit/worlds.rs"]
mod worlds;

use playhead::lifecycle::Status::{
    BuildError, Building, Deployed, Deploying, DeploymentQueued, Ready, StopQueued, Stopped, Stopping,
};
use playhead::lifecycle::{Action, Kind, Refusal, ServiceId, Status};
use playhead::simulator::settings::HISTORY;
use playhead::simulator::{Actor, Order, Origin, Outcome, Progress, Rejected, Service, World};

use worlds::{
    HOME, ask, configure, fault, get, home, idle, must, note, on, service, settle, stage, status, until, version,
    watch, world,
};

fn one_of_each() -> World {
    let kinds = [Kind::Helm, Kind::Application, Kind::Container, Kind::LifecycleJob, Kind::ContainerDatabase];
    world(kinds.iter().enumerate().map(|(at, kind)| service(at as u128 + 1, &format!("{kind:?}"), *kind)).collect())
}

/// When each service of the newest record started and ended its work, by stage.
fn times(world: &World) -> Vec<(u128, i64, i64)> {
    let record = home(world).history.last().expect("a record");
    let mut times: Vec<(u128, i64, i64)> = record
        .items
        .iter()
        .map(|item| {
            let start = item.building_at.or(item.deploying_at).expect("started");
            (stage(get(world, item.service.0).kind).0, start, item.ended_at.expect("ended"))
        })
        .collect();
    times.sort_unstable();
    times
}

#[test]
fn a_stage_starts_when_the_one_before_has_ended_well() {
    let mut world = one_of_each();
    must(&mut world, Order::environment(Action::Deploy));
    settle(&mut world);
    for (stage, start, _) in times(&world) {
        assert!(times(&world).iter().filter(|earlier| earlier.0 < stage).all(|earlier| earlier.2 <= start));
    }
}

#[test]
fn a_stop_runs_the_stages_in_reverse() {
    let mut world = one_of_each();
    must(&mut world, Order::environment(Action::Deploy));
    settle(&mut world);
    must(&mut world, Order::environment(Action::Stop));
    settle(&mut world);
    for (stage, start, _) in times(&world) {
        assert!(times(&world).iter().filter(|later| later.0 > stage).all(|later| later.2 <= start));
    }
}

#[test]
fn at_most_the_slots_build_and_deploy_at_a_time_and_the_others_wait_as_queued() {
    let mut world = world((1..=9).map(|id| service(id, &format!("s{id}"), Kind::Application)).collect());
    world.settings.build_slots = 3;
    world.settings.deployment_slots = 2;
    must(&mut world, Order::environment(Action::Deploy));
    let count = |world: &World, status: &Status| {
        home(world).services.iter().filter(|service| service.status == *status).count()
    };
    let (mut most_builds, mut most_deployments) = (0, 0);
    watch(&mut world, idle, |world| {
        let under_way = home(world)
            .running
            .iter()
            .flat_map(|running| &running.runs)
            .filter(|run| run.slot == Some(playhead::lifecycle::pipeline::Lane::Build));
        most_builds = most_builds.max(under_way.count());
        most_deployments = most_deployments.max(count(world, &Deploying));
    });
    assert_eq!((most_builds, most_deployments), (3, 2));
    assert_eq!(count(&world, &Deployed), 9);
}

#[test]
fn after_a_failure_those_under_way_go_on_and_those_that_wait_are_skipped_with_their_status_back() {
    let mut world = world(vec![
        service(1, "api", Kind::Application),
        service(2, "web", Kind::Application),
        service(3, "admin", Kind::Application),
        service(4, "last", Kind::Container),
    ]);
    world.environments[0].services[3].stage = playhead::lifecycle::StageId(9);
    world.settings.build_slots = 2;
    fault(&mut world, 1, |faults, target| faults.build_fails = target);
    world.environments[0].services[3].since = -5;
    must(&mut world, Order::environment(Action::Deploy));
    settle(&mut world);
    assert_eq!(world.environments[0].services[3].since, -5, "it is Ready since it was, not since the skip");
    let statuses: Vec<Status> = (1..=4).map(|id| status(&world, id)).collect();
    // The third may have found the slot of the second before the first failed: it is one or the other, and says so.
    assert_eq!((&statuses[0], &statuses[1], &statuses[3]), (&BuildError, &Deployed, &Ready));
    assert_eq!(note(&world, 4).as_deref(), Some("skipped, because api failed"));
    let record = home(&world).history.last().expect("a record");
    assert_eq!((record.progress, record.state()), (Progress::Failed, BuildError));
    assert_eq!(record.items[3].outcome, Outcome::Skipped);
    match &statuses[2] {
        Ready => assert_eq!(note(&world, 3).as_deref(), Some("skipped, because api failed")),
        status => assert_eq!(*status, Deployed),
    }
}

#[test]
fn one_deployment_at_a_time_and_further_requests_wait_with_their_place() {
    let mut world = world((1..=3).map(|id| service(id, &format!("s{id}"), Kind::Container)).collect());
    let places: Vec<usize> = (1..=3).map(|id| must(&mut world, on(Action::Deploy, id)).position).collect();
    assert_eq!(places, [0, 1, 2]);
    let last = home(&world).queue[1].id;
    assert_eq!(home(&world).position(last), Some(2));
    watch(&mut world, idle, |world| {
        let busy = home(world).services.iter().filter(|service| service.status.in_progress()).count();
        assert!(busy <= 1);
    });
    let order: Vec<u128> = home(&world).history.iter().map(|record| record.items[0].service.0).collect();
    assert_eq!(order, [1, 2, 3], "first in, first out");
}

#[test]
fn a_waiting_request_is_an_overlay_and_the_status_beneath_is_kept() {
    let mut world = world(vec![service(1, "web", Kind::Container), service(2, "api", Kind::Container).deployed(0)]);
    must(&mut world, on(Action::Deploy, 1));
    must(&mut world, on(Action::Stop, 2));
    assert_eq!((get(&world, 2).shown(), status(&world, 2)), (StopQueued, Deployed));
    until(&mut world, 2, &Stopping);
    assert_eq!(get(&world, 2).shown(), Stopping);
}

#[test]
fn a_version_action_during_a_deployment_waits_its_turn() {
    let mut world = world(vec![service(1, "api", Kind::Application)]);
    must(&mut world, on(Action::Deploy, 1));
    until(&mut world, 1, &Deploying);
    assert_eq!(must(&mut world, version(1, "v2")).position, 1);
    assert_eq!(worlds::way(&mut world, 1), [Deploying, DeploymentQueued, Building, Deploying, Deployed]);
    assert_eq!(get(&world, 1).running.as_ref().and_then(|running| running.version.clone()), Some("v2".into()));
}

#[test]
fn services_that_no_longer_allow_it_are_skipped_with_the_reason_when_the_turn_comes() {
    let mut world = world((1..=3).map(|id| service(id, &format!("s{id}"), Kind::Container).deployed(0)).collect());
    must(&mut world, on(Action::Restart, 1));
    must(&mut world, Order::subset(Action::Stop, [ServiceId(2), ServiceId(3)]));
    // From elsewhere: what is beneath changes while the request waits.
    world.environments[0].services[1].status = BuildError;
    settle(&mut world);
    assert_eq!((status(&world, 2), status(&world, 3)), (BuildError, Stopped));
    let refusal = Refusal::StopNeedsDeployment { status: BuildError };
    assert_eq!(note(&world, 2), Some(format!("skipped: {refusal}")));
}

#[test]
fn a_request_that_no_service_allows_any_more_ends_as_nothing_to_do() {
    let mut world = world(vec![service(1, "web", Kind::Container), service(2, "api", Kind::Container).deployed(0)]);
    must(&mut world, on(Action::Deploy, 1));
    must(&mut world, on(Action::Stop, 2));
    // From elsewhere: what is beneath changes while the request waits.
    world.environments[0].services[1].status = Stopped;
    settle(&mut world);
    let record = home(&world).history.last().expect("a record");
    assert_eq!((record.progress, record.items[0].outcome), (Progress::NothingToDo, Outcome::Skipped));
    assert!(note(&world, 2).expect("a reason").contains("Nothing runs"));
    assert_eq!((status(&world, 2), get(&world, 2).shown()), (Stopped, Stopped));
}

#[test]
fn a_selection_deploys_or_redeploys_each_as_its_status_allows_and_records_the_others_as_skipped() {
    let mut world = world(vec![
        service(1, "new", Kind::Container),
        service(2, "old", Kind::Container).deployed(0),
        service(3, "busy", Kind::Container).deployed(0),
    ]);
    configure(&mut world, 2, |desired| desired.cpu_milli += 1);
    must(&mut world, on(Action::Stop, 3));
    let all = Order::subset(Action::Deploy, (1..=3).map(ServiceId));
    let accepted = must(&mut world, all);
    assert_eq!(accepted.skipped.iter().map(|(service, _)| service.0).collect::<Vec<_>>(), [3]);
    settle(&mut world);
    let record = home(&world).record(accepted.id).expect("a record");
    let told: Vec<(Action, Outcome)> = record.items.iter().map(|item| (item.action, item.outcome)).collect();
    assert_eq!(told[..2], [(Action::Deploy, Outcome::Done), (Action::Redeploy, Outcome::Done)]);
    assert_eq!(told[2].1, Outcome::Skipped);
}

#[test]
fn a_redeploy_of_the_environment_also_gives_first_deployments_and_starts_stopped_ones() {
    let mut world = world(vec![
        service(1, "new", Kind::Container),
        service(2, "up", Kind::Container).deployed(0),
        service(3, "down", Kind::Container).deployed(0),
    ]);
    must(&mut world, on(Action::Stop, 3));
    settle(&mut world);
    must(&mut world, Order::environment(Action::Redeploy));
    settle(&mut world);
    assert!(home(&world).services.iter().all(|service: &Service| service.status == Deployed && service.up));
}

#[test]
fn the_history_tells_who_asked_from_where_when_and_what() {
    let mut world = world(vec![service(1, "web", Kind::Container)]);
    world.advance(5_000);
    let actor = Actor { name: "Ben Example".into(), origin: Origin::CiCd };
    let accepted = world.request(HOME, on(Action::Deploy, 1), actor.clone()).expect("allowed");
    settle(&mut world);
    let record = home(&world).record(accepted.id).expect("a record");
    assert_eq!((&record.actor, record.action, record.accepted_at), (&actor, Action::Deploy, 5_000));
    assert_eq!((record.started_at, record.ended_at), (Some(5_000), Some(world.now)));
    assert_eq!(get(&world, 1).last.as_ref().map(|last| (last.request, &last.actor)), Some((accepted.id, &actor)));
}

#[test]
fn an_environment_remembers_its_last_hundred_requests_and_those_a_status_refers_to() {
    let mut world = world(vec![service(1, "web", Kind::Container), service(2, "api", Kind::Container)]);
    let told = must(&mut world, on(Action::Deploy, 2)).id;
    settle(&mut world);
    let mut others = Vec::new();
    for _ in 0..130 {
        others.push(must(&mut world, version(1, "v1")).id);
        settle(&mut world);
    }
    assert_eq!(home(&world).history.len(), HISTORY);
    assert_eq!(get(&world, 2).last.as_ref().map(|last| last.request), Some(told));
    assert!(home(&world).record(told).is_some(), "the status of a service refers to it");
    // It is one of the hundred: of the others ninety-nine are left.
    let kept = others.iter().map(|id| home(&world).record(*id).is_some());
    assert_eq!(kept.collect::<Vec<_>>(), (0..130).map(|at| at >= 31).collect::<Vec<_>>());
}

#[test]
fn every_visible_change_is_stamped_so_that_what_changed_since_can_be_asked() {
    let mut world = world(vec![service(1, "web", Kind::Container), service(2, "api", Kind::Container)]);
    let before = world.revision;
    must(&mut world, on(Action::Deploy, 1));
    settle(&mut world);
    assert!(get(&world, 1).revision > before && home(&world).revision == world.revision);
    assert!(get(&world, 2).revision <= before, "nothing happened to it");
}

#[test]
fn what_is_unknown_is_said_so_and_nothing_changes() {
    let mut world = world(vec![service(1, "web", Kind::Container)]);
    let before = world.environments.clone();
    let nobody = ServiceId(99);
    let nowhere = playhead::lifecycle::EnvironmentId(99);
    assert_eq!(ask(&mut world, on(Action::Deploy, 99)), Err(Rejected::NoService(nobody)));
    assert!(matches!(world.request(nowhere, on(Action::Deploy, 1), worlds::ada()), Err(Rejected::NoEnvironment(_))));
    let none = Order::subset(Action::Stop, []);
    assert!(matches!(ask(&mut world, none), Err(Rejected::WrongNumber { found: 0, .. })));
    assert_eq!(before, world.environments);
}
