//! What a cancel means here and now: the running deployment, or requests that wait and are taken back (law §4, §5).

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::With;

use crate::console::format::short_version;
use crate::console::route::Target;
use crate::console::state::Store;
use crate::console::state::row::{Queued, Running, ServiceRow};
use crate::lifecycle::cancel::{Interruption, interruption};
use crate::lifecycle::{Action, ServiceId};

/// What is canceled.
#[derive(Clone, Debug, PartialEq)]
pub struct Aborting {
    /// The running deployment, if the cancel acts on it.
    pub running: Option<Running>,
    /// Waiting requests that are taken back: of those asked for that are no part of the running deployment, which wins
    /// where both hold.
    pub waiting: Vec<Queued>,
    /// How many other requests wait, and go on.
    pub going_on: usize,
}

impl Aborting {
    /// What a cancel of the target acts on.
    pub fn of(store: Store, target: Target) -> Aborting {
        let (queue, running) = (store.queue(), store.deployment());
        let members = match target {
            Target::Environment(_) => None,
            Target::Service { service, .. } => Some(BTreeSet::from([service])),
            Target::Subset { .. } => Some(store.selection().with(|chosen| chosen.services().collect())),
        };
        let running = running.filter(|running| running.cancelable || running.canceling).filter(|running| {
            members.as_ref().is_none_or(|members| running.services.iter().any(|(id, ..)| members.contains(id)))
        });
        let mut members = members.unwrap_or_default();
        for (id, ..) in running.iter().flat_map(|running| &running.services) {
            members.remove(id);
        }
        let waiting = queue.iter().filter(|one| deploys(one, &members)).cloned().collect::<Vec<_>>();
        let going_on = queue.len() - waiting.len();
        Aborting { running, waiting, going_on }
    }

    /// The services that wait in the requests taken back without having been asked for, by name.
    pub fn with_them(&self, store: Store, target: Target) -> Vec<Arc<str>> {
        let asked: BTreeSet<ServiceId> = match target {
            Target::Environment(_) => BTreeSet::new(),
            Target::Service { service, .. } => BTreeSet::from([service]),
            Target::Subset { .. } => store.selection().with(|chosen| chosen.services().collect()),
        };
        let mut others = BTreeSet::new();
        for request in &self.waiting {
            others.extend(request.services.iter().filter(|id| !asked.contains(id)));
        }
        others.into_iter().filter_map(|id| store.service(id)).map(|row| row.name.clone()).collect()
    }

    /// The services of the running deployment with what the cancel does to each, in the order of the pipeline.
    pub fn fates(&self, store: Store, force: bool) -> Vec<(Arc<ServiceRow>, Interruption)> {
        let services = self.running.iter().flat_map(|running| &running.services);
        let mut fates = services
            .filter_map(|(id, status, _)| store.service(*id).map(|row| (interruption(row.kind, status, force), row)))
            .map(|(fate, row)| (row, fate))
            .collect::<Vec<_>>();
        fates.sort_by_key(|(row, _)| row.stage_order);
        fates
    }
}

/// Whether it is a waiting Deploy, Redeploy or version request for one of these services.
///
/// A request is taken back whole: what else waits in it is named by the modal ([`Aborting::with_them`]).
fn deploys(request: &Queued, members: &BTreeSet<ServiceId>) -> bool {
    let deploys = request.action.is_some_and(|action| match action {
        Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => true,
        Action::Restart | Action::Stop | Action::Cancel => false,
    });
    deploys && request.services.iter().any(|id| members.contains(id))
}

/// The lists of the modal, in their order: what is in each, and its heading.
pub const LISTS: [(Interruption, &str); 6] = [
    (Interruption::RollsBack, "Rolls back"),
    (Interruption::UnderWay, "Is being canceled"),
    (Interruption::Ignores, "Cannot be interrupted"),
    (Interruption::Forced, "Interrupted by force"),
    (Interruption::NotStarted, "Does not start"),
    (Interruption::Stays, "Stays as deployed"),
];

/// What is said of one service.
pub fn words(fate: Interruption, row: &ServiceRow) -> String {
    match (fate, &row.version_running) {
        // A version is named only where pods of it are seen: one that was stopped goes back to nothing.
        (Interruption::RollsBack | Interruption::UnderWay, Some(version)) if row.pods.iter().any(|pod| pod.old) => {
            format!("Back to {}", short_version(version))
        }
        (Interruption::RollsBack, None) if row.tells_version() && !row.kind.is_database() => {
            "It ran nothing before, and will run nothing".into()
        }
        (Interruption::RollsBack | Interruption::UnderWay, _) => "Back to how it was before".into(),
        (Interruption::Forced, _) => "It ends as Canceled; what it did is not undone".into(),
        (Interruption::Ignores, _) => "It executes to its normal end".into(),
        (Interruption::NotStarted, _) => "It keeps the status it had".into(),
        (Interruption::Stays, _) => "It finished in this run".into(),
    }
}
