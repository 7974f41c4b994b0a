//! What an action goes through (law §5), sentence by sentence.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

#[path = "kit/worlds.rs"]
mod worlds;

use playhead::lifecycle::Status::{
    BuildError, Building, Canceled, Canceling, Deployed, Deploying, DeploymentError, DeploymentQueued, Ready,
    RestartError, Restarted, Restarting, StopError, StopQueued, Stopped, Stopping,
};
use playhead::lifecycle::plan::{Effect, effect};
use playhead::lifecycle::{Action, Kind, Queue, RunningStatus, Scope, Source, Status, Sync};
use playhead::simulator::{Generation, Order, PodPhase, Service, Target, World};

use worlds::{
    configure, fault, get, home, idle, must, note, on, service, sets, settle, status, until, version, watch, way,
    with_instances, world,
};

/// A running application with this many instances.
fn running(instances: u32) -> World {
    world(vec![with_instances(service(1, "api", Kind::Application), instances).deployed(0)])
}

/// Asks for an action on the service 1, and checks the statuses it goes through.
fn goes_through(world: &mut World, action: Action, expected: &[Status]) {
    let before = status(world, 1);
    must(world, on(action, 1));
    let mut expected = expected.to_vec();
    if status(world, 1) == before {
        expected.insert(0, before);
    }
    assert_eq!(way(world, 1), expected);
}

/// How the pods of the service 1 change, as (old, new, ready) after each event, until everything is over.
fn replacement(world: &mut World) -> Vec<(usize, usize, usize)> {
    let mut seen = Vec::new();
    watch(world, idle, |world| {
        let service = get(world, 1);
        let count = |generation: Generation| {
            service.pods.iter().filter(|pod| pod.is_alive() && service.generation(pod) == generation).count()
        };
        let now = (count(Generation::Old), count(Generation::New), service.ready_pods());
        if seen.last() != Some(&now) {
            seen.push(now);
        }
    });
    seen
}

fn pods(world: &World) -> Vec<PodPhase> {
    get(world, 1).pods.iter().map(|pod| pod.phase).collect()
}

// Deploy, Redeploy, version actions

#[test]
fn a_deployment_of_a_git_source_is_queued_built_and_deployed() {
    let mut world = world(vec![service(1, "api", Kind::Application)]);
    goes_through(&mut world, Action::Deploy, &[DeploymentQueued, Building, Deploying, Deployed]);
    assert_eq!(get(&world, 1).running_status(), RunningStatus::Running);
    assert_eq!(get(&world, 1).sync(), Sync::UpToDate);
}

#[test]
fn sources_that_are_not_git_are_not_built() {
    for kind in [Kind::Container, Kind::ContainerDatabase, Kind::ManagedDatabase, Kind::Helm, Kind::CronJob] {
        let mut world = world(vec![service(1, "it", kind)]);
        goes_through(&mut world, Action::Deploy, &[DeploymentQueued, Deploying, Deployed]);
    }
}

#[test]
fn a_commit_whose_image_exists_is_not_built_again() {
    let mut api = service(1, "api", Kind::Application);
    api.built("v1".into());
    goes_through(&mut world(vec![api]), Action::Deploy, &[DeploymentQueued, Deploying, Deployed]);
}

#[test]
fn a_build_that_fails_ends_in_build_error_and_the_old_version_still_serves() {
    for (set, words) in [
        (
            (|faults, target| faults.build_fails = target) as fn(&mut playhead::simulator::Faults, Target),
            "the build failed",
        ),
        (|faults, target| faults.push_fails = target, "the image could not be pushed"),
    ] {
        let mut world = running(2);
        let before = sets(get(&world, 1));
        fault(&mut world, 1, set);
        configure(&mut world, 1, |desired| desired.version = Some("v2".into()));
        goes_through(&mut world, Action::Redeploy, &[DeploymentQueued, Building, BuildError]);
        assert_eq!(note(&world, 1).as_deref(), Some(words));
        assert_eq!((sets(get(&world, 1)), get(&world, 1).ready_pods()), (before, 2));
        assert_eq!(get(&world, 1).sync(), Sync::OutOfDate);
        assert!(!get(&world, 1).images.contains(&"v2".into()));
    }
}

