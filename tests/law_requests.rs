//! What is asked and what the answer says (law §4, §6, §8), sentence by sentence.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

#[path = "kit/worlds.rs"]
mod worlds;

use playhead::lifecycle::Status::{Building, Deployed, DeploymentQueued};
use playhead::lifecycle::{Action, Kind, Refusal, Scope, ServiceId};
use playhead::simulator::{Accepted, Order, Outcome, Progress, Rejected, World};

use worlds::{ask, get, home, must, on, service, settle, status, until, version, world};

/// This many containers, deployed.
fn containers(count: u128) -> World {
    world((1..=count).map(|id| service(id, &format!("s{id}"), Kind::Container).deployed(0)).collect())
}

fn left_out(accepted: &Accepted) -> Vec<u128> {
    accepted.skipped.iter().map(|(service, _)| service.0).collect()
}

#[test]
fn those_left_out_are_named_in_the_answer_but_not_of_a_cancel_of_the_whole_environment() {
    let mut world = world(vec![
        service(1, "web", Kind::Container).deployed(0),
        service(2, "new", Kind::Container),
        service(3, "api", Kind::Application).deployed(0),
    ]);
    let stopped = must(&mut world.clone(), Order::environment(Action::Stop));
    assert_eq!(left_out(&stopped), [2]);
    let stopped = must(&mut world.clone(), Order::subset(Action::Stop, [ServiceId(1), ServiceId(2)]));
    assert_eq!(left_out(&stopped), [2]);
    must(&mut world, version(3, "v2"));
    until(&mut world, 3, &Building);
    let canceled = must(&mut world.clone(), Order::subset(Action::Cancel, [ServiceId(1), ServiceId(3)]));
    assert_eq!(left_out(&canceled), [1]);
    let canceled = must(&mut world, Order::environment(Action::Cancel));
    assert_eq!((left_out(&canceled), canceled.position), (vec![], 0), "it is asked of its deployment");
    let record = home(&world).record(canceled.id).expect("it is in the history");
    let told: Vec<u128> = record.items.iter().map(|item| item.service.0).collect();
    assert_eq!((told, record.progress), (vec![3], Progress::Succeeded), "and tells of those that took part");
}

#[test]
fn an_order_names_as_many_services_as_its_scope_takes() {
    let wrong = |order: Order| match ask(&mut containers(3), order) {
        Err(Rejected::WrongNumber { found, .. }) => Some(found),
        _ => None,
    };
    let items = |count: u128| (1..=count).map(|id| (ServiceId(id), None)).collect();
    for count in 0..=3 {
        let of = |scope, action| Order { action, scope, items: items(count), force: false };
        let found = Some(count as usize);
        assert_eq!(wrong(of(Scope::Service, Action::Redeploy)), found.filter(|found| *found != 1));
        assert_eq!(wrong(of(Scope::Subset, Action::Redeploy)), found.filter(|found| *found == 0));
        assert_eq!(wrong(of(Scope::Environment, Action::Redeploy)), found.filter(|found| *found > 0));
        assert_eq!(wrong(of(Scope::Environment, Action::DeployLatest)), None);
    }
}

#[test]
fn a_service_that_is_not_there_is_named_also_among_others() {
    let mut world = containers(2);
    for ids in [[1, 9], [9, 1]] {
        let order = Order::subset(Action::Stop, ids.map(ServiceId));
        assert_eq!(ask(&mut world, order), Err(Rejected::NoService(ServiceId(9))));
    }
    assert_eq!(must(&mut world, Order::subset(Action::Stop, [1, 1].map(ServiceId))).skipped, []);
    assert_eq!(home(&world).running.as_ref().map(|running| running.runs.len()), Some(1), "named twice, it is one");
}

#[test]
fn a_refusal_of_one_service_is_its_own_reason_and_of_a_selection_that_of_each() {
    let mut world = world(vec![service(1, "web", Kind::Container), service(2, "api", Kind::Container)]);
    let refusal = Refusal::NothingRuns { action: Action::Stop };
    assert_eq!(ask(&mut world, on(Action::Stop, 1)), Err(Rejected::Refused(refusal.clone())));
    let both = Order::subset(Action::Stop, [1, 2].map(ServiceId));
    let refusals = [1, 2].map(|id| (ServiceId(id), refusal.clone())).to_vec();
    assert_eq!(ask(&mut world, both), Err(Rejected::NoneAllows { refusals }));
}

#[test]
fn deploy_latest_takes_the_chosen_services_or_all_with_a_git_source() {
    let services = || (1..=3).map(|id| service(id, &format!("s{id}"), Kind::Application).deployed(0));
    let mut all = world(services().chain([service(4, "web", Kind::Container).deployed(0)]).collect());
    let chosen = vec![(ServiceId(2), Some("v2".into()))];
    let taken = |world: &World| -> Vec<(u128, Option<String>)> {
        let items = &home(world).running.as_ref().expect("it runs").record.items;
        let of = items.iter().filter(|item| item.outcome == Outcome::Accepted);
        of.map(|item| (item.service.0, item.chosen.as_ref().map(ToString::to_string))).collect()
    };
    let mut some = all.clone();
    must(&mut some, Order { items: chosen, ..Order::environment(Action::DeployLatest) });
    assert_eq!(taken(&some), [(2, Some("v2".into()))]);
    let accepted = must(&mut all, Order::environment(Action::DeployLatest));
    assert_eq!(taken(&all), [(1, None), (2, None), (3, None)]);
    assert_eq!(accepted.skipped, [(ServiceId(4), Refusal::NotGit { kind: Kind::Container })]);
}

#[test]
fn who_waits_and_who_waits_no_more_is_stamped() {
    let mut world = containers(3);
    must(&mut world, on(Action::Stop, 1));
    let mut seen = world.revision;
    let mut changed = |world: &World| {
        let before = std::mem::replace(&mut seen, world.revision);
        assert!(world.revision > before && home(world).revision > before);
        (1..=3).filter(|id| get(world, *id).revision > before).collect::<Vec<_>>()
    };
    let waiting = must(&mut world, Order::subset(Action::Redeploy, [2, 3].map(ServiceId)));
    assert_eq!(changed(&world), [2, 3]);
    must(&mut world, on(Action::Cancel, 3));
    assert_eq!(changed(&world), [3]);
    world.take_back(waiting.id, worlds::ada()).expect("it waits");
    assert_eq!(changed(&world), [2]);
}

#[test]
fn a_cancel_of_a_service_that_waits_twice_takes_back_the_first_of_its_requests() {
    let mut world = containers(2);
    must(&mut world, on(Action::Stop, 1));
    let version = must(&mut world, version(2, "v2"));
    let mut later = world.clone();
    let again = must(&mut later, worlds::version(2, "v3"));
    must(&mut later, on(Action::Cancel, 2));
    let waits: Vec<_> = home(&later).queue.iter().map(|record| record.id).collect();
    assert_eq!(waits, [again.id], "the first of its own");
    assert_eq!(get(&later, 2).shown(), DeploymentQueued);
    must(&mut world, on(Action::Cancel, 2));
    assert_eq!((home(&world).queue.len(), get(&world, 2).shown()), (0, Deployed));
    let record = home(&world).record(version.id).expect("it is in the history");
    assert_eq!(record.canceled_by.as_ref(), Some(&worlds::ada()));
    assert_eq!(record.ended_at, Some(world.now));
    settle(&mut world);
    assert_eq!(status(&world, 2), Deployed);
}
