//! What a cancel does (law §4, §5), sentence by sentence.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

#[path = "kit/worlds.rs"]
mod worlds;

use playhead::lifecycle::Status::{
    Building, Canceled, Canceling, Deployed, Deploying, DeploymentError, DeploymentQueued, Ready, Stopped,
};
use playhead::lifecycle::{Action, Kind, Refusal, Status};
use playhead::simulator::{Faults, Order, Outcome, Progress, Rejected, World};

use worlds::{
    ada, ask, configure, fault, get, home, must, note, on, service, sets, settle, status, until, version, watch, way,
    with_instances, world,
};

/// A running application with three instances, on its way to another version.
fn updating() -> World {
    let mut world = world(vec![with_instances(service(1, "api", Kind::Application), 3).deployed(0)]);
    must(&mut world, version(1, "v2"));
    world
}

/// An executing job, and an application after it.
fn executing() -> World {
    let mut world = world(vec![service(1, "seed", Kind::LifecycleJob), service(2, "api", Kind::Application)]);
    must(&mut world, Order::environment(Action::Deploy));
    until(&mut world, 1, &Deploying);
    world
}

#[test]
fn a_cancel_while_queued_gives_back_the_status_it_had() {
    let mut world = updating();
    let before = sets(get(&world, 1));
    assert_eq!(status(&world, 1), DeploymentQueued);
    must(&mut world, Order::environment(Action::Cancel));
    assert_eq!(status(&world, 1), Deployed, "at once");
    settle(&mut world);
    assert_eq!((sets(get(&world, 1)), get(&world, 1).desired.version.clone()), (before, Some("v1".into())));
    let canceled = home(&world).history.iter().find(|record| record.action == Action::DeployVersion);
    assert_eq!(canceled.map(|record| record.progress), Some(Progress::Canceled));
    let note = canceled.and_then(|record| record.items[0].note.clone()).map(|note| note.to_string());
    assert_eq!(note.as_deref(), Some("canceled before it started"));
}

#[test]
fn a_canceled_deployment_is_no_error_for_what_it_never_reached() {
    let mut failed = service(2, "api", Kind::Application).deployed(0);
    failed.status = Status::BuildError;
    let mut world = world(vec![service(1, "seed", Kind::LifecycleJob), failed]);
    must(&mut world, Order::environment(Action::Redeploy));
    until(&mut world, 1, &Deploying);
    must(&mut world, Order::environment(Action::Cancel).forced());
    settle(&mut world);
    assert_eq!((status(&world, 1), status(&world, 2)), (Canceled, Status::BuildError));
    let canceled = home(&world).history.iter().find(|record| record.action == Action::Redeploy).expect("it is kept");
    assert_eq!(canceled.items.iter().map(|item| item.never_began()).collect::<Vec<_>>(), [false, true]);
    assert_eq!((canceled.progress, canceled.state()), (Progress::Canceled, Canceled));
}

#[test]
fn what_was_built_or_deployed_had_begun() {
    for reached in [Building, Deploying] {
        let mut world = updating();
        until(&mut world, 1, &reached);
        must(&mut world, Order::environment(Action::Cancel));
        settle(&mut world);
        let canceled = home(&world).history.iter().find(|record| record.action == Action::DeployVersion);
        let item = &canceled.expect("it is kept").items[0];
        assert_eq!((item.outcome, item.never_began()), (Outcome::Canceled, false), "{reached}");
    }
    let mut world = updating();
    settle(&mut world);
    assert!(home(&world).history.iter().flat_map(|record| &record.items).all(|item| !item.never_began()));
}

#[test]
fn a_cancel_while_building_ends_canceled_and_what_ran_runs() {
    let mut world = updating();
    let before = get(&world, 1).pods.clone();
    until(&mut world, 1, &Building);
    must(&mut world, Order::environment(Action::Cancel));
    assert_eq!(way(&mut world, 1), [Canceling, Canceled]);
    assert_eq!(get(&world, 1).pods, before, "no pod was touched");
    assert_eq!(note(&world, 1).as_deref(), Some("canceled; what ran before runs again"));
}

