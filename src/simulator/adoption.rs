//! Worlds that come from elsewhere: services found in progress, without the deployment they are in.
//!
//! Decided: an environment whose services are in progress gets a deployment made up for them, so that it ends like any
//! other (law §9.1). Its request is by "unknown". A service Canceling ends Canceled; one in deletion, and one whose
//! status this version does not know, is left alone: this program does not delete, and does not guess.

use crate::lifecycle::pipeline::{Lane, Pipeline, Slots};
use crate::lifecycle::work::{self, Work};
use crate::lifecycle::{Action, RequestId, Scope, Status};
use litemap::LiteMap;

use super::deployment::{Course, Deployment, Phase, Run};
use super::record::{Item, Outcome, Progress, Record};
use super::request::{Actor, Origin};
use super::run;
use super::scene::Scene;
use super::service::{LastOperation, Service};
use super::turn::stage_order;

/// What a service found in this status is in, if it is in anything this program runs.
fn found(status: &Status) -> Option<(Action, Phase)> {
    match status {
        Status::DeploymentQueued => Some((Action::Redeploy, Phase::Queued)),
        Status::Building => Some((Action::Redeploy, Phase::Building)),
        Status::Deploying => Some((Action::Redeploy, Phase::Deploying)),
        Status::Canceling => Some((Action::Redeploy, Phase::Canceling)),
        Status::StopQueued => Some((Action::Stop, Phase::Queued)),
        Status::Stopping => Some((Action::Stop, Phase::Stopping)),
        Status::RestartQueued => Some((Action::Restart, Phase::Queued)),
        Status::Restarting => Some((Action::Restart, Phase::Restarting)),
        Status::Ready
        | Status::Deployed
        | Status::BuildError
        | Status::DeploymentError
        | Status::Stopped
        | Status::StopError
        | Status::Restarted
        | Status::RestartError
        | Status::Canceled
        | Status::DeleteQueued
        | Status::Deleting
        | Status::Deleted
        | Status::DeleteError
        | Status::Unknown(_) => None,
    }
}

/// The final status a service found in progress is taken to have had.
fn had(service: &Service) -> Status {
    match (&service.running, service.up) {
        (None, _) => Status::Ready,
        (Some(_), true) => Status::Deployed,
        (Some(_), false) => Status::Stopped,
    }
}

impl Scene<'_> {
    /// Takes over the services found in progress. Whether there were any.
    pub fn adopt(&mut self, id: RequestId) -> bool {
        if self.environment.running.is_some() {
            return false;
        }
        let actor = Actor { name: "unknown".into(), origin: Origin::Other("UNKNOWN".into()) };
        let (mut runs, mut items, mut under_way) = (Vec::new(), Vec::new(), Vec::new());
        let mut stages: LiteMap<usize, Vec<usize>> = LiteMap::new_vec();
        let order = stage_order(self.environment);
        for (place, service) in self.environment.services.iter_mut().enumerate() {
            let Some((action, phase)) = found(&service.status) else { continue };
            let (member, had) = (runs.len(), had(service));
            match phase {
                Phase::Queued => stages.entry(order(service.stage)).or_default().push(member),
                Phase::Building
                | Phase::Built
                | Phase::Deploying
                | Phase::Restoring(_)
                | Phase::Canceling
                | Phase::Stopping
                | Phase::Restarting
                | Phase::Ended => under_way.push((place, phase)),
            }
            service.run = Some(member);
            service.last = Some(LastOperation { request: id, action, actor: actor.clone(), at: service.since });
            items.push(adopted_item(place, service, action));
            let slot = match phase {
                Phase::Queued => None,
                Phase::Building => Some(Lane::Build),
                Phase::Built
                | Phase::Deploying
                | Phase::Restoring(_)
                | Phase::Canceling
                | Phase::Stopping
                | Phase::Restarting
                | Phase::Ended => Some(Lane::Deployment),
            };
            runs.push(Run {
                service: place,
                item: member,
                phase,
                slot,
                had,
                had_since: Some(service.since),
                before: run::before(service),
                work: Work::Nothing,
                captured: None,
            });
        }
        let Some(action) = items.iter().map(|item| item.action).min() else { return false };
        let interruptible = |run: &&Run| match run.phase {
            Phase::Queued => items.get(run.item).is_some_and(|item| item.action == Action::Redeploy),
            Phase::Building | Phase::Built | Phase::Deploying => true,
            Phase::Restoring(_) | Phase::Canceling | Phase::Stopping | Phase::Restarting | Phase::Ended => false,
        };
        let slots = Slots { builds: self.settings.build_slots, deployments: self.settings.deployment_slots };
        let mut pipeline = Pipeline::new(stages.into_iter().map(|(_, members)| members), slots);
        runs.iter().filter_map(|run| run.slot).for_each(|slot| pipeline.adopt(slot));
        self.environment.running = Some(Deployment {
            interruptible: runs.iter().filter(interruptible).count(),
            open: runs.len(),
            runs,
            pipeline,
            course: Course::Going,
            record: Record {
                id,
                action,
                scope: Scope::Subset,
                actor,
                force: false,
                accepted_at: self.now,
                started_at: Some(self.now),
                ended_at: None,
                progress: Progress::Running,
                canceled_by: None,
                items,
            },
        });
        for (place, phase) in under_way {
            self.resume(place, phase);
        }
        self.settle();
        true
    }

    fn resume(&mut self, place: usize, phase: Phase) {
        let Some(mut part) = self.part(place) else { return };
        let (configuration, situation) = run::outlook(part.service, part.item);
        part.service.deploying.clone_from(&configuration.version);
        part.item.to.clone_from(&configuration.version);
        part.run.captured = Some(configuration);
        // It is in progress, so there is something to do, whatever can be seen from here.
        part.run.work = work::deployment(work::Situation { differs: true, ..situation });
        let news = match phase {
            Phase::Building => part.resume_build(),
            Phase::Deploying => part.resume_deploy(),
            Phase::Stopping => part.resume_stop(),
            Phase::Restarting => part.restart(),
            Phase::Canceling => part.resume_cancel(),
            Phase::Queued | Phase::Built | Phase::Restoring(_) | Phase::Ended => return,
        };
        self.note(place, news);
    }
}

fn adopted_item(place: usize, service: &Service, action: Action) -> Item {
    Item {
        service: service.id,
        place,
        action,
        chosen: None,
        from: service.running.as_ref().and_then(|running| running.version.clone()),
        to: None,
        queued_at: Some(service.since),
        building_at: None,
        deploying_at: None,
        canceling_at: None,
        ended_at: None,
        status: None,
        outcome: Outcome::Accepted,
        note: None,
    }
}
