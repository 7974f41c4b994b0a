//! What the wire's words mean in the lifecycle's: read in one place by everybody who asks the rule.

use crate::api::live::{EnvironmentLive, QueuedRequest};
use crate::api::service::Service;
use crate::lifecycle::{Action, EnvironmentFacts, Kind, Pods, RunningStatus, Source, Status, Sync};

/// Whether a service is brought up: a Redeploy brings up what is not (law §5). `told` is what the server says of it;
/// where it says nothing, the status beneath and the running status tell it as well as they can.
pub fn is_up(told: Option<bool>, kind: Kind, running: &RunningStatus, beneath: &Status) -> bool {
    told.unwrap_or_else(|| match running {
        RunningStatus::Stopped => false,
        // That its last execution failed says nothing of one before.
        RunningStatus::Error => !kind.is_job(),
        RunningStatus::Starting
        | RunningStatus::Running
        | RunningStatus::Warning
        | RunningStatus::Stopping
        | RunningStatus::Completed
        | RunningStatus::Unknown => *beneath != Status::Stopped,
    })
}

/// Whether there is something to stop. `told` is whether the service is brought up, where the server says so; `any`,
/// whether it has a pod that is not being removed.
pub fn pods(told: Option<bool>, running: &RunningStatus, any: bool) -> Pods {
    match told {
        Some(up) if up || any => return Pods::Running,
        Some(_) => return Pods::None,
        None => {}
    }
    match running {
        RunningStatus::Unknown => Pods::Unknown,
        RunningStatus::Stopped if !any => Pods::None,
        // A job that has executed has something to stop: its schedule, or its stop command.
        RunningStatus::Stopped
        | RunningStatus::Completed
        | RunningStatus::Starting
        | RunningStatus::Running
        | RunningStatus::Warning
        | RunningStatus::Error
        | RunningStatus::Stopping => Pods::Running,
    }
}

/// The services that a waiting request is told to be of; none: of the environment. Deploy latest version is always the
/// environment's (law §4), also with a choice of services: they are named where they are fewer than have a git source.
pub fn named(from: &QueuedRequest, git: impl FnOnce() -> usize) -> &[String] {
    let chosen = || Action::from_name(&from.action) == Some(Action::DeployLatest) && from.services.len() < git();
    if from.scope != "ENVIRONMENT" || chosen() { &from.services } else { &[] }
}

/// What the rule looks at in an environment.
pub fn environment(from: &EnvironmentLive) -> EnvironmentFacts {
    EnvironmentFacts { ever_deployed: from.ever_deployed, cancelable: Some(from.cancelable) }
}

/// Whether what runs is what is desired; a word that is not known says nothing against it.
pub fn sync(name: &str) -> Sync {
    match name {
        "NEVER_DEPLOYED" => Sync::NeverDeployed,
        "OUT_OF_DATE" => Sync::OutOfDate,
        _ => Sync::UpToDate,
    }
}

/// What a service is; what is not known stays unknown (law §3).
pub fn kind(from: &Service) -> Kind {
    match (from.service_type.as_str(), from.mode.as_deref(), from.job_type.as_deref()) {
        ("APPLICATION", ..) => Kind::Application,
        ("DATABASE", Some("MANAGED"), _) => Kind::ManagedDatabase,
        ("DATABASE", ..) => Kind::ContainerDatabase,
        ("JOB", _, Some("CRON")) => Kind::CronJob,
        ("JOB", _, Some("LIFECYCLE") | None) => Kind::LifecycleJob,
        ("HELM", ..) => Kind::Helm,
        ("CONTAINER", ..) => Kind::Container,
        _ => Kind::Unknown,
    }
}

/// What a service is, in words; a kind that is not known as it came.
pub fn kind_words(from: &Service, kind: Kind) -> &str {
    match kind {
        Kind::Unknown => from.job_type.as_deref().unwrap_or(&from.service_type),
        known => known.words(),
    }
}

/// Where its code comes from.
pub fn source(from: &Service, kind: Kind) -> Source {
    let told = from.source.as_ref();
    match kind {
        Kind::Application => Source::Git,
        Kind::Container => Source::Image,
        Kind::ContainerDatabase | Kind::ManagedDatabase => Source::None,
        Kind::LifecycleJob | Kind::CronJob => match told {
            Some(source) if source.docker.is_some() => Source::Git,
            Some(source) if source.image.is_some() => Source::Image,
            Some(_) | None => Source::Unknown,
        },
        Kind::Helm => match told {
            Some(source) if source.git.is_some() => Source::Git,
            Some(_) | None => Source::Chart,
        },
        Kind::Unknown => Source::Unknown,
    }
}

/// The version that is configured, of whatever sort.
pub fn desired_version(from: &Service) -> Option<&str> {
    let source = from.source.as_ref();
    let image = source.and_then(|source| source.image.as_ref()).map(|image| image.tag.as_str());
    let chart = source.and_then(|source| source.repository.as_ref()).map(|chart| chart.chart_version.as_str());
    let built = source.and_then(|source| source.docker.as_ref().or(source.git.as_ref()));
    let repository = from.git_repository.as_ref().or(built.and_then(|built| built.git_repository.as_ref()));
    let git = repository.and_then(|git| git.deployed_commit_id.as_deref());
    from.tag.as_deref().or(from.version.as_deref()).or(image).or(chart).or(git)
}