#[test]
fn a_readiness_that_is_never_ok_ends_in_deployment_error_and_the_old_version_still_serves() {
    let mut world = running(2);
    let before = sets(get(&world, 1));
    fault(&mut world, 1, |faults, target| faults.readiness_never_ok = target);
    configure(&mut world, 1, |desired| desired.cpu_milli += 100);
    must(&mut world, on(Action::Redeploy, 1));
    watch(&mut world, idle, |world| assert_eq!(get(world, 1).ready_pods(), 2, "both old pods serve"));
    assert_eq!(status(&world, 1), DeploymentError);
    assert_eq!(sets(get(&world, 1)), before, "the previous set is restored");
    assert!(note(&world, 1).expect("a reason").contains("readiness"));
}

#[test]
fn a_cluster_without_room_ends_in_deployment_error() {
    let mut world = world(vec![service(1, "api", Kind::Container)]);
    fault(&mut world, 1, |faults, target| faults.no_capacity = target);
    goes_through(&mut world, Action::Deploy, &[DeploymentQueued, Deploying, DeploymentError]);
    assert!(note(&world, 1).expect("a reason").contains("no room"));
}

#[test]
fn pods_that_crash_before_all_are_ready_end_in_deployment_error() {
    let mut world = running(3);
    let before = sets(get(&world, 1));
    world.settings.readiness_deadline = 30_000;
    fault(&mut world, 1, |faults, target| faults.pod_crashes = target);
    configure(&mut world, 1, |desired| desired.min_instances = 40);
    must(&mut world, on(Action::Redeploy, 1));
    settle(&mut world);
    assert_eq!(status(&world, 1), DeploymentError);
    assert!(note(&world, 1).expect("a reason").contains("crashed"));
    assert_eq!(sets(get(&world, 1)).len(), before.len());
}

#[test]
fn the_configuration_is_captured_when_the_run_of_the_service_starts() {
    let mut world = world(vec![service(1, "db", Kind::ContainerDatabase), service(2, "api", Kind::Application)]);
    must(&mut world, Order::environment(Action::Deploy));
    until(&mut world, 1, &Deploying);
    configure(&mut world, 1, |desired| desired.cpu_milli = 900);
    configure(&mut world, 2, |desired| desired.cpu_milli = 900);
    settle(&mut world);
    let cpu = |id| get(&world, id).running.as_ref().map(|running| running.cpu_milli);
    assert_eq!((cpu(1), cpu(2)), (Some(500), Some(900)), "the second was still queued");
    assert_eq!(get(&world, 1).sync(), Sync::OutOfDate);
}

#[test]
fn a_chosen_version_becomes_the_desired_one_when_the_run_starts_and_stays_so_after_a_cancel_or_failure() {
    let mut canceled = running(2);
    must(&mut canceled, version(1, "v2"));
    assert_eq!(get(&canceled, 1).desired.version, Some("v1".into()), "it is only queued");
    until(&mut canceled, 1, &Building);
    assert_eq!(get(&canceled, 1).desired.version, Some("v2".into()));
    must(&mut canceled, on(Action::Cancel, 1));
    settle(&mut canceled);
    let mut failed = running(2);
    fault(&mut failed, 1, |faults, target| faults.build_fails = target);
    must(&mut failed, version(1, "v2"));
    settle(&mut failed);
    for world in [canceled, failed] {
        assert_eq!(get(&world, 1).desired.version, Some("v2".into()));
        assert_eq!(get(&world, 1).sync(), Sync::OutOfDate);
    }
}

#[test]
fn a_version_action_applies_the_whole_desired_configuration() {
    let mut world = running(2);
    configure(&mut world, 1, |desired| desired.min_instances = 3);
    must(&mut world, version(1, "v2"));
    settle(&mut world);
    assert_eq!(sets(get(&world, 1)), vec![(2, Some("v2".into())); 3]);
}

