//! What a service is made of, as it is configured: where its code comes from, when it executes, how it is reached and
//! probed.

use leptos::prelude::*;

use crate::api::details::{Detailed, Port, Probe, ServiceDetails, Storage, Volume};
use crate::api::service::{GitRepository, Registry, Service};
use crate::api::time::Time;
use crate::console::element::{Child, view};
use crate::console::format;
use crate::console::legible::{legible, plain};

/// A name, and what is told under it.
pub type Fact = (&'static str, Vec<String>);

/// What is configured of a service.
pub fn of_service(of: &Detailed<Service, ServiceDetails>) -> AnyView {
    facts(source(&of.plain).into_iter().chain(details(&of.details)))
}

/// A list of facts; what is not told is not in it.
pub fn facts(all: impl Iterator<Item = Fact>) -> AnyView {
    let told: Vec<_> = all.filter_map(known).collect();
    let fact = |(term, all): Fact| {
        let words = all.iter().map(|words| view! { <dd>{plain(words.into()).into_owned()}</dd> }).collect::<Vec<_>>();
        view! { <div><dt>{term}</dt> {words}</div> }
    };
    Child::view((!told.is_empty()).then(|| {
        view! { <dl class="facts facts-ruled">{told.into_iter().map(fact).collect::<Vec<_>>()}</dl> }
    }))
}

/// A fact of which something is told.
fn known((term, all): Fact) -> Option<Fact> {
    let all: Vec<String> = all.into_iter().filter(|words| !words.trim().is_empty()).collect();
    (!all.is_empty()).then_some((term, all))
}

/// A fact of one value.
pub fn one(term: &'static str, words: Option<String>) -> Fact {
    (term, words.into_iter().collect())
}

/// What it is, and where it comes from.
fn source(of: &Service) -> Vec<Fact> {
    let source = of.source.as_ref();
    let built = source.and_then(|source| source.docker.as_ref().or(source.git.as_ref()));
    let git = of.git_repository.as_ref().or(built.and_then(|git| git.git_repository.as_ref()));
    let image = source.and_then(|source| source.image.as_ref());
    let chart = source.and_then(|source| source.repository.as_ref());
    let registry = of.registry.as_ref().or(image.map(|image| &image.registry)).or(chart.map(|chart| &chart.repository));
    let schedule = of.schedule.as_ref();
    let cron = schedule.and_then(|schedule| schedule.cronjob.as_ref());
    let executed = schedule.map(|schedule| match (schedule.on_start.is_some(), schedule.on_stop.is_some()) {
        (true, true) => "With a deployment, and with a stop",
        (true, false) => "With a deployment",
        (false, true) => "With a stop",
        (false, false) => "",
    });
    let engine = of.engine.as_ref().map(|engine| format!("{engine} {}", of.version.as_deref().unwrap_or_default()));
    vec![
        one("Description", of.description.clone()),
        one("Engine", engine),
        one("Repository", git.map(repository)),
        one("Branch", git.and_then(|git| git.branch.clone())),
        one("Image", of.image_name.clone().or(image.map(|image| image.image_name.clone()))),
        one("Chart", chart.map(|chart| chart.chart_name.clone())),
        one(if chart.is_some() { "Chart repository" } else { "Registry" }, registry.map(place)),
        one("Schedule", cron.map(|cron| format!("{} ({})", cron.scheduled_at, cron.timezone))),
        one("Executed", executed.map(str::to_owned)),
    ]
}

fn repository(git: &GitRepository) -> String {
    if git.url.is_empty() { git.name.clone() } else { git.url.clone() }
}

fn place(registry: &Registry) -> String {
    match (registry.name.as_str(), registry.url.as_str()) {
        (name, "") => name.to_owned(),
        ("", url) => url.to_owned(),
        (name, url) => format!("{}, {}", legible(name), legible(url)),
    }
}

/// How it is built, reached, probed and kept.
fn details(of: &ServiceDetails) -> Vec<Fact> {
    let address = of.host.as_ref().map(|host| match of.port {
        Some(port) => format!("{}:{port}", legible(host)),
        None => host.clone(),
    });
    let reached = of.accessibility.as_deref().map(|name| match name {
        "PRIVATE" => "From the cluster only".to_owned(),
        "PUBLIC" => "From everywhere".to_owned(),
        other => other.to_owned(),
    });
    let probes = of.healthchecks.clone().unwrap_or_default();
    let seconds = |seconds: Option<u64>| seconds.filter(|seconds| *seconds > 0).map(self::seconds);
    let again = of.max_nb_restart.map(|times| match times {
        0 => "Not tried again".to_owned(),
        times => format!("Tried again {times} times at most"),
    });
    let stored = match &of.storage {
        Some(Storage::Size(size)) => vec![format!("{size} GB")],
        Some(Storage::Volumes(all)) => all.iter().map(volume).collect(),
        None => Vec::new(),
    };
    vec![
        one("Dockerfile", of.dockerfile_path.clone()),
        one("Architecture", of.cpu_architecture.clone()),
        one("Instance type", of.instance_type.clone()),
        one("Time limit", seconds(of.max_duration_seconds).or(seconds(of.timeout_sec))),
        one("When it fails", again),
        ("Ports", of.ports.iter().map(port).collect()),
        one("Address", address),
        one("Reached", reached),
        one("Readiness probe", probes.readiness_probe.as_ref().and_then(probe)),
        one("Liveness probe", probes.liveness_probe.as_ref().and_then(probe)),
        ("Storage", stored),
        one(
            "Auto-deploy",
            of.auto_deploy.map(|on| (if on { "On: a new version is deployed by itself" } else { "Off" }).to_owned()),
        ),
        one("Created", moment(of.created_at)),
        one("Changed", moment(of.updated_at.filter(|at| Some(*at) != of.created_at))),
    ]
}

/// A moment, in words.
pub fn moment(time: Option<Time>) -> Option<String> {
    time.map(|time| format::moment(time.0))
}

fn seconds(seconds: u64) -> String {
    format::duration(i64::try_from(seconds).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000))
}

