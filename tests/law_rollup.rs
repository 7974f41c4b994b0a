//! The environment's status and running status (law §2, §7).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic: that is how it fails")]

use playhead::lifecycle::rollup::{environment_running, environment_status, managed_running};
use playhead::lifecycle::{Class, Kind, Queue, RunningStatus, Status};

fn check(services: &[&str], expected: &str) {
    let statuses: Vec<Status> = services.iter().map(|name| Status::from_name(name)).collect();
    assert_eq!(environment_status(&statuses).name(), expected, "{services:?}");
    let reversed: Vec<&Status> = statuses.iter().rev().collect();
    assert_eq!(environment_status(reversed).name(), expected, "{services:?} in another order");
}

#[test]
fn the_examples_of_the_law() {
    check(&[], "READY");
    check(&["BUILDING", "DEPLOYMENT_QUEUED", "DEPLOYMENT_QUEUED", "DEPLOYMENT_QUEUED"], "BUILDING");
    check(&["RESTARTED"], "DEPLOYED");
    check(&["CANCELED", "DEPLOYED"], "DEPLOYED");
    check(&["STOPPED", "READY"], "STOPPED");
    check(&["READY", "READY"], "READY");
    check(&["DEPLOYED", "DEPLOYMENT_ERROR"], "DEPLOYMENT_ERROR");
}

#[test]
fn of_any_two_statuses_the_one_earlier_in_the_law_wins() {
    let order = [
        "CANCELING",
        "STOPPING",
        "RESTARTING",
        "DEPLOYING",
        "BUILDING",
        "DEPLOYMENT_QUEUED",
        "STOP_QUEUED",
        "RESTART_QUEUED",
        "SOMETHING_NEW",
        "DEPLOYMENT_ERROR",
        "BUILD_ERROR",
        "STOP_ERROR",
        "RESTART_ERROR",
        "DEPLOYED",
        "CANCELED",
        "STOPPED",
        "READY",
    ];
    for (place, first) in order.iter().enumerate() {
        for second in &order[place..] {
            check(&[first, second], first);
        }
    }
}

#[test]
fn unknown_names_are_kept_count_as_in_progress_and_errors_are_final() {
    let unknown = Status::from_name("WAITING_FOR_GODOT");
    assert_eq!(
        (unknown.name(), unknown.words(), unknown.class()),
        ("WAITING_FOR_GODOT", "WAITING_FOR_GODOT", Class::InProgress)
    );
    assert_eq!(Status::from_name("QUANTUM_ERROR").class(), Class::Error);
    assert_eq!(Status::from_name("QUEUED"), Status::DeploymentQueued);
    check(&["WAITING_FOR_GODOT", "DEPLOYMENT_QUEUED"], "DEPLOYMENT_QUEUED");
    check(&["WAITING_FOR_GODOT", "DEPLOYMENT_ERROR"], "WAITING_FOR_GODOT");
    check(&["QUANTUM_ERROR", "DEPLOYED"], "QUANTUM_ERROR");
    check(&["QUANTUM_ERROR", "DELETE_ERROR"], "DELETE_ERROR");
}

#[test]
fn every_known_name_is_read_back() {
    for status in Status::KNOWN {
        assert_eq!(Status::from_name(status.name()), status);
    }
    for status in RunningStatus::ALL {
        assert_eq!(RunningStatus::from_name(status.name()), status);
    }
}

#[test]
fn a_waiting_request_covers_an_idle_status_and_only_that() {
    for status in Status::KNOWN {
        for queue in [Queue::Deployment, Queue::Stop, Queue::Restart] {
            let expected = if status.in_progress() { status.clone() } else { queue.status() };
            assert_eq!(status.shown(Some(queue)), expected);
        }
        assert_eq!(status.shown(None), status);
    }
}

#[test]
fn the_running_status_looks_at_what_should_run() {
    use RunningStatus::{Completed, Error, Running, Starting, Stopped, Stopping, Unknown, Warning};
    let app = |pods| (Kind::Application, Status::Deployed, pods);
    let check = |services: &[(Kind, Status, RunningStatus)], expected| {
        let answer = environment_running(services.iter().map(|(kind, status, pods)| (*kind, status, *pods)));
        assert_eq!(answer, expected, "{services:?}");
    };
    check(&[], Stopped);
    check(&[app(Running), app(Running)], Running);
    check(&[app(Running), app(Stopped)], Running);
    check(&[app(Running), app(Error)], Warning);
    check(&[app(Running), app(Warning)], Warning);
    check(&[app(Error), app(Error)], Error);
    check(&[app(Error), app(Stopped)], Error);
    check(&[app(Running), app(Starting), app(Stopping)], Starting);
    check(&[app(Running), app(Stopping)], Stopping);
    check(&[app(Stopped), app(Stopped)], Stopped);
    check(&[app(Unknown), app(Unknown)], Unknown);
    check(&[app(Unknown), app(Running)], Running);
    check(&[app(Running), (Kind::Application, Status::Ready, Error)], Running);
    check(&[app(Running), (Kind::LifecycleJob, Status::Deployed, Completed)], Running);
    check(&[(Kind::CronJob, Status::Deployed, Completed)], Stopped);
    // A managed database has no pods: its deployment status counts.
    check(&[(Kind::ManagedDatabase, Status::Deployed, Unknown)], Running);
    check(&[(Kind::ManagedDatabase, Status::Stopped, Unknown), app(Running)], Running);
    check(&[(Kind::ManagedDatabase, Status::DeploymentError, Unknown), app(Running)], Warning);
}

/// All that a service can tell of its pods, in every mixture of up to four services, against the sentence of the law.
#[test]
fn every_mixture_of_running_statuses_is_what_the_law_says() {
    use RunningStatus::{Completed, Error, Running, Starting, Stopped, Stopping, Unknown, Warning};
    let mut mixtures = vec![vec![]];
    for _ in 0..4 {
        let longer = |mixture: &Vec<RunningStatus>| {
            let mixture = mixture.clone();
            RunningStatus::ALL.map(move |pods| [mixture.clone(), vec![pods]].concat())
        };
        let more: Vec<_> = mixtures.iter().flat_map(longer).collect();
        mixtures.extend(more);
    }
    for mixture in mixtures {
        let has = |pods| mixture.contains(&pods);
        // Not those that are stopped, have completed, or do not say.
        let mut should_run = mixture.iter().filter(|pods| !matches!(**pods, Stopped | Completed | Unknown)).peekable();
        let expected = if should_run.peek().is_none() {
            if has(Unknown) && !has(Stopped) && !has(Completed) { Unknown } else { Stopped }
        } else if should_run.all(|pods| *pods == Error) {
            Error
        } else {
            let order = [Error, Warning, Starting, Stopping, Running].into_iter().find(|pods| has(*pods));
            order.map_or(Stopped, |first| if first == Error { Warning } else { first })
        };
        let services = mixture.iter().map(|pods| (Kind::Container, &Status::Deployed, *pods));
        assert_eq!(environment_running(services), expected, "{mixture:?}");
    }
}

#[test]
fn a_managed_database_runs_as_its_deployment_status_says() {
    for status in Status::KNOWN {
        let expected = match status {
            Status::Deployed | Status::Restarted | Status::StopError | Status::RestartError => "RUNNING",
            Status::Deploying | Status::Restarting => "STARTING",
            Status::Stopping => "STOPPING",
            Status::DeploymentError => "ERROR",
            Status::Stopped | Status::Deleted | Status::Ready => "STOPPED",
            _ => "UNKNOWN",
        };
        assert_eq!(managed_running(&status).name(), expected, "{status:?}");
    }
}
