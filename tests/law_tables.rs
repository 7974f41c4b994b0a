//! The rule against the tables of the law, every cell, and the whole rule as a snapshot a person can read.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic: that is how it fails")]

use playhead::lifecycle::rule::{allowed_in_environment, scope, subset_deploys_as};
use playhead::lifecycle::{
    Action, Engine, EnvironmentFacts, Kind, Pods, Provider, Refusal, Scope, ServiceFacts, Source, Status, allowed,
    allowed_in_subset, allowed_on_environment,
};

const LAW: &str = include_str!("../src/lifecycle/LAW.md");

/// The columns of section 3, in the law's order.
const COLUMNS: [Action; 6] =
    [Action::Deploy, Action::Redeploy, Action::Stop, Action::Restart, Action::Cancel, Action::DeployVersion];

/// A kind of service with all that makes a difference to the rule, under the name of the law's table.
struct Subject {
    name: &'static str,
    kind: Kind,
    source: Source,
    engine: Engine,
    provider: Provider,
}

impl Subject {
    fn facts(&self, status: Status, pods: Pods) -> ServiceFacts {
        let Subject { kind, source, engine, provider, .. } = *self;
        ServiceFacts { status, kind, source, engine, provider, pods }
    }
}

fn subjects() -> Vec<Subject> {
    let subject = |name, kind, source, engine, provider| Subject { name, kind, source, engine, provider };
    let (no, aws, gcp) = (Engine::Unknown, Provider::Aws, Provider::Gcp);
    vec![
        subject("Application", Kind::Application, Source::Git, no, aws),
        subject("Container", Kind::Container, Source::Image, no, aws),
        subject("Container database", Kind::ContainerDatabase, Source::None, Engine::Redis, gcp),
        subject("Managed database on AWS", Kind::ManagedDatabase, Source::None, Engine::Postgresql, aws),
        subject("Managed Redis on AWS", Kind::ManagedDatabase, Source::None, Engine::Redis, aws),
        subject("Managed database elsewhere", Kind::ManagedDatabase, Source::None, Engine::Mysql, gcp),
        subject("Lifecycle job from git", Kind::LifecycleJob, Source::Git, no, aws),
        subject("Lifecycle job from an image", Kind::LifecycleJob, Source::Image, no, aws),
        subject("Cron job from git", Kind::CronJob, Source::Git, no, aws),
        subject("Cron job from an image", Kind::CronJob, Source::Image, no, aws),
        subject("Helm chart", Kind::Helm, Source::Chart, no, aws),
        subject("Any other kind", Kind::Unknown, Source::Unknown, no, aws),
    ]
}

/// The word by which the law's tables name a refusal.
fn word(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NeverDeployed { .. } | Refusal::EnvironmentNeverDeployed => "never deployed",
        Refusal::AlreadyDeployed | Refusal::EnvironmentDeployed => "use Redeploy",
        Refusal::InProgress { .. } | Refusal::EnvironmentInProgress { .. } => "in progress",
        Refusal::NothingRuns { .. } => "nothing runs",
        Refusal::StopNeedsDeployment { .. } => "nothing deployed",
        Refusal::RestartNeedsOk { .. } => "not running well",
        Refusal::NothingToCancel { .. } => "nothing to cancel",
        Refusal::NotCancelable { .. } => "no deployment",
        Refusal::AlreadyCanceling => "canceling",
        Refusal::Deleted => "deleted",
        Refusal::Deleting => "deleting",
        Refusal::KindCannotRestart { .. } => "kind",
        Refusal::PauseOnAwsOnly { .. } => "AWS only",
        Refusal::RedisCannotPause => "Redis",
        Refusal::NoVersions { .. } => "no versions",
        Refusal::NotGit { .. } => "not git",
        Refusal::SingleServiceOnly => "single service only",
        Refusal::ServiceOnly => "one by one",
        Refusal::EnvironmentOnly => "environment only",
        Refusal::EmptyEnvironment => "empty",
        Refusal::NoneAllows { .. } => "none allows",
        Refusal::UnknownKind | Refusal::UnknownStatus { .. } => "unknown",
    }
}

