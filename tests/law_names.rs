//! The names of things (law §1, §2, §4): each is read back as what it was written as, and has its word for a person.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use std::fmt::Debug;

use playhead::lifecycle::{
    Action, Engine, EnvironmentId, Kind, NotAnId, Note, Provider, Queue, RequestId, RunningStatus, ServiceId, StageId,
    Status, Sync,
};
use playhead::simulator::{Actor, Origin, Progress};

/// An id in its longest, its shortest, and a form of which no two digits are the same place.
const IDS: [(u128, &str); 4] = [
    (0, "00000000-0000-0000-0000-000000000000"),
    (u128::MAX, "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    (0x0123_4567_89ab_cdef_fedc_ba98_7654_3210, "01234567-89ab-cdef-fedc-ba9876543210"),
    (0xf0e1_d2c3_b4a5_9687_7869_5a4b_3c2d_1e0f, "f0e1d2c3-b4a5-9687-7869-5a4b3c2d1e0f"),
];

#[test]
fn an_id_is_a_uuid_and_is_read_back() {
    for (value, text) in IDS {
        assert_eq!((ServiceId(value).to_string().as_str(), text.parse()), (text, Ok(ServiceId(value))));
        assert_eq!((EnvironmentId(value).to_string().as_str(), text.parse()), (text, Ok(EnvironmentId(value))));
        assert_eq!((StageId(value).to_string().as_str(), text.parse()), (text, Ok(StageId(value))));
        assert_eq!((RequestId(value).to_string().as_str(), text.parse()), (text, Ok(RequestId(value))));
        assert_eq!(text.to_uppercase().parse(), Ok(ServiceId(value)), "capitals are read too");
    }
}

#[test]
fn what_is_no_uuid_is_said_so() {
    for text in [
        "",
        "1",
        "0123456789abcdeffedcba9876543210",
        "01234567-89ab-cdef-fedc-ba987654321",
        "01234567-89ab-cdef-fedc-ba98765432100",
        "01234567089ab-cdef-fedc-ba9876543210",
        "01234567-89ab0cdef-fedc-ba9876543210",
        "01234567-89ab-cdef0fedc-ba9876543210",
        "01234567-89ab-cdef-fedc0ba9876543210",
        "0123456--89ab-cdef-fedc-ba9876543210",
        "g1234567-89ab-cdef-fedc-ba9876543210",
    ] {
        assert_eq!(text.parse::<ServiceId>(), Err(NotAnId), "{text}");
    }
    assert!(NotAnId.to_string().contains("8-4-4-4-12"));
}

/// Each of them with its name, and how a name is read.
fn check<T: Copy + PartialEq + Debug>(names: &[(T, &str)], name: fn(T) -> &'static str, read: fn(&str) -> T) {
    for (it, expected) in names {
        assert_eq!((name(*it), read(expected)), (*expected, *it));
    }
}

#[test]
fn wire_names_are_read_back_and_others_are_unknown() {
    check(
        &[
            (Engine::Postgresql, "POSTGRESQL"),
            (Engine::Mysql, "MYSQL"),
            (Engine::Mongodb, "MONGODB"),
            (Engine::Redis, "REDIS"),
            (Engine::Unknown, "UNKNOWN"),
        ],
        Engine::name,
        Engine::from_name,
    );
    check(
        &[
            (Provider::Aws, "AWS"),
            (Provider::Gcp, "GCP"),
            (Provider::Azure, "AZURE"),
            (Provider::Scaleway, "SCW"),
            (Provider::OnPremise, "ON_PREMISE"),
            (Provider::Unknown, "UNKNOWN"),
        ],
        Provider::name,
        Provider::from_name,
    );
    assert_eq!((Engine::from_name("ORACLE"), Provider::from_name("MOON")), (Engine::Unknown, Provider::Unknown));
    for action in Action::ALL {
        assert_eq!(Action::from_name(action.name()), Some(action));
    }
    assert_eq!(Action::from_name("EXPLODE"), None);
    let syncs = [Sync::NeverDeployed, Sync::OutOfDate, Sync::UpToDate].map(Sync::name);
    assert_eq!(syncs, ["NEVER_DEPLOYED", "OUT_OF_DATE", "UP_TO_DATE"]);
}

#[test]
fn an_origin_is_read_back_and_one_that_is_not_known_is_kept() {
    let known = [(Origin::Console, "CONSOLE"), (Origin::Api, "API"), (Origin::Cli, "CLI"), (Origin::CiCd, "CI_CD")];
    for (origin, name) in known.into_iter().chain([(Origin::Other("TERRAFORM".into()), "TERRAFORM")]) {
        assert_eq!((origin.name(), Origin::from_name(name)), (name, origin.clone()));
    }
    assert_eq!(Actor::console("Ada").origin, Origin::Console);
}

#[test]
fn a_request_waits_under_the_queued_status_of_its_action_and_a_cancel_never_waits() {
    let queues = Action::ALL.map(|action| (action, action.queue().map(Queue::status)));
    for (action, status) in queues {
        let expected = match action {
            Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => {
                Some(Status::DeploymentQueued)
            }
            Action::Stop => Some(Status::StopQueued),
            Action::Restart => Some(Status::RestartQueued),
            Action::Cancel => None,
        };
        assert_eq!(status, expected, "{action:?}");
    }
    for status in Status::KNOWN {
        let waits = [Queue::Deployment, Queue::Stop, Queue::Restart].map(Queue::status).contains(&status);
        assert_eq!(status.queue().map(Queue::status), waits.then_some(status));
    }
}

#[test]
fn everything_has_its_own_word_for_a_person() {
    let differ = |what: &str, words: &[&str]| {
        for (place, word) in words.iter().enumerate() {
            assert!(word.len() > 2 && !words[..place].contains(word), "{what}: {words:?}");
        }
    };
    differ("actions", &Action::ALL.map(Action::words));
    differ("kinds", &Kind::ALL.map(Kind::words));
    differ("running statuses", &RunningStatus::ALL.map(RunningStatus::words));
    differ("progress", &PROGRESS.map(|(progress, _)| progress.words()));
    let providers = [Provider::Aws, Provider::Gcp, Provider::Azure, Provider::Scaleway, Provider::OnPremise];
    differ("providers", &providers.map(Provider::words));
    assert_eq!((Kind::Unknown.words(), Provider::Unknown.words()), ("Unknown kind", "an unknown provider"));
    assert_eq!((Status::Deployed.to_string().as_str(), Status::Ready.words()), ("Deployment OK", "Ready"));
    assert_eq!(RunningStatus::from_name("NAPPING"), RunningStatus::Unknown);
    assert_eq!(Note::TakenBack.to_string(), "taken back before it started");
}

/// How far a request can be, and whether it is over.
const PROGRESS: [(Progress, bool); 7] = [
    (Progress::Waiting, false),
    (Progress::Running, false),
    (Progress::Succeeded, true),
    (Progress::Failed, true),
    (Progress::Canceled, true),
    (Progress::TakenBack, true),
    (Progress::NothingToDo, true),
];

#[test]
fn a_request_is_over_unless_it_waits_or_runs() {
    for (progress, over) in PROGRESS {
        assert_eq!(progress.ended(), over, "{progress:?}");
    }
}

#[test]
fn databases_and_jobs_are_two_kinds_each() {
    let of = |which: fn(Kind) -> bool| Kind::ALL.into_iter().filter(|kind| which(*kind)).collect::<Vec<_>>();
    assert_eq!(of(Kind::is_database), [Kind::ContainerDatabase, Kind::ManagedDatabase]);
    assert_eq!(of(Kind::is_job), [Kind::LifecycleJob, Kind::CronJob]);
    assert_eq!(of(Kind::keeps_pods_up), [Kind::Application, Kind::Container, Kind::ContainerDatabase]);
}

#[test]
fn what_ends_in_error_is_an_error_and_nothing_else() {
    for status in Status::KNOWN.into_iter().chain(["NEW", "NEW_ERROR"].map(Status::from_name)) {
        assert_eq!(status.is_error(), status.name().ends_with("ERROR"), "{status:?}");
    }
}