#[test]
fn a_cancel_while_deploying_replaces_back_what_was_replaced_already() {
    let mut world = updating();
    let before = sets(get(&world, 1));
    // Two of three old pods are gone, the third new one is in start.
    watch(&mut world, |world| sets(get(world, 1)).iter().filter(|pod| pod.0 == 2).count() == 3, |_| {});
    must(&mut world, on(Action::Cancel, 1));
    let starts = sets(get(&world, 1));
    assert_eq!(starts.iter().filter(|pod| pod.0 == 2).count(), 2, "the one in start is removed at once");
    watch(&mut world, worlds::idle, |world| assert!(get(world, 1).ready_pods() >= 3));
    assert_eq!((status(&world, 1), sets(get(&world, 1))), (Canceled, before));
    assert_eq!(get(&world, 1).desired.version, Some("v2".into()), "the chosen version stays desired");
}

#[test]
fn a_cancel_of_a_first_deployment_leaves_nothing() {
    let mut world = world(vec![service(1, "web", Kind::Container)]);
    must(&mut world, on(Action::Deploy, 1));
    until(&mut world, 1, &Deploying);
    must(&mut world, on(Action::Cancel, 1));
    assert_eq!(way(&mut world, 1), [Canceling, Canceled]);
    assert!(sets(get(&world, 1)).is_empty());
    assert_eq!(note(&world, 1).as_deref(), Some("canceled; it ran nothing before, and runs nothing now"));
    assert!(matches!(ask(&mut world, on(Action::Stop, 1)), Err(Rejected::Refused(Refusal::NothingRuns { .. }))));
}

#[test]
fn a_rollback_that_misses_its_deadline_ends_in_deployment_error_and_says_so() {
    let mut world = updating();
    watch(&mut world, |world| sets(get(world, 1)).iter().filter(|pod| pod.0 == 2).count() == 2, |_| {});
    must(&mut world, on(Action::Cancel, 1));
    fault(&mut world, 1, |faults, target| faults.readiness_never_ok = target);
    assert_eq!(way(&mut world, 1), [Canceling, DeploymentError]);
    assert_eq!(note(&world, 1).as_deref(), Some("canceled, but the rollback missed its deadline"));
    world.set_faults(Faults::default());
    configure(&mut world, 1, |desired| desired.version = Some("v1".into()));
    must(&mut world, on(Action::Redeploy, 1));
    settle(&mut world);
    let versions: Vec<_> = sets(get(&world, 1)).into_iter().map(|pod| pod.1).collect();
    assert_eq!(versions, vec![Some("v1".into()); 3], "a mixture is made whole, also without a difference");
}

#[test]
fn services_already_deployed_in_this_run_stay_and_those_not_reached_get_back_their_status() {
    let mut world = world(vec![
        service(1, "db", Kind::ContainerDatabase),
        service(2, "cache", Kind::Container),
        service(3, "api", Kind::Application),
    ]);
    must(&mut world, Order::environment(Action::Deploy));
    until(&mut world, 2, &Deploying);
    let db = get(&world, 1).clone();
    must(&mut world, Order::environment(Action::Cancel));
    assert_eq!(status(&world, 3), Ready, "it was not reached");
    settle(&mut world);
    let after = get(&world, 1);
    assert_eq!((&after.status, &after.pods, &after.running), (&Deployed, &db.pods, &db.running));
    assert_eq!((status(&world, 2), status(&world, 3)), (Canceled, Ready));
    assert_eq!(note(&world, 3).as_deref(), Some("canceled before it started"));
}

#[test]
fn an_executing_job_ignores_the_cancel_and_the_pipeline_stops_either_way() {
    let mut world = executing();
    must(&mut world, Order::environment(Action::Cancel));
    assert_eq!((status(&world, 1), status(&world, 2)), (Deploying, Ready));
    assert_eq!(way(&mut world, 1), [Deploying, Deployed]);
    assert_eq!((status(&world, 2), note(&world, 2).as_deref()), (Ready, Some("canceled before it started")));
    assert_eq!(home(&world).last_deployment().map(|record| record.progress), Some(Progress::Canceled));
}