/// "20 GB at /var/cache"
fn volume(volume: &Volume) -> String {
    let place = legible(&volume.mount_point);
    volume.size.map_or_else(|| place.to_string(), |size| format!("{size} GB at {place}"))
}

/// "web: HTTP 8080, public on 443"
fn port(port: &Port) -> String {
    let name = [&port.service_name, &port.name].into_iter().flatten().find(|name| !name.is_empty());
    let name = name.map(|name| format!("{}: ", legible(name))).unwrap_or_default();
    let number = port.internal_port.map(|number| format!(" {number}")).unwrap_or_default();
    let from = match (port.publicly_accessible, port.external_port) {
        (Some(false), _) => ", in the cluster only".to_owned(),
        (Some(true) | None, Some(external)) => format!(", public on {external}"),
        (Some(true), None) => ", public".to_owned(),
        (None, None) => String::new(),
    };
    format!("{name}{}{number}{from}", legible(&port.protocol))
}

/// "HTTP /health on 8080, first after 30 s, every 10 s, 5 s to answer, fails after 3"
fn probe(probe: &Probe) -> Option<String> {
    let on = |port: Option<u32>| port.map(|port| format!(" on {port}")).unwrap_or_default();
    let kind = &probe.kind;
    let asks = match (&kind.http, &kind.tcp, &kind.grpc, &kind.exec) {
        (Some(http), ..) => {
            let scheme = legible(http.scheme.as_deref().unwrap_or("HTTP"));
            format!("{scheme} {}{}", legible(http.path.as_deref().unwrap_or("/")), on(http.port))
        }
        (_, Some(tcp), ..) => format!("TCP{}", on(tcp.port)),
        (_, _, Some(grpc), _) => format!("gRPC{}", on(grpc.port)),
        (_, _, _, Some(exec)) => format!("Command {}", plain(exec.command.join(" ").into())),
        (None, None, None, None) => return None,
    };
    let told = [
        probe.initial_delay_seconds.filter(|after| *after > 0).map(|after| format!("first after {}", seconds(after))),
        probe.period_seconds.map(|period| format!("every {}", seconds(period))),
        probe.timeout_seconds.map(|timeout| format!("{} to answer", seconds(timeout))),
        probe.failure_threshold.map(|failures| format!("fails after {failures}")),
    ];
    Some(std::iter::once(asks).chain(told.into_iter().flatten()).collect::<Vec<_>>().join(", "))
}