#[test]
fn a_first_deployment_starts_all_pods_at_once() {
    let mut world = world(vec![with_instances(service(1, "web", Kind::Container), 4)]);
    must(&mut world, on(Action::Deploy, 1));
    until(&mut world, 1, &Deploying);
    assert_eq!(pods(&world), vec![PodPhase::Starting; 4]);
}

#[test]
fn the_pods_of_a_failed_first_deployment_stay_until_stop_removes_them() {
    let mut world = world(vec![service(1, "web", Kind::Container)]);
    fault(&mut world, 1, |faults, target| faults.readiness_never_ok = target);
    must(&mut world, on(Action::Deploy, 1));
    settle(&mut world);
    assert_eq!(pods(&world), vec![PodPhase::Error; 2]);
    assert_eq!(get(&world, 1).running_status(), RunningStatus::Error);
    goes_through(&mut world, Action::Stop, &[StopQueued, Stopping, Stopped]);
    assert_eq!(pods(&world), vec![]);
}

#[test]
fn any_difference_replaces_the_whole_set_one_by_one() {
    let mut world = running(3);
    configure(&mut world, 1, |desired| desired.variables = 7);
    must(&mut world, on(Action::Redeploy, 1));
    // Old #1 is killed and new #2 started in the same moment.
    assert_eq!(replacement(&mut world), [(3, 1, 3), (2, 2, 3), (1, 3, 3), (0, 3, 3)]);
    assert_eq!(sets(get(&world, 1)), vec![(2, Some("v1".into())); 3]);
}

#[test]
fn more_instances_than_before_are_added_after() {
    let mut world = running(1);
    configure(&mut world, 1, |desired| desired.min_instances = 3);
    must(&mut world, on(Action::Redeploy, 1));
    assert_eq!(replacement(&mut world), [(1, 1, 1), (0, 2, 1), (0, 3, 2), (0, 3, 3)]);
}

#[test]
fn fewer_instances_than_before_are_removed_after() {
    let mut world = running(3);
    configure(&mut world, 1, |desired| desired.min_instances = 1);
    must(&mut world, on(Action::Redeploy, 1));
    assert_eq!(replacement(&mut world), [(3, 1, 3), (0, 1, 1)]);
}

#[test]
fn a_redeploy_without_a_difference_touches_no_pod_and_says_so() {
    let mut world = running(2);
    let before = get(&world, 1).pods.clone();
    goes_through(&mut world, Action::Redeploy, &[DeploymentQueued, Deploying, Deployed]);
    assert_eq!(get(&world, 1).pods, before);
    assert_eq!(note(&world, 1).as_deref(), Some("nothing changed; to restart pods use Restart"));
    assert_eq!(get(&world, 1).note.as_ref().map(ToString::to_string), note(&world, 1));
}

#[test]
fn a_redeploy_without_a_difference_does_not_execute_a_job_again() {
    let mut world = world(vec![service(1, "seed", Kind::LifecycleJob).deployed(0)]);
    must(&mut world, on(Action::Redeploy, 1));
    watch(&mut world, idle, |world| assert_ne!(status(world, 1), Deploying, "it executes"));
    assert_eq!(note(&world, 1).as_deref(), Some("nothing changed; the job was not executed again"));
    configure(&mut world, 1, |desired| desired.variables = 1);
    goes_through(&mut world, Action::Redeploy, &[DeploymentQueued, Deploying, Deployed]);
    assert_eq!(note(&world, 1), None, "with a difference it is");
}

#[test]
fn a_redeploy_brings_up_what_is_stopped() {
    for kind in Kind::ALL {
        let mut world = world(vec![service(1, "it", kind).deployed(0)]);
        must(&mut world, on(Action::Stop, 1));
        settle(&mut world);
        assert!(!get(&world, 1).up && get(&world, 1).pods.is_empty(), "{kind:?}");
        goes_through(&mut world, Action::Redeploy, &[DeploymentQueued, Deploying, Deployed]);
        assert!(get(&world, 1).up, "{kind:?}");
        assert_eq!(note(&world, 1), None, "{kind:?}");
    }
}

