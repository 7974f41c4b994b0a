//! `… logs`: the lines of a deployment, to its end if so asked. As JSON they are a list; followed, one value per line.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::facts::Member;
use super::failure::Failure;
use super::history;
use super::session::Session;
use super::verbs::Lines;
use super::watch::patience::{Patience, given_up};
use super::watch::{COUNTED_INTERVAL, INTERVAL};
use crate::api::environment::Environment;
use crate::api::log::LogLine;
use crate::client::{self, logged};
use crate::lifecycle::EnvironmentId;

/// Among how many deployments it is looked for.
const RECENT: usize = 50;

/// Prints them.
pub async fn print(
    session: &Session,
    environment: &Environment,
    service: Option<&Member>,
    lines: &Lines,
) -> Result<(), Failure> {
    let id = history::id(environment)?;
    let only = service.map(|service| service.id.to_string());
    let deployment = match lines.deployment.clone() {
        Some(named) => Some(named),
        // Named once, so that the next deployment does not take its place meanwhile.
        None => newest(session, id, only.as_deref()).await?,
    };
    let Some(deployment) = deployment else {
        let name = service.map_or(&environment.name, |service| &service.name);
        session.out.progress(&format!("there is no log: none of the last {RECENT} deployments has {name} in it"));
        return if session.out.json && !lines.follow { session.out.json(&Value::Array(Vec::new())) } else { Ok(()) };
    };
    let interval = match lines.interval {
        Some(seconds) => Duration::from_secs(seconds),
        None => interval(session, lines.follow).await?,
    };
    let mut printed: HashMap<String, usize> = HashMap::new();
    let mut patience = Patience::new(lines.timeout);
    loop {
        let (over, all) = match look(session, id, &deployment, lines.follow).await {
            Err(error) if lines.follow && error.may_heal() => {
                let known = patience.is_tried();
                if !known {
                    // What counts is how long nothing was heard: a deployment may take its time.
                    patience = Patience::new(lines.timeout);
                }
                let (wait, words) = patience.failed(interval, &error);
                if patience.is_over() {
                    let words = given_up(session, &format!("the log of {}", environment.name), error);
                    return Err(Failure::NotEnded { words, about: None });
                }
                if !known {
                    session.out.progress(&words);
                }
                patience.wait(wait).await;
                continue;
            }
            told => session.told(told)?,
        };
        patience.succeeded();
        if session.out.json && !lines.follow {
            let wanted = all.iter().filter(|line| is_of(line, only.as_deref()));
            return session.out.json(&wanted.map(as_json).collect());
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        for line in all.iter().filter(|line| is_of(line, only.as_deref())) {
            let text = words(line);
            let times = seen.entry(text.clone()).or_default();
            *times += 1;
            let before = printed.entry(text.clone()).or_default();
            if *times > *before {
                *before = *times;
                match session.out.json {
                    true => session.out.json_line(&as_json(line))?,
                    false => told(session, &text)?,
                }
            }
        }
        if over {
            return Ok(());
        }
        tokio::time::sleep(interval).await;
    }
}

/// Prints a logged text. What is more than a line stands in from the others, so that none can pass for a line of its own.
fn told(session: &Session, text: &str) -> Result<(), Failure> {
    for (place, line) in logged::lines(text).iter().enumerate() {
        let indent = if place == 0 { "" } else { "    " };
        session.out.line(&format!("{indent}{line}"))?;
    }
    Ok(())
}

/// The last deployment, or the last that a service was in.
async fn newest(session: &Session, id: EnvironmentId, service: Option<&str>) -> Result<Option<String>, Failure> {
    let recent = session.told(session.client.history(id, RECENT).await)?;
    let mut fitting = recent.into_iter().filter(|one| service.is_none_or(|service| history::has(one, service)));
    Ok(fitting.next().map(|newest| newest.identifier.execution_id))
}

/// A look is two requests, which a server with only the public contract counts.
async fn interval(session: &Session, follow: bool) -> Result<Duration, Failure> {
    let more = follow && session.offered(session.client.capabilities().await)?.is_some();
    Ok(Duration::from_secs(if more { INTERVAL } else { 2 * COUNTED_INTERVAL }))
}

/// Whether the deployment is over, and its lines so far.
async fn look(
    session: &Session,
    id: EnvironmentId,
    deployment: &str,
    follow: bool,
) -> Result<(bool, Vec<LogLine>), client::Error> {
    let mut over = true;
    if follow {
        // Asked before the lines are read: what is written meanwhile is not lost.
        let recent = session.client.history(id, RECENT).await?;
        let found = recent.iter().find(|one| one.identifier.execution_id == deployment);
        over = found.is_none_or(|one| !one.goes_on());
    }
    Ok((over, session.client.logs(id, Some(deployment)).await?))
}

/// Whether a line is of this service; of none: any line.
fn is_of(line: &LogLine, service: Option<&str>) -> bool {
    service.is_none_or(|service| writer(line).is_some_and(|(id, _)| id == service))
}

fn as_json(line: &LogLine) -> Value {
    serde_json::to_value(line).unwrap_or_default()
}

/// Id and name of who wrote a line.
fn writer(line: &LogLine) -> Option<(&str, &str)> {
    line.details.transmitter.as_ref().map(|one| (one.id.as_str(), one.name.as_str()))
}

fn words(line: &LogLine) -> String {
    let who = writer(line).map_or("environment", |(_, name)| name);
    let step = line.details.stage.as_ref().map(|stage| format!(" {}", stage.step)).unwrap_or_default();
    let text = line.text();
    let level = if line.level == "INFO" { String::new() } else { format!(" {}", line.level) };
    format!("{} {who}{step}{level}: {text}", line.timestamp)
}
