//! Following by the contract's statuses, of a server that does not tell what became of a request.
//!
//! Invariant: it is over when nothing that is watched is in progress any more, and something has moved since before: the
//! statuses just after an action may still be those of the deployment before it.

use super::progress::Watched;
use super::{End, Look};
use crate::api::status::{ServiceStatus, Statuses};
use crate::cli::facts::last;
use crate::cli::output::part;
use crate::cli::snapshot::Snapshot;
use crate::client::Order;
use crate::lifecycle::{Action, Status};

/// What the statuses said before, to tell an end from a beginning.
pub struct Before {
    /// The services that are watched, with their names and what changes with each deployment; none told: `None`.
    watched: Vec<(String, String, Option<String>)>,
    /// The environment's last deployment, where the whole is watched.
    environment: Option<String>,
    action: Action,
    moved: bool,
}

impl Before {
    /// What they say before an order is sent.
    pub fn new(snapshot: &Snapshot, order: &Order) -> Before {
        let named = |id| order.items.is_empty() || order.items.iter().any(|item| item.service == id);
        let members = snapshot.services.iter().filter(|member| order.action == Action::Cancel || named(member.id));
        Before {
            watched: members.map(|member| (member.id.to_string(), member.name.clone(), member.last.clone())).collect(),
            environment: snapshot.plain.as_ref().map(|plain| {
                let date = plain.last_deployment_date.map(|date| date.to_string()).unwrap_or_default();
                format!("{} {date}", plain.last_deployment_id.as_deref().unwrap_or_default())
            }),
            action: order.action,
            moved: order.action == Action::Cancel,
        }
    }

    /// What they say now.
    pub fn look(&mut self, told: Statuses) -> Look {
        let find = |id: &str| told.iter().find(|status| status.id == id);
        let now: Vec<(&str, &ServiceStatus, bool)> = self
            .watched
            .iter()
            .filter_map(|(id, name, before)| {
                let status = find(id)?;
                Some((name.as_str(), status, before.as_ref().is_some_and(|before| *before != last(status))))
            })
            .collect();
        let state = |status: &ServiceStatus| Status::from_name(&status.state);
        let environment = told.environment.clone().unwrap_or_default();
        let whole = Status::from_name(&environment.state);
        let going = now.iter().filter(|(_, status, _)| goes_on(&state(status))).count();
        let date = environment.last_deployment_date.map(|date| date.to_string()).unwrap_or_default();
        let id = format!("{} {date}", environment.last_deployment_id.as_deref().unwrap_or_default());
        let other = self.environment.as_ref().is_some_and(|before| *before != id);
        let moves = going > 0 || now.iter().any(|(.., changed)| *changed) || other;
        self.moved = self.moved || moves;
        if !self.moved || going > 0 || (self.action == Action::Cancel && goes_on(&whole)) {
            let words = match (self.moved, told.environment.is_some() || !now.is_empty()) {
                (true, _) => format!("{}, {} at rest", whole.words(), part(now.len() - going, now.len())),
                (false, true) => "waits to begin".to_owned(),
                (false, false) => "the server tells no status of it".to_owned(),
            };
            let each = now.iter().map(|(name, status, _)| Watched { name: (*name).to_owned(), status: state(status) });
            return Look::GoesOn(words, each.collect());
        }
        let mut end = End::Succeeded;
        let mut lines = Vec::new();
        for (name, status, changed) in &now {
            let status = state(status);
            // A service with an old error that this deployment did not touch says nothing of it.
            let counts = *changed || now.len() == 1;
            if counts && status.is_error() {
                end = End::Failed;
            } else if counts && status == Status::Canceled && end == End::Succeeded {
                end = End::Canceled;
            }
            lines.push(format!("{name}: {}", status.words()));
        }
        if self.action == Action::Cancel {
            end = End::Succeeded;
        }
        Look::Over(end, lines, serde_json::to_value(&environment).unwrap_or_default())
    }
}

/// Whether it is none of the statuses that official clients take for final; an unknown one is not.
fn goes_on(status: &Status) -> bool {
    match status {
        Status::Unknown(name) => !name.ends_with("ERROR"),
        known => known.in_progress(),
    }
}