#[test]
fn a_redeploy_brings_up_what_was_never_brought_up() {
    let mut world = world(vec![service(1, "api", Kind::Application)]);
    fault(&mut world, 1, |faults, target| faults.build_fails = target);
    must(&mut world, on(Action::Deploy, 1));
    settle(&mut world);
    world.set_faults(playhead::simulator::Faults::default());
    goes_through(&mut world, Action::Redeploy, &[DeploymentQueued, Building, Deploying, Deployed]);
    assert_eq!(get(&world, 1).ready_pods(), 2);
}

#[test]
fn a_deployment_that_fails_on_a_stopped_service_restores_nothing() {
    let mut world = running(2);
    must(&mut world, on(Action::Stop, 1));
    settle(&mut world);
    fault(&mut world, 1, |faults, target| faults.readiness_never_ok = target);
    goes_through(&mut world, Action::Redeploy, &[DeploymentQueued, Deploying, DeploymentError]);
    assert_eq!(sets(get(&world, 1)), vec![]);
}

#[test]
fn failures_one_after_another_do_not_pile_pods_up() {
    let mut world = running(2);
    for attempt in ["v2", "v3", "v4"] {
        must(&mut world, version(1, attempt));
        // One pod is replaced already; from then on no pod gets ready, neither on the way forth nor back.
        let replaced = |world: &World| get(world, 1).pods.iter().any(|pod| pod.phase == PodPhase::Terminating);
        watch(&mut world, replaced, |_| {});
        fault(&mut world, 1, |faults, target| faults.readiness_never_ok = target);
        settle(&mut world);
        let failed =
            "the readiness probe was never ok before the deadline, and what ran before could not be brought back";
        assert_eq!(note(&world, 1).as_deref(), Some(failed), "{attempt}");
        assert_eq!(sets(get(&world, 1)).len(), 2, "{attempt}: {:?}", get(&world, 1).pods);
        assert_eq!(get(&world, 1).ready_pods(), 2, "{attempt}");
        world.set_faults(playhead::simulator::Faults::default());
    }
}

#[test]
fn what_is_a_mixture_is_out_of_date_and_a_redeploy_makes_it_whole() {
    let mut world = running(2);
    must(&mut world, on(Action::Restart, 1));
    let replaced = |world: &World| get(world, 1).pods.iter().any(|pod| pod.phase == PodPhase::Terminating);
    watch(&mut world, replaced, |_| {});
    fault(&mut world, 1, |faults, target| faults.readiness_never_ok = target);
    settle(&mut world);
    world.set_faults(playhead::simulator::Faults::default());
    let mixed = sets(get(&world, 1));
    assert_eq!((status(&world, 1), mixed.len()), (RestartError, 2));
    assert_ne!(mixed[0].0, mixed[1].0, "pods of two sets");
    let (service, provider) = (get(&world, 1), home(&world).provider);
    let planned = effect(Action::Redeploy, Scope::Service, 1, &service.facts(provider), service.sync(), service.up);
    assert_eq!((service.sync(), planned), (Sync::OutOfDate, Ok(Effect::Applies)));
    goes_through(&mut world, Action::Redeploy, &[DeploymentQueued, Deploying, Deployed]);
    let whole = sets(get(&world, 1));
    assert_eq!((whole.len(), whole[0].0, note(&world, 1)), (2, whole[1].0, None));
    assert_eq!(get(&world, 1).sync(), Sync::UpToDate);
}