fn cell(answer: &Result<(), Refusal>) -> &'static str {
    answer.as_ref().map_or_else(word, |()| "yes")
}

/// The rows of the law's table whose head line starts with `head`, without the head and the rule below it.
fn table(head: &str) -> Vec<Vec<String>> {
    let rows: Vec<Vec<String>> = LAW
        .lines()
        .skip_while(|line| !line.starts_with(head))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(rows.len() > 2, "the law has a table that starts with {head}");
    rows[2..].to_vec()
}

fn statuses(cell: &str) -> Vec<Status> {
    if cell == "any other name" {
        return vec![Status::from_name("SOMETHING_NEW"), Status::from_name("NEW_ERROR")];
    }
    cell.split(", ").map(Status::from_name).collect()
}

/// What the table by kind refuses, whatever the status.
fn refused_by_kind(subject: &Subject, action: Action) -> Option<String> {
    let rows = table("| kind |");
    let row = rows.iter().find(|row| row[0] == subject.name).expect("the table by kind names every subject");
    let column = match action {
        Action::Restart => 1,
        Action::Stop => 2,
        Action::DeployVersion => 3,
        Action::DeployLatest => 4,
        Action::Deploy | Action::Redeploy | Action::Cancel if subject.kind == Kind::Unknown => 1,
        Action::Deploy | Action::Redeploy | Action::Cancel => return None,
    };
    Some(row[column].clone()).filter(|cell| !cell.is_empty())
}

#[test]
fn every_cell_of_section_3_is_what_the_rule_says_for_every_kind() {
    let mut cells = 0;
    let mut named = Vec::new();
    for row in table("| shown status |") {
        for status in statuses(&row[0]) {
            named.push(status.clone());
            for subject in subjects() {
                for (column, action) in COLUMNS.into_iter().enumerate() {
                    for pods in [Pods::Running, Pods::None, Pods::Unknown] {
                        let expected = match (refused_by_kind(&subject, action), row[column + 1].as_str()) {
                            (Some(refused), _) => refused,
                            (None, "yes, if pods run") if pods == Pods::None => "nothing runs".into(),
                            (None, "yes, if pods run") => "yes".into(),
                            (None, cell) => cell.into(),
                        };
                        let answer = allowed(action, &subject.facts(status.clone(), pods));
                        assert_eq!(cell(&answer), expected, "{action:?} of {} in {status:?}, {pods:?}", subject.name);
                        cells += 1;
                    }
                }
            }
        }
    }
    for known in Status::KNOWN {
        assert!(named.contains(&known), "{known:?} has a row");
    }
    assert_eq!(cells, (Status::KNOWN.len() + 2) * subjects().len() * COLUMNS.len() * 3);
}

#[test]
fn deploy_latest_follows_the_column_of_deploy_other_version_for_git_sources() {
    for row in table("| shown status |") {
        for status in statuses(&row[0]) {
            for subject in subjects() {
                let answer =
                    allowed_in_environment(Action::DeployLatest, &subject.facts(status.clone(), Pods::Running));
                let expected = refused_by_kind(&subject, Action::DeployLatest).unwrap_or_else(|| row[6].clone());
                assert_eq!(cell(&answer), expected, "{} in {status:?}", subject.name);
            }
        }
    }
}

