//! Transitions and rolling steps (law §5), every case of them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::collections::BTreeSet;

use playhead::lifecycle::rolling::{Pace, Sets, Step, next};
use playhead::lifecycle::transition::{Event, transition};
use playhead::lifecycle::{
    Action, Engine, Kind, Pods, Provider, ServiceFacts, Source, Status, allowed, allowed_in_subset,
};

const EVENTS: [Event; 16] = [
    Event::DeploymentQueued,
    Event::BuildStarted,
    Event::BuildFailed,
    Event::DeployStarted,
    Event::Deployed,
    Event::DeployFailed,
    Event::StopQueued,
    Event::StopStarted,
    Event::Stopped,
    Event::StopFailed,
    Event::RestartStarted,
    Event::Restarted,
    Event::RestartFailed,
    Event::CancelStarted,
    Event::Canceled,
    Event::RollbackFailed,
];

fn facts(status: &Status) -> ServiceFacts {
    ServiceFacts {
        status: status.clone(),
        kind: Kind::Application,
        source: Source::Git,
        engine: Engine::Unknown,
        provider: Provider::Aws,
        pods: Pods::Running,
    }
}

/// The statuses known to this version, and two it does not know.
fn statuses() -> Vec<Status> {
    let unknown = ["HIBERNATING", "HIBERNATION_ERROR"].map(Status::from_name);
    Status::KNOWN.into_iter().chain(unknown).collect()
}

#[test]
fn an_idle_status_can_start_exactly_what_the_rule_allows() {
    for status in statuses().into_iter().filter(|status| !status.in_progress()) {
        let facts = facts(&status);
        let starts = |event: Event| transition(&status, &event).is_some();
        let deploys = allowed_in_subset(Action::Deploy, 2, &facts).is_ok();
        assert_eq!(starts(Event::DeploymentQueued), deploys, "{status:?}");
        assert_eq!(starts(Event::DeploymentQueued), allowed(Action::DeployVersion, &facts).is_ok(), "{status:?}");
        assert_eq!(starts(Event::StopQueued), allowed(Action::Stop, &facts).is_ok(), "{status:?}");
        assert_eq!(starts(Event::RestartStarted), allowed(Action::Restart, &facts).is_ok(), "{status:?}");
    }
}

#[test]
fn a_deployment_can_be_interrupted_exactly_where_the_rule_allows_cancel() {
    for status in statuses() {
        let not_started = transition(&status, &Event::NotReached { had: Status::Deployed }).is_some();
        let stops = transition(&status, &Event::CancelStarted).is_some();
        let cancels = allowed(Action::Cancel, &facts(&status)).is_ok();
        let queued = status == Status::DeploymentQueued;
        assert_eq!(cancels, stops || (not_started && queued), "{status:?}");
    }
}

#[test]
fn no_event_leads_from_one_final_status_to_another() {
    for status in statuses().into_iter().filter(|status| !status.in_progress()) {
        for event in EVENTS {
            let after = transition(&status, &event);
            assert!(after.is_none_or(|after| after.in_progress()), "{status:?} {event:?}");
        }
    }
}

#[test]
fn every_status_in_progress_that_this_program_runs_has_a_way_to_its_end() {
    let foreign = [Status::DeleteQueued, Status::Deleting];
    for start in Status::KNOWN.into_iter().filter(|status| status.in_progress() && !foreign.contains(status)) {
        let mut reached = BTreeSet::from([start.clone()]);
        for _ in 0..EVENTS.len() {
            let more: Vec<Status> =
                reached.iter().flat_map(|status| EVENTS.map(|event| transition(status, &event))).flatten().collect();
            reached.extend(more);
        }
        assert!(reached.iter().any(|status| !status.in_progress()), "{start:?} never ends");
    }
}

#[test]
fn who_was_not_reached_gets_back_a_final_status_only() {
    for had in statuses() {
        let back = transition(&Status::DeploymentQueued, &Event::NotReached { had: had.clone() });
        assert_eq!(back, (!had.in_progress()).then_some(had));
    }
    assert_eq!(transition(&Status::Building, &Event::NotReached { had: Status::Ready }), None, "it was reached");
}

/// Lets a replacement go on to its end. Every step must keep `floor` pods ready. Returns the states it went through.
fn replace(pace: Pace, mut sets: Sets, floor: u32) -> Vec<Sets> {
    let mut states = vec![sets];
    for _ in 0..100 {
        match next(pace, sets) {
            Step::Start => {
                sets.coming += 1;
                sets.starting += 1;
            }
            Step::Wait => sets.starting -= 1,
            Step::Kill => sets.leaving -= 1,
            Step::Done => {
                assert_eq!((sets.coming, sets.leaving, sets.starting), (sets.wanted, 0, 0));
                return states;
            }
        }
        assert!(sets.coming - sets.starting + sets.leaving >= floor, "{sets:?} has fewer than {floor} ready");
        assert!(pace == Pace::AllAtOnce || sets.starting <= 1, "one by one: {sets:?}");
        states.push(sets);
    }
    panic!("it never ends: {sets:?}");
}

/// The whole way from `old` pods to `new` ones when every pod gets ready.
fn steps(pace: Pace, old: u32, new: u32) -> Vec<Step> {
    let mut sets = Sets { from: old, wanted: new, coming: 0, starting: 0, leaving: old };
    let mut steps = Vec::new();
    loop {
        assert!(steps.len() < 100, "it never ends: {steps:?}");
        let step = next(pace, sets);
        match step {
            Step::Start => (sets.coming, sets.starting) = (sets.coming + 1, sets.starting + 1),
            Step::Kill => sets.leaving -= 1,
            Step::Wait => sets.starting = 0,
            Step::Done => return steps,
        }
        steps.push(step);
    }
}

#[test]
fn the_steps_are_start_wait_kill_for_each_pod_in_turn() {
    use Step::{Kill, Start, Wait};
    assert_eq!(steps(Pace::OneByOne, 2, 2), [Start, Wait, Kill, Start, Wait, Kill]);
    assert_eq!(steps(Pace::OneByOne, 1, 3), [Start, Wait, Kill, Start, Wait, Start, Wait]);
    assert_eq!(steps(Pace::OneByOne, 3, 1), [Start, Wait, Kill, Kill, Kill]);
    assert_eq!(steps(Pace::OneByOne, 2, 0), [Kill, Kill]);
    assert_eq!(steps(Pace::AllAtOnce, 0, 2), [Start, Start, Wait]);
}

#[test]
fn an_update_and_its_rollback_from_any_moment_keep_the_smaller_count_ready() {
    for old in 0..=7 {
        for new in 0..=7 {
            let floor = old.min(new);
            let update = Sets { from: old, wanted: new, coming: 0, starting: 0, leaving: old };
            for moment in replace(Pace::OneByOne, update, floor) {
                // The pods in start are removed; the old set comes back, those of it that are left count already.
                let replaced = moment.coming - moment.starting;
                let from = replaced + moment.leaving;
                let back = Sets { from, wanted: old, coming: moment.leaving, starting: 0, leaving: replaced };
                replace(Pace::OneByOne, back, floor);
            }
        }
    }
}

#[test]
fn what_serves_nobody_is_started_all_at_once() {
    for new in 0..=7 {
        let states = replace(Pace::AllAtOnce, Sets { from: 0, wanted: new, coming: 0, starting: 0, leaving: 0 }, 0);
        assert!(states.iter().any(|state| state.starting == new));
    }
}
