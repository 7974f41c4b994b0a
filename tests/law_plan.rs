//! What an action would do to a service, said before it is sent (law §4, §5).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use playhead::lifecycle::cancel::{Interruption, interruption};
use playhead::lifecycle::plan::{Effect, effect, judge};
use playhead::lifecycle::rolling::Pace;
use playhead::lifecycle::rule::{allowed, allowed_in_environment, subset_deploys_as};
use playhead::lifecycle::work::{Situation, Work, deployment, needs_build};
use playhead::lifecycle::{Action, Engine, Kind, Pods, Provider, Refusal, Scope, ServiceFacts, Source, Status, Sync};

const EVERY_KIND: [Kind; 8] = [
    Kind::Application,
    Kind::Container,
    Kind::ContainerDatabase,
    Kind::ManagedDatabase,
    Kind::LifecycleJob,
    Kind::CronJob,
    Kind::Helm,
    Kind::Unknown,
];
const SYNCS: [Sync; 3] = [Sync::NeverDeployed, Sync::OutOfDate, Sync::UpToDate];

fn facts(kind: Kind, status: Status) -> ServiceFacts {
    let (engine, provider) = (Engine::Postgresql, Provider::Aws);
    ServiceFacts { status, kind, source: Source::Git, engine, provider, pods: Pods::Running }
}

fn planned(action: Action, kind: Kind, status: Status, sync: Sync, up: bool) -> Effect {
    effect(action, Scope::Service, 1, &facts(kind, status), sync, up).expect("it is allowed")
}

#[test]
fn a_redeploy_applies_starts_or_touches_nothing() {
    for kind in Kind::ALL {
        for (sync, up, expected) in [
            (Sync::NeverDeployed, false, Effect::FirstDeployment),
            (Sync::NeverDeployed, true, Effect::FirstDeployment),
            (Sync::OutOfDate, false, Effect::Starts),
            (Sync::UpToDate, false, Effect::Starts),
            (Sync::OutOfDate, true, Effect::Applies),
            (Sync::UpToDate, true, Effect::NothingChanges),
        ] {
            let plan = planned(Action::Redeploy, kind, Status::Deployed, sync, up);
            assert_eq!(plan, expected, "{kind:?}, {sync:?}, up: {up}");
        }
    }
}

#[test]
fn the_other_actions_do_what_they_say_whatever_is_set_and_up() {
    for (sync, up) in SYNCS.into_iter().flat_map(|sync| [(sync, false), (sync, true)]) {
        let plan = |action, kind, status| planned(action, kind, status, sync, up);
        assert_eq!(plan(Action::Deploy, Kind::Helm, Status::Ready), Effect::FirstDeployment);
        assert_eq!(plan(Action::Restart, Kind::Container, Status::Deployed), Effect::Restarts);
        assert_eq!(plan(Action::DeployVersion, Kind::Application, Status::Building), Effect::DeploysVersion);
        assert_eq!(plan(Action::Cancel, Kind::Application, Status::Building), Effect::Canceled);
        let stops = Kind::ALL.map(|kind| plan(Action::Stop, kind, Status::Deployed));
        let pods = Effect::Stops;
        assert_eq!(stops, [pods, pods, pods, Effect::Pauses, Effect::RunsStopCommand, Effect::Unschedules, pods]);
    }
    let latest = effect(
        Action::DeployLatest,
        Scope::Environment,
        1,
        &facts(Kind::Application, Status::Deployed),
        Sync::UpToDate,
        true,
    );
    assert_eq!(latest, Ok(Effect::DeploysVersion));
}

#[test]
fn an_action_means_the_same_in_every_scope_but_for_the_first_deployment() {
    let statuses = || Status::KNOWN.into_iter().chain([Status::from_name("SOMETHING_NEW")]);
    for (kind, status) in EVERY_KIND.into_iter().flat_map(|kind| statuses().map(move |status| (kind, status))) {
        let facts = facts(kind, status.clone());
        for action in Action::ALL {
            let own = allowed(action, &facts).map(|()| action);
            assert_eq!(judge(action, Scope::Service, 1, &facts), own, "{facts:?}");
            let member = match action {
                Action::Deploy | Action::Redeploy => subset_deploys_as(&facts),
                Action::DeployVersion => Err(Refusal::ServiceOnly),
                Action::Restart | Action::Stop | Action::Cancel | Action::DeployLatest => own.clone(),
            };
            assert_eq!(judge(action, Scope::Subset, 1, &facts), member, "{facts:?}");
            let in_environment = match action {
                Action::Redeploy if status == Status::Ready && kind != Kind::Unknown => Ok(Action::Deploy),
                action => allowed_in_environment(action, &facts).map(|()| action),
            };
            assert_eq!(judge(action, Scope::Environment, 2, &facts), in_environment, "{action:?}: {facts:?}");
        }
    }
    let facts = facts(Kind::Container, Status::Deployed);
    assert_eq!(judge(Action::Restart, Scope::Subset, 2, &facts), Err(Refusal::SingleServiceOnly));
    let plan = effect(Action::Restart, Scope::Environment, 1, &facts, Sync::UpToDate, true);
    assert_eq!(plan, Err(Refusal::SingleServiceOnly), "who is left out has no effect");
}

#[test]
fn a_deployment_works_only_where_something_differs_or_is_not_up() {
    for kind in EVERY_KIND {
        for (differs, up) in [(false, false), (false, true), (true, false), (true, true)] {
            let work = |source, image| {
                let situation = Situation { kind, source, differs, up, image };
                (deployment(situation), needs_build(situation))
            };
            let expected = match kind {
                _ if up && !differs => Work::Nothing,
                Kind::LifecycleJob => Work::Execute,
                Kind::ManagedDatabase | Kind::CronJob | Kind::Unknown => Work::Apply,
                _ if up => Work::Pods(Pace::OneByOne),
                _ => Work::Pods(Pace::AllAtOnce),
            };
            for source in [Source::Image, Source::Chart, Source::None, Source::Unknown] {
                assert_eq!(work(source, false), (expected, false), "{kind:?} from {source:?}");
            }
            assert_eq!(work(Source::Git, true), (expected, false), "{kind:?}: the image exists");
            assert_eq!(work(Source::Git, false), (expected, expected != Work::Nothing), "{kind:?}");
        }
    }
}

#[test]
fn a_cancel_interrupts_what_builds_or_deploys_and_an_executing_job_only_by_force() {
    for kind in EVERY_KIND {
        for status in Status::KNOWN {
            for force in [false, true] {
                let expected = match (&status, kind, force) {
                    (Status::DeploymentQueued, ..) => Interruption::NotStarted,
                    (Status::Deploying, Kind::LifecycleJob, false) => Interruption::Ignores,
                    (Status::Deploying, Kind::LifecycleJob, true) => Interruption::Forced,
                    (Status::Building | Status::Deploying, ..) => Interruption::RollsBack,
                    (Status::Canceling, ..) => Interruption::UnderWay,
                    _ => Interruption::Stays,
                };
                assert_eq!(interruption(kind, &status, force), expected, "{kind:?}, {status:?}, {force}");
            }
        }
    }
}
