//! What an action will do to one service, in words: the effect is the law's, here are the details that are known of it.

use crate::console::format::{count, short_version};
use crate::console::state::row::ServiceRow;
use crate::lifecycle::Kind;
use crate::lifecycle::plan::Effect;

/// What `action` will do to this service, as one sentence without a full stop.
pub fn words(effect: Effect, row: &ServiceRow) -> String {
    match effect {
        Effect::FirstDeployment => match &row.version_desired {
            Some(version) => format!("First deployment, at {}", short_version(version)),
            None => "First deployment".into(),
        },
        Effect::Starts => match versions(row) {
            Some(versions) => format!("Starts again, {versions}"),
            None => "Starts again".into(),
        },
        Effect::Applies => versions(row).unwrap_or_else(|| "Its changed configuration is applied".into()),
        Effect::NothingChanges => "Nothing differs: no pod is touched".into(),
        Effect::DeploysVersion => "Deploys the chosen version".into(),
        Effect::Stops if row.kind == Kind::Helm => format!("{}; the release stays", pods_end(row)),
        Effect::Stops => format!("{}; attached storage is kept", pods_end(row)),
        Effect::Pauses => "It is paused at the cloud provider; its data is kept".into(),
        Effect::Unschedules => "Its schedule is switched off".into(),
        Effect::RunsStopCommand => match row.wire.schedule.as_ref().map(|schedule| schedule.on_stop.is_some()) {
            Some(true) => "Its stop command runs".into(),
            Some(false) => "It has no stop command: it is stopped at once".into(),
            None => "Its stop command runs; without one it is stopped at once".into(),
        },
        Effect::Restarts => match row.pods.len() {
            0 => "Its pods are replaced one by one, same version and configuration".into(),
            1 => "Its pod is replaced, same version and configuration".into(),
            pods => format!("{} are replaced one by one, same version and configuration", count(pods, "pod")),
        },
        // Cancels have a modal of their own, which says it of each service.
        Effect::Canceled => "Goes back to what it ran before".into(),
    }
}

fn versions(row: &ServiceRow) -> Option<String> {
    match (&row.version_running, &row.version_desired) {
        (Some(from), Some(to)) if from != to => Some(format!("{} → {}", short_version(from), short_version(to))),
        (Some(_) | None, Some(_) | None) => None,
    }
}

fn pods_end(row: &ServiceRow) -> String {
    match row.pods.len() {
        0 => "Its pods stop".into(),
        pods => format!("{} will stop", count(pods, "pod")),
    }
}
