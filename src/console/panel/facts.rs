//! What a service is made of, as it is configured: where its code comes from, and when it executes.

use leptos::prelude::*;

use crate::api::service::{GitRepository, Registry, Service};
use crate::console::element::{Child, view};

/// A list of facts; what is not told is not in it.
pub fn facts(of: &Service) -> AnyView {
    let told = told(of);
    let fact = |(term, words)| view! { <div><dt>{term}</dt> <dd>{words}</dd></div> };
    Child::view((!told.is_empty()).then(|| {
        view! { <dl class="facts">{told.into_iter().map(fact).collect::<Vec<_>>()}</dl> }
    }))
}

/// The facts there are, each with its name.
fn told(of: &Service) -> Vec<(&'static str, String)> {
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
    let facts = [
        ("Description", of.description.clone()),
        ("Repository", git.map(repository)),
        ("Branch", git.and_then(|git| git.branch.clone())),
        ("Image", of.image_name.clone().or(image.map(|image| image.image_name.clone()))),
        ("Chart", chart.map(|chart| chart.chart_name.clone())),
        (if chart.is_some() { "Chart repository" } else { "Registry" }, registry.map(place)),
        ("Schedule", cron.map(|cron| format!("{} ({})", cron.scheduled_at, cron.timezone))),
        ("Executed", executed.map(str::to_owned)),
    ];
    let known = |(term, words): (_, Option<String>)| Some((term, words.filter(|words| !words.trim().is_empty())?));
    facts.into_iter().filter_map(known).collect()
}

fn repository(git: &GitRepository) -> String {
    if git.url.is_empty() { git.name.clone() } else { git.url.clone() }
}

fn place(registry: &Registry) -> String {
    match (registry.name.as_str(), registry.url.as_str()) {
        (name, "") => name.to_owned(),
        ("", url) => url.to_owned(),
        (name, url) => format!("{name}, {url}"),
    }
}