#[test]
fn every_cell_of_section_4_is_what_the_rule_says() {
    let application = &subjects()[0];
    for row in table("| action |") {
        let action = Action::ALL
            .into_iter()
            .find(|action| action.words() == row[0] || action.words() == format!("{} service", row[0]))
            .or((row[0] == "Cancel").then_some(Action::Cancel))
            .expect("the table names an action");
        for (column, wide) in Scope::ALL.into_iter().enumerate() {
            let answer = scope(action, wide, 2);
            match row[column + 1].as_str() {
                "yes" => assert_eq!(cell(&answer), "yes", "{action:?} on {wide:?}"),
                "as one" => {
                    assert_eq!(cell(&answer), "yes");
                    for status in Status::KNOWN {
                        let facts = application.facts(status, Pods::Running);
                        let (deploy, redeploy) = (allowed(Action::Deploy, &facts), allowed(Action::Redeploy, &facts));
                        let either = allowed_in_subset(action, 2, &facts);
                        assert_eq!(either.is_ok(), deploy.is_ok() || redeploy.is_ok(), "{facts:?}");
                        if let Ok(as_action) = subset_deploys_as(&facts) {
                            assert_eq!(allowed(as_action, &facts), Ok(()));
                        }
                    }
                }
                "if never deployed" => check_environment(action, false),
                "if ever deployed" => check_environment(action, true),
                refused => assert_eq!(cell(&answer), refused, "{action:?} on {wide:?}"),
            }
        }
    }
}

fn check_environment(action: Action, needs_deployed: bool) {
    let application = &subjects()[0];
    for (ever_deployed, status) in [(false, Status::Ready), (true, Status::Deployed)] {
        let services = [application.facts(status, Pods::Running)];
        let facts = EnvironmentFacts { ever_deployed, cancelable: Some(false) };
        let answer = allowed_on_environment(action, &facts, &services);
        assert_eq!(answer.is_ok(), ever_deployed == needs_deployed, "{action:?}: {answer:?}");
    }
}

/// One row per status, one column per action, one block per scope and per group of kinds that are treated alike.
#[test]
fn the_whole_rule_reads_like_this() {
    let mut statuses = Status::KNOWN.to_vec();
    statuses.push(Status::from_name("SOMETHING_NEW"));
    let mut text = String::new();
    for wide in Scope::ALL {
        let mut blocks: Vec<(Vec<&str>, String)> = Vec::new();
        for subject in subjects() {
            let block = block(&subject, wide, &statuses);
            match blocks.iter_mut().find(|(_, same)| *same == block) {
                Some((names, _)) => names.push(subject.name),
                None => blocks.push((vec![subject.name], block)),
            }
        }
        for (names, block) in blocks {
            text.push_str(&format!("== {wide:?}: {}\n{block}\n", names.join(", ")));
        }
    }
    insta::assert_snapshot!("rule", text);
}

fn block(subject: &Subject, wide: Scope, statuses: &[Status]) -> String {
    let line = |cells: Vec<String>| cells.join(" | ").trim_end().to_owned() + "\n";
    let mut head = vec![format!("{:24}", "status")];
    head.extend(Action::ALL.map(|action| format!("{:19}", action.name())));
    let mut text = line(head);
    for status in statuses {
        for (pods, suffix) in [(Pods::Running, ""), (Pods::None, ", no pods")] {
            // Only a canceled service is asked whether its pods run.
            if pods == Pods::None && *status != Status::Canceled {
                continue;
            }
            let facts = subject.facts(status.clone(), pods);
            let mut cells = vec![format!("{:24}", format!("{}{suffix}", status.name()))];
            for action in Action::ALL {
                let answer = match wide {
                    Scope::Service => allowed(action, &facts),
                    Scope::Subset => scope(action, wide, 2).and_then(|()| allowed_in_subset(action, 2, &facts)),
                    Scope::Environment => {
                        let environment = EnvironmentFacts { ever_deployed: status.ever_deployed(), cancelable: None };
                        allowed_on_environment(action, &environment, [&facts])
                    }
                };
                cells.push(format!("{:19}", cell(&answer)));
            }
            text.push_str(&line(cells));
        }
    }
    text
}

#[test]
fn what_is_not_told_never_refuses() {
    for subject in subjects() {
        for action in Action::ALL {
            for status in Status::KNOWN {
                let told = subject.facts(status.clone(), Pods::Running);
                let untold = ServiceFacts {
                    engine: Engine::Unknown,
                    provider: Provider::Unknown,
                    pods: Pods::Unknown,
                    ..told.clone()
                };
                if allowed(action, &told).is_ok() {
                    assert_eq!(allowed(action, &untold), Ok(()), "{action:?} of {} in {status:?}", subject.name);
                }
            }
        }
    }
}