/// A cancel of an update of three pods that has two pods of the new set ready: the first two pods of the way back are
/// started, and the way back misses its deadline with these restarts of pods that have crashed. The pods that are left.
fn abandoned(crashed: &[(u32, u32)], never_ready: Option<u32>) -> Vec<u32> {
    let mut world = world(vec![with_instances(service(1, "db", Kind::ContainerDatabase), 3).deployed(0)]);
    configure(&mut world, 1, |desired| desired.cpu_milli += 100);
    must(&mut world, on(Action::Redeploy, 1));
    watch(&mut world, |world| get(world, 1).newest_pod == 6, |_| {});
    must(&mut world, on(Action::Cancel, 1));
    let ready =
        |world: &World, serial: u32| get(world, 1).pods.iter().any(|pod| pod.serial == serial && pod.is_ready());
    watch(&mut world, |world| get(world, 1).newest_pod == 8, |_| {});
    let broken = |world: &mut World, serial: u32, restarts: u32| {
        let mut pods = world.environments[0].services[0].pods.iter_mut();
        let pod = pods.find(|pod| pod.serial == serial).expect("it is there");
        (pod.phase, pod.restarts, pod.ticket) = (PodPhase::Error, restarts, pod.ticket + 1);
    };
    let (first, others) = crashed.split_first().expect("one has crashed");
    broken(&mut world, first.0, first.1);
    watch(&mut world, |world| ready(world, 8), |_| {});
    others.iter().for_each(|(serial, restarts)| broken(&mut world, *serial, *restarts));
    if let Some(serial) = never_ready {
        broken(&mut world, serial, 0);
    }
    settle(&mut world);
    assert_eq!(
        (status(&world, 1), get(&world, 1).pods.iter().filter(|pod| pod.is_alive()).count()),
        (DeploymentError, 3)
    );
    get(&world, 1).pods.iter().filter(|pod| pod.is_alive()).map(|pod| pod.serial).collect()
}

#[test]
fn a_way_back_that_is_given_up_removes_what_never_was_ready_first_and_of_the_others_the_newest() {
    assert_eq!(abandoned(&[(7, 2)], None), [3, 5, 8], "a pod that is ready stays, though it is the newest");
    assert_eq!(abandoned(&[(7, 1), (8, 3)], None), [3, 5, 7], "how often a pod has crashed is all one");
    assert_eq!(abandoned(&[(7, 3), (8, 1)], None), [3, 5, 7]);
    assert_eq!(abandoned(&[(7, 1), (8, 1)], Some(3)), [5, 7, 8], "what never was ready goes before what has crashed");
}

// Stop

#[test]
fn a_stop_is_queued_stops_and_ends_stopped() {
    let mut world = running(2);
    goes_through(&mut world, Action::Stop, &[StopQueued, Stopping, Stopped]);
    assert_eq!(get(&world, 1).running_status(), RunningStatus::Stopped);
    assert_eq!(get(&world, 1).sync(), Sync::UpToDate, "what is desired has not changed");
}

#[test]
fn a_stop_that_fails_ends_in_stop_error_and_can_be_tried_again() {
    let mut world = running(2);
    fault(&mut world, 1, |faults, target| faults.stop_fails = target);
    goes_through(&mut world, Action::Stop, &[StopQueued, Stopping, StopError]);
    assert_eq!(get(&world, 1).ready_pods(), 2);
    world.set_faults(playhead::simulator::Faults::default());
    goes_through(&mut world, Action::Stop, &[StopQueued, Stopping, Stopped]);
}

#[test]
fn a_job_with_a_stop_command_runs_it_and_one_without_stops_at_once() {
    let time = |command: bool| {
        let mut job = service(1, "seed", Kind::LifecycleJob).deployed(0);
        job.has_stop_command = command;
        let mut world = world(vec![job]);
        must(&mut world, on(Action::Stop, 1));
        settle(&mut world);
        let item = &home(&world).history[0].items[0];
        item.ended_at.expect("ended") - item.deploying_at.expect("started")
    };
    assert_eq!(time(false), 0);
    assert!(time(true) >= 8_000);
}

// Restart

#[test]
fn a_restart_replaces_the_pods_one_by_one_with_the_same_version_and_configuration() {
    let mut world = running(2);
    configure(&mut world, 1, |desired| desired.version = Some("v2".into()));
    let running = get(&world, 1).running.clone();
    goes_through(&mut world.clone(), Action::Restart, &[Restarting, Restarted]);
    must(&mut world, on(Action::Restart, 1));
    assert_eq!(replacement(&mut world), [(2, 1, 2), (1, 2, 2), (0, 2, 2)]);
    assert_eq!(sets(get(&world, 1)), vec![(2, Some("v1".into())); 2]);
    assert_eq!(get(&world, 1).running, running, "what is desired is not applied");
}