#[test]
fn a_job_that_is_built_is_not_executing_and_can_be_interrupted() {
    let mut job = service(1, "seed", Kind::LifecycleJob);
    job.source = playhead::lifecycle::Source::Git;
    let mut world = world(vec![job]);
    must(&mut world, on(Action::Deploy, 1));
    until(&mut world, 1, &Building);
    must(&mut world, on(Action::Cancel, 1));
    assert_eq!(way(&mut world, 1), [Canceling, Canceled]);
}

#[test]
fn an_executing_job_can_be_canceled_by_force_from_itself_or_from_the_environment() {
    for order in [on(Action::Cancel, 1).forced(), Order::environment(Action::Cancel).forced()] {
        let mut world = executing();
        must(&mut world, order);
        assert_eq!(way(&mut world, 1), [Canceling, Canceled]);
        assert_eq!(note(&world, 1).as_deref(), Some("canceled by force; what the job did is not undone"));
        assert_eq!(status(&world, 2), Ready);
    }
}

#[test]
fn a_job_that_ignored_the_cancel_can_still_be_canceled_by_force() {
    for force in [on(Action::Cancel, 1).forced(), Order::environment(Action::Cancel).forced()] {
        let mut world = executing();
        must(&mut world, Order::environment(Action::Cancel));
        must(&mut world, force);
        assert_eq!(way(&mut world, 1), [Canceling, Canceled]);
    }
}

#[test]
fn waiting_requests_go_on_after_a_cancel() {
    let mut world = updating();
    must(&mut world, version(1, "v3"));
    until(&mut world, 1, &Building);
    must(&mut world, Order::environment(Action::Cancel));
    // In the moment it is Canceled the next one is queued: the record keeps what the first one ended in.
    assert_eq!(way(&mut world, 1), [Canceling, DeploymentQueued, Building, Deploying, Deployed]);
    let ends: Vec<_> = home(&world).history.iter().filter(|record| record.action != Action::Cancel).collect();
    assert_eq!((ends[0].state(), ends[1].state()), (Canceled, Deployed));
    assert_eq!(get(&world, 1).running.as_ref().and_then(|running| running.version.clone()), Some("v3".into()));
}

#[test]
fn a_cancel_on_a_service_of_the_running_deployment_cancels_that_deployment() {
    let mut world =
        world(vec![service(1, "web", Kind::Container).deployed(0), service(2, "api", Kind::Application).deployed(0)]);
    for id in [1, 2] {
        configure(&mut world, id, |desired| desired.cpu_milli += 1);
    }
    must(&mut world, Order::environment(Action::Redeploy));
    until(&mut world, 1, &Deploying);
    // The second is still queued; canceling it cancels the deployment that it is part of.
    must(&mut world, on(Action::Cancel, 2));
    settle(&mut world);
    assert_eq!((status(&world, 1), status(&world, 2)), (Canceled, Deployed));
}

#[test]
fn a_cancel_on_a_service_queued_only_by_its_own_waiting_request_takes_that_request_back() {
    let mut world =
        world(vec![service(1, "web", Kind::Container).deployed(0), service(2, "api", Kind::Application).deployed(0)]);
    must(&mut world, on(Action::Stop, 1));
    let waiting = must(&mut world, on(Action::Redeploy, 2));
    assert_eq!(get(&world, 2).shown(), DeploymentQueued);
    must(&mut world, on(Action::Cancel, 2));
    assert_eq!((get(&world, 2).shown(), home(&world).queue.len()), (Deployed, 0));
    let record = home(&world).record(waiting.id).expect("it is in the history");
    assert_eq!((record.progress, record.items[0].outcome), (Progress::TakenBack, Outcome::Canceled));
    settle(&mut world);
    assert_eq!(status(&world, 1), Stopped, "the running one is not touched");
}

#[test]
fn a_cancel_on_one_of_several_that_wait_takes_only_that_one_out() {
    let mut world = world((1..=3).map(|id| service(id, &format!("s{id}"), Kind::Container).deployed(0)).collect());
    must(&mut world, on(Action::Stop, 1));
    let pair = Order::subset(Action::Redeploy, [get(&world, 2).id, get(&world, 3).id]);
    let waiting = must(&mut world, pair);
    must(&mut world, on(Action::Cancel, 2));
    assert_eq!((get(&world, 2).shown(), get(&world, 3).shown()), (Deployed, DeploymentQueued));
    settle(&mut world);
    let record = home(&world).record(waiting.id).expect("it is in the history");
    let outcomes: Vec<Outcome> = record.items.iter().map(|item| item.outcome).collect();
    assert_eq!(outcomes, [Outcome::Canceled, Outcome::Done]);
}