#[test]
fn an_environment_without_services_refuses_everything() {
    for action in Action::ALL {
        let facts = EnvironmentFacts { ever_deployed: false, cancelable: None };
        let answer = allowed_on_environment(action, &facts, &[] as &[ServiceFacts]);
        assert_eq!(answer, Err(Refusal::EmptyEnvironment));
    }
}

#[test]
fn an_environment_offers_what_one_service_allows_and_needs_a_final_status_for_the_rest() {
    let application = &subjects()[0];
    let check = |statuses: &[Status], cancelable, action, expected: &str| {
        let services: Vec<_> = statuses.iter().map(|status| application.facts(status.clone(), Pods::Running)).collect();
        let ever_deployed = statuses.iter().any(Status::ever_deployed);
        let answer = allowed_on_environment(action, &EnvironmentFacts { ever_deployed, cancelable }, &services);
        assert_eq!(cell(&answer), expected, "{action:?} on {statuses:?}");
    };
    use Status::{BuildError, Building, Canceling, Deployed, Deploying, Ready, Stopped, Stopping};
    check(&[Ready, Ready], Some(false), Action::Deploy, "yes");
    check(&[Ready, Deployed], Some(false), Action::Deploy, "use Redeploy");
    check(&[Ready, Deployed], Some(false), Action::Redeploy, "yes");
    check(&[Ready, Stopped], Some(false), Action::Stop, "nothing runs");
    check(&[Ready, BuildError], Some(false), Action::Stop, "none allows");
    check(&[Stopped, Deployed], Some(false), Action::Stop, "yes");
    check(&[Deployed, Deploying], Some(true), Action::Redeploy, "in progress");
    check(&[Deployed, Deploying], Some(true), Action::Stop, "in progress");
    check(&[Deployed, Deploying], Some(true), Action::DeployLatest, "yes");
    check(&[Deployed, Building], Some(true), Action::Cancel, "yes");
    check(&[Deployed, Building], None, Action::Cancel, "yes");
    check(&[Deployed, Deployed], Some(false), Action::Cancel, "nothing to cancel");
    // A service waits for a deployment of its own while the environment's stop runs: nothing the environment can cancel.
    check(&[Stopping, Status::DeploymentQueued], Some(false), Action::Cancel, "nothing to cancel");
    check(&[Canceling, Deployed], Some(false), Action::Cancel, "canceling");
    check(&[Canceling, Deploying], Some(true), Action::Cancel, "yes");
    check(&[Deployed], Some(false), Action::Restart, "single service only");
    check(&[Deployed], Some(false), Action::DeployVersion, "one by one");
}

#[test]
fn a_selection_of_one_may_be_restarted_and_of_two_not() {
    let facts = subjects()[0].facts(Status::Deployed, Pods::Running);
    assert_eq!(allowed_in_subset(Action::Restart, 1, &facts), Ok(()));
    assert_eq!(allowed_in_subset(Action::Restart, 2, &facts), Err(Refusal::SingleServiceOnly));
}

#[test]
fn every_refusal_says_why_and_what_would_make_it_available() {
    let mut seen = std::collections::BTreeSet::new();
    for subject in subjects() {
        for action in Action::ALL {
            for status in Status::KNOWN.into_iter().chain([Status::from_name("SOMETHING_NEW")]) {
                for pods in [Pods::Running, Pods::None] {
                    let facts = subject.facts(status.clone(), pods);
                    for answer in [allowed(action, &facts), allowed_in_environment(action, &facts)] {
                        if let Err(refusal) = answer {
                            seen.insert(word(&refusal));
                            assert!(refusal.why().len() > 10 && !refusal.why().ends_with('.'), "{refusal:?}");
                            assert!(refusal.remedy().len() > 5 && !refusal.remedy().ends_with('.'), "{refusal:?}");
                        }
                    }
                }
            }
        }
    }
    assert!(seen.len() >= 19, "the rule gives distinct reasons: {seen:?}");
}
