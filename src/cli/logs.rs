//! `… logs`: the lines of a deployment, to its end if so asked. As JSON they are a list; followed, one value per line.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::facts::Member;
use super::failure::Failure;
use super::history;
use super::nouns::Lines;
use super::session::Session;
use crate::api::environment::Environment;
use crate::api::log::LogLine;

/// Among how many deployments the followed one is looked for.
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
    let mut deployment = lines.deployment.clone();
    if lines.follow && deployment.is_none() {
        // Named once, so that the next deployment does not take its place meanwhile.
        let newest = session.told(session.client.history(id, 1).await)?;
        deployment = newest.into_iter().next().map(|newest| newest.identifier.execution_id);
    }
    let mut printed: HashMap<String, usize> = HashMap::new();
    loop {
        // Asked before the lines are read: what is written meanwhile is not lost.
        let over = !lines.follow || is_over(session, environment, deployment.as_deref()).await?;
        let all = session.told(session.client.logs(id, deployment.as_deref()).await)?;
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
                    false => session.out.line(&text)?,
                }
            }
        }
        if over {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(lines.interval)).await;
    }
}

async fn is_over(session: &Session, environment: &Environment, deployment: Option<&str>) -> Result<bool, Failure> {
    let Some(deployment) = deployment else { return Ok(true) };
    let recent = session.told(session.client.history(history::id(environment)?, RECENT).await)?;
    let found = recent.iter().find(|one| one.identifier.execution_id == deployment);
    Ok(found.is_none_or(|one| !matches!(one.action_status.as_str(), "QUEUED" | "ONGOING" | "EXECUTING" | "CANCELING")))
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
    let message = line.message.as_ref().map(|message| message.safe_message.as_str());
    let error = line.error.as_ref().map(|error| match &error.hint_message {
        Some(hint) => format!("{} {hint}", error.user_log_message),
        None => error.user_log_message.clone(),
    });
    let text = error.as_deref().or(message).unwrap_or_default();
    let level = if line.level == "INFO" { String::new() } else { format!(" {}", line.level) };
    format!("{} {who}{step}{level}: {text}", line.timestamp)
}
