//! What the wire's words mean in the lifecycle's: read in one place by everybody who asks the rule.

use crate::api::service::Service;
use crate::lifecycle::{Kind, Pods, RunningStatus, Source, Sync};

/// Whether there are pods, as far as the running status tells.
pub fn pods(running: &RunningStatus, any: bool) -> Pods {
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