#[test]
fn a_restart_is_queued_only_while_it_waits() {
    let mut world = world(vec![service(1, "api", Kind::Container).deployed(0), service(2, "web", Kind::Container)]);
    must(&mut world, on(Action::Deploy, 2));
    must(&mut world, on(Action::Restart, 1));
    assert_eq!(get(&world, 1).shown(), Queue::Restart.status());
    assert_eq!(way(&mut world, 1), [Deployed, Restarting, Restarted]);
}

#[test]
fn a_restart_that_cannot_be_processed_leaves_the_pods_as_they_were() {
    let mut world = running(2);
    let before = get(&world, 1).pods.clone();
    fault(&mut world, 1, |faults, target| faults.restart_fails = target);
    goes_through(&mut world, Action::Restart, &[Restarting, RestartError]);
    assert_eq!(get(&world, 1).pods, before);
}

#[test]
fn a_restart_whose_new_pod_is_never_ready_restores_the_old_count() {
    let mut world = running(3);
    let before = sets(get(&world, 1));
    must(&mut world, on(Action::Restart, 1));
    // The second new pod never gets ready: the first old one is gone by then, and is replaced back.
    watch(&mut world, |world| sets(get(world, 1)).iter().filter(|pod| pod.0 == 2).count() == 2, |_| {});
    fault(&mut world, 1, |faults, target| faults.readiness_never_ok = target);
    watch(&mut world, |world| sets(get(world, 1)).iter().filter(|pod| pod.0 == 2).count() < 2, |_| {});
    world.set_faults(playhead::simulator::Faults::default());
    watch(&mut world, idle, |world| assert!(get(world, 1).ready_pods() >= 3));
    assert_eq!((status(&world, 1), sets(get(&world, 1))), (RestartError, before));
}

// Deadlines

#[test]
fn builds_deployments_jobs_and_rollbacks_have_deadlines() {
    let mut build = world(vec![service(1, "api", Kind::Application)]);
    build.settings.build_deadline = 5_000;
    goes_through(&mut build, Action::Deploy, &[DeploymentQueued, Building, BuildError]);
    for kind in Kind::ALL {
        let mut stuck = world(vec![service(1, "it", kind)]);
        stuck.environments[0].services[0].source = Source::Image;
        fault(&mut stuck, 1, |faults, target| faults.readiness_never_ok = target);
        goes_through(&mut stuck, Action::Deploy, &[DeploymentQueued, Deploying, DeploymentError]);
    }
}

// The rest of what is decided

#[test]
fn a_pod_that_crashes_is_started_again_and_the_deployment_status_stays() {
    let mut world = running(2);
    fault(&mut world, 1, |faults, target| faults.pod_crashes = target);
    let errors = |service: &Service| service.pods.iter().filter(|pod| pod.phase == PodPhase::Error).count();
    watch(&mut world, |world| errors(get(world, 1)) == 1, |_| {});
    assert_eq!((status(&world, 1), get(&world, 1).running_status()), (Deployed, RunningStatus::Warning));
    world.set_faults(playhead::simulator::Faults::default());
    watch(&mut world, |world| get(world, 1).ready_pods() == 2, |_| {});
    assert!(get(&world, 1).pods.iter().any(|pod| pod.restarts == 1));
}

#[test]
fn services_found_in_progress_come_to_an_end() {
    for (found, ends) in [
        (DeploymentQueued, Deployed),
        (Building, Deployed),
        (Deploying, Deployed),
        (Canceling, Canceled),
        (StopQueued, Stopped),
        (Stopping, Stopped),
        (Restarting, Restarted),
        (Queue::Restart.status(), Restarted),
    ] {
        let mut api = service(1, "api", Kind::Application).deployed(0);
        api.status = found.clone();
        let mut world = world(vec![api]);
        settle(&mut world);
        assert_eq!(status(&world, 1), ends, "found {found:?}");
    }
    let untouched = world(vec![service(1, "api", Kind::Application)]);
    assert_eq!((status(&untouched, 1), untouched.next_event()), (Ready, None));
}
