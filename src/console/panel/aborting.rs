//! What a cancel means here and now: the running deployment, or requests that wait and are taken back (law §4, §5).

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::With;

use crate::console::format::short_version;
use crate::console::route::Target;
use crate::console::state::Store;
use crate::console::state::row::{Queued, Running, ServiceRow};
use crate::lifecycle::{Action, Kind, ServiceId, Status};

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

/// What becomes of one service of the running deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It goes back to what it ran before.
    RollsBack,
    /// A lifecycle job that executes: only force interrupts it.
    Executes,
    /// It was not reached: it gets back the status it had.
    NotStarted,
    /// It had finished in this run, and stays.
    Stays,
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

    /// The services of the running deployment with what becomes of them, in the order of [`Fate`].
    pub fn fates(&self, store: Store) -> Vec<(Arc<ServiceRow>, Fate)> {
        let services = self.running.iter().flat_map(|running| &running.services);
        let mut fates = services
            .filter_map(|(id, status, _)| store.service(*id).map(|row| (fate(row.kind, status), row)))
            .map(|(fate, row)| (row, fate))
            .collect::<Vec<_>>();
        fates.sort_by_key(|(row, fate)| (*fate, row.stage_order));
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

fn fate(kind: Kind, status: &Status) -> Fate {
    let executes = kind == Kind::LifecycleJob && *status == Status::Deploying;
    let reached = matches!(status, Status::Building | Status::Deploying | Status::Canceling);
    match (executes, reached, status.in_progress()) {
        (true, _, _) => Fate::Executes,
        (false, true, _) => Fate::RollsBack,
        (false, false, true) => Fate::NotStarted,
        (false, false, false) => Fate::Stays,
    }
}

impl Fate {
    /// Every fate, in the order of the lists.
    pub const ALL: [Fate; 4] = [Fate::RollsBack, Fate::Executes, Fate::NotStarted, Fate::Stays];

    /// The heading of its list.
    pub fn heading(self, force: bool) -> &'static str {
        match self {
            Fate::RollsBack => "Rolls back",
            Fate::Executes if force => "Interrupted by force",
            Fate::Executes => "Cannot be interrupted",
            Fate::NotStarted => "Does not start",
            Fate::Stays => "Stays as deployed",
        }
    }

    /// What is said of one service.
    pub fn words(self, row: &ServiceRow, force: bool) -> String {
        match (self, &row.version_running) {
            // A version is named only where pods of it are seen: one that was stopped goes back to nothing.
            (Fate::RollsBack, Some(version)) if row.pods.iter().any(|pod| pod.old) => {
                format!("Back to {}", short_version(version))
            }
            (Fate::RollsBack, None) if !row.kind.is_database() => "It ran nothing before, and will run nothing".into(),
            (Fate::RollsBack, _) => "Back to how it was before".into(),
            (Fate::Executes, _) if force => "It ends as Canceled; what it did is not undone".into(),
            (Fate::Executes, _) => "It executes to its normal end".into(),
            (Fate::NotStarted, _) => "It keeps the status it had".into(),
            (Fate::Stays, _) => "It finished in this run".into(),
        }
    }
}
