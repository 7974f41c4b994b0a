//! The pipeline by itself (law §6): who starts when, in which slot, and who is left out.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use std::cell::RefCell;

use playhead::lifecycle::pipeline::{Course, Lane, Pipeline, Slots};

const BUILD: Lane = Lane::Build;
const DEPLOYMENT: Lane = Lane::Deployment;

fn pipeline(stages: &[&[usize]], builds: usize, deployments: usize) -> Pipeline {
    Pipeline::new(stages.iter().map(|stage| stage.to_vec()), Slots { builds, deployments })
}

/// Members from 10 on are built first.
fn lane(member: usize) -> Lane {
    if member >= 10 { BUILD } else { DEPLOYMENT }
}

/// All that can start now, in order.
fn started(pipeline: &mut Pipeline) -> Vec<(usize, Lane)> {
    let mut started = Vec::new();
    while let Some(next) = pipeline.start(lane) {
        assert!(started.len() < 100, "one is started again and again: {started:?}");
        started.push(next);
    }
    started
}

#[test]
fn inside_a_stage_they_start_in_order_as_long_as_a_slot_of_their_lane_is_free() {
    let mut line = pipeline(&[&[1, 10, 2, 11, 3, 12]], 2, 1);
    assert_eq!(started(&mut line), [(1, DEPLOYMENT), (10, BUILD), (11, BUILD)]);
    assert_eq!((line.active(), line.builds, line.deployments), (3, 2, 1));
    line.ended(DEPLOYMENT);
    assert_eq!(started(&mut line), [(2, DEPLOYMENT)], "the first of those that found no slot");
    line.ended(BUILD);
    assert_eq!(started(&mut line), [(12, BUILD)]);
    line.ended(DEPLOYMENT);
    assert_eq!(started(&mut line), [(3, DEPLOYMENT)]);
    assert_eq!((line.active(), started(&mut line)), (3, vec![]));
}

#[test]
fn of_no_slots_there_is_one() {
    assert_eq!(started(&mut pipeline(&[&[10, 11, 1, 2]], 0, 0)), [(10, BUILD), (1, DEPLOYMENT)]);
}

#[test]
fn the_next_stage_starts_when_nobody_of_this_one_is_under_way_or_waits() {
    let mut line = pipeline(&[&[1, 10], &[], &[2], &[3]], 1, 1);
    assert_eq!(started(&mut line), [(1, DEPLOYMENT), (10, BUILD)]);
    line.ended(DEPLOYMENT);
    assert_eq!(started(&mut line), [], "one still builds");
    line.built(10);
    assert_eq!((line.builds, started(&mut line)), (0, vec![]), "one waits for a deployment slot");
    assert_eq!(line.go_on(), Some(10));
    assert_eq!(started(&mut line), [], "one is deployed");
    line.ended(DEPLOYMENT);
    assert_eq!(started(&mut line), [(2, DEPLOYMENT)], "a stage without members is passed over");
    line.ended(DEPLOYMENT);
    assert_eq!(started(&mut line), [(3, DEPLOYMENT)]);
    line.ended(DEPLOYMENT);
    assert_eq!((started(&mut line), line.active()), (vec![], 0));
}

#[test]
fn a_built_member_goes_on_when_a_deployment_slot_is_free() {
    let mut line = pipeline(&[&[1, 10, 11]], 2, 1);
    started(&mut line);
    line.built(10);
    line.built(11);
    assert_eq!((line.go_on(), line.active(), line.builds), (None, 3, 0), "the slot is taken");
    line.ended(DEPLOYMENT);
    assert_eq!((line.go_on(), line.deployments, line.go_on()), (Some(10), 1, None));
    line.leave(11);
    line.ended(DEPLOYMENT);
    assert_eq!((line.go_on(), line.active()), (None, 0), "who left does not go on");
}

#[test]
fn who_leaves_takes_nobody_along() {
    let mut line = pipeline(&[&[10, 11, 12]], 3, 1);
    started(&mut line);
    for member in [10, 11, 12] {
        line.built(member);
    }
    line.leave(11);
    assert_eq!((line.go_on(), line.active()), (Some(10), 2));
    line.ended(DEPLOYMENT);
    assert_eq!(line.go_on(), Some(12));
}

#[test]
fn what_a_member_needs_is_asked_when_a_slot_is_free_and_not_before() {
    let asked = RefCell::new(Vec::new());
    let ask = |member: usize| {
        asked.borrow_mut().push(member);
        lane(member)
    };
    let mut line = pipeline(&[&[10, 1, 11, 2]], 1, 1);
    assert_eq!((line.start(ask), line.start(ask), line.start(ask)), (Some((10, BUILD)), Some((1, DEPLOYMENT)), None));
    assert_eq!(*asked.borrow(), [10, 1], "all slots are taken");
    line.ended(BUILD);
    assert_eq!((line.start(ask), line.start(ask)), (Some((11, BUILD)), None));
    assert_eq!(*asked.borrow(), [10, 1, 11]);
}

#[test]
fn who_needs_another_lane_by_now_is_looked_at_again_first() {
    let mut line = pipeline(&[&[10, 11], &[12]], 1, 1);
    assert_eq!(line.start(lane), Some((10, BUILD)));
    line.again(10, BUILD);
    assert_eq!((line.builds, line.deployments), (0, 0), "it gives its slot back");
    assert_eq!(line.start(|_| DEPLOYMENT), Some((10, DEPLOYMENT)));
    assert_eq!(started(&mut line), [(11, BUILD)]);
    // The last one of the last stage, and no stage is left.
    let mut last = pipeline(&[&[1]], 1, 1);
    started(&mut last);
    last.stages.clear();
    last.again(1, DEPLOYMENT);
    assert_eq!(last.start(|_| BUILD), Some((1, BUILD)));
}

#[test]
fn who_is_under_way_already_takes_a_slot_of_those_there_are_or_beyond() {
    let mut line = pipeline(&[&[1, 10]], 1, 1);
    for _ in 0..2 {
        line.adopt(BUILD);
        line.adopt(DEPLOYMENT);
    }
    assert_eq!((line.builds, line.deployments, line.active(), started(&mut line)), (2, 2, 4, vec![]));
    line.ended(DEPLOYMENT);
    assert_eq!(started(&mut line), [], "one is left, for one slot");
    line.ended(DEPLOYMENT);
    assert_eq!(started(&mut line), [(1, DEPLOYMENT)]);
    for _ in 0..2 {
        line.ended(BUILD);
    }
    assert_eq!(started(&mut line), [(10, BUILD)]);
}

#[test]
fn once_closed_nobody_starts_who_was_not_reached_is_told_once_and_who_is_under_way_goes_on() {
    let mut line = pipeline(&[&[1, 10, 11, 2, 3], &[], &[4, 12]], 1, 1);
    assert_eq!(started(&mut line), [(1, DEPLOYMENT), (10, BUILD)]);
    line.built(10);
    assert_eq!(started(&mut line), [(11, BUILD)], "two others are looked at: one has to wait");
    line.built(11);
    assert_eq!((started(&mut line), line.for_deployment.len()), (vec![], 2), "both wait for the one slot");
    assert_eq!(line.close(), [2, 3, 4, 12]);
    assert_eq!((line.course, line.close(), started(&mut line)), (Course::Closed, vec![], vec![]));
    line.ended(DEPLOYMENT);
    assert_eq!(line.go_on(), Some(10), "it is built, and goes on to its end");
    line.ended(DEPLOYMENT);
    assert_eq!(line.go_on(), Some(11));
    line.ended(DEPLOYMENT);
    assert_eq!(line.active(), 0);
}