#[test]
fn where_both_hold_the_running_deployment_wins() {
    let mut world = updating();
    must(&mut world, version(1, "v3"));
    until(&mut world, 1, &Building);
    must(&mut world, on(Action::Cancel, 1));
    assert_eq!((status(&world, 1), home(&world).queue.len()), (Canceling, 1));
}

#[test]
fn stops_and_restarts_cannot_be_canceled() {
    let refused = |world: &mut World, order: Order| match ask(world, order) {
        Err(Rejected::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    for action in [Action::Stop, Action::Restart] {
        let mut world = world(vec![service(1, "web", Kind::Container).deployed(0)]);
        must(&mut world, on(action, 1));
        assert!(matches!(refused(&mut world, on(Action::Cancel, 1)), Refusal::NotCancelable { .. }));
        let on_environment = refused(&mut world, Order::environment(Action::Cancel));
        assert!(matches!(on_environment, Refusal::NothingToCancel { .. }), "{on_environment:?}");
    }
}

#[test]
fn any_waiting_request_can_be_taken_back() {
    for action in [Action::Redeploy, Action::Stop, Action::Restart] {
        let mut world = world(vec![service(1, "new", Kind::Container), service(2, "web", Kind::Container).deployed(0)]);
        must(&mut world, on(Action::Deploy, 1));
        let waiting = must(&mut world, on(action, 2));
        assert_eq!(waiting.position, 1);
        assert_ne!(get(&world, 2).shown(), Deployed);
        world.take_back(waiting.id, ada()).expect("it waits");
        assert_eq!(get(&world, 2).shown(), Deployed, "the status beneath comes back");
        assert_eq!(world.take_back(waiting.id, ada()), Err(Rejected::NotWaiting(waiting.id)));
        settle(&mut world);
        assert_eq!(status(&world, 2), Status::Deployed);
    }
}

#[test]
fn a_cancel_while_a_failed_service_is_restored_ends_canceled() {
    let mut world = updating();
    watch(&mut world, |world| sets(get(world, 1)).iter().filter(|pod| pod.0 == 2).count() == 2, |_| {});
    fault(&mut world, 1, |faults, target| faults.readiness_never_ok = target);
    watch(&mut world, |world| sets(get(world, 1)).iter().filter(|pod| pod.0 == 2).count() < 2, |_| {});
    assert_eq!(status(&world, 1), Deploying, "what ran before is brought back");
    world.set_faults(Faults::default());
    must(&mut world, on(Action::Cancel, 1));
    assert_eq!(way(&mut world, 1), [Canceling, Canceled]);
    assert_eq!(sets(get(&world, 1)), vec![(1, Some("v1".into())); 3]);
}

/// A cancel takes back what waits, and leaves what runs of others (law §4).
#[test]
fn a_cancel_of_what_waits_leaves_what_runs() {
    let services = [1, 2].map(|id| service(id, "web", Kind::Container).deployed(0));
    let mut world = world(services.to_vec());
    must(&mut world, version(1, "v2"));
    until(&mut world, 1, &Deploying);
    must(&mut world, version(2, "v2"));
    must(&mut world, on(Action::Cancel, 2));
    let running = home(&world).running.as_ref().expect("it goes on");
    assert!(running.cancelable() && running.record.canceled_by.is_none() && home(&world).queue.is_empty());
    settle(&mut world);
    assert_eq!((status(&world, 1), status(&world, 2)), (Deployed, Deployed));
}

#[test]
fn a_deployment_that_is_being_canceled_is_not_cancelable_again() {
    let mut world = updating();
    until(&mut world, 1, &Deploying);
    must(&mut world, Order::environment(Action::Cancel));
    assert_eq!(status(&world, 1), Canceling);
    assert!(home(&world).running.as_ref().is_some_and(|running| !running.cancelable()));
}
