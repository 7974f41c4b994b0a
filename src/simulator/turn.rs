//! Turns: a request is judged again and starts, and a deployment that is over makes room for the next (law §6).
//!
//! Decided here: a request's services are judged again one by one when its turn comes, whatever its scope; what the
//! environment itself demanded was asked when it was accepted. No time passes between the end of a deployment and the
//! start of the next: a service in both is seen Queued at once, and the record keeps what the first one ended in.

use crate::lifecycle::pipeline::{Pipeline, Slots};
use crate::lifecycle::transition::Event;
use crate::lifecycle::work::Work;
use crate::lifecycle::{Action, Note, StageId};
use litemap::LiteMap;

use super::agenda::Happening;
use super::context::What;
use super::deployment::{Before, Course, Deployment, Phase, Run};
use super::environment::Environment;
use super::random;
use super::record::{Outcome, Progress, Record};
use super::scene::{Scene, judge_item};
use super::service::LastOperation;

impl Scene<'_> {
    /// A request's turn has come (law §6): judged again on the statuses beneath, then run, or ended with nothing to do.
    pub fn start(&mut self, mut record: Record) {
        let (size, provider, now) = (record.items.len(), self.environment.provider, self.now);
        let mut runs: Vec<Run> = Vec::new();
        let mut stages: LiteMap<usize, Vec<usize>> = LiteMap::new_vec();
        let order = stage_order(self.environment);
        for (place, item) in record.items.iter_mut().enumerate() {
            let Some(service) = self.environment.services.get_mut(item.place) else { continue };
            service.waiting.retain(|(request, _)| *request != record.id);
            *self.revision += 1;
            service.revision = *self.revision;
            if item.outcome != Outcome::Accepted {
                continue;
            }
            let facts = service.facts_beneath(provider);
            match judge_item((record.action, record.scope), size, item.chosen.is_some(), &facts) {
                Err(refusal) => {
                    item.outcome = Outcome::Skipped;
                    item.ended_at = Some(now);
                    item.status = Some(service.status.clone());
                    item.note = Some(Note::Refused(refusal));
                    service.note.clone_from(&item.note);
                }
                Ok(action) => {
                    item.action = action;
                    item.queued_at = Some(now);
                    item.from = service.running.as_ref().and_then(|running| running.version.clone());
                    service.note = None;
                    service.run = Some(runs.len());
                    service.last =
                        Some(LastOperation { request: record.id, action, actor: record.actor.clone(), at: now });
                    stages.entry(order(service.stage)).or_default().push(runs.len());
                    runs.push(Run {
                        service: item.place,
                        item: place,
                        phase: Phase::Queued,
                        slot: None,
                        had: service.status.clone(),
                        had_since: Some(service.since),
                        before: Before::default(),
                        work: Work::Nothing,
                        captured: None,
                    });
                }
            }
        }
        self.touch();
        if runs.is_empty() {
            record.progress = Progress::NothingToDo;
            record.ended_at = Some(now);
            self.remember(record);
            return;
        }
        record.progress = Progress::Running;
        record.started_at = Some(now);
        let event = match record.action {
            Action::Stop => Event::StopQueued,
            Action::Restart => Event::RestartStarted,
            Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest | Action::Cancel => {
                Event::DeploymentQueued
            }
        };
        let stages: Vec<Vec<usize>> = match record.action {
            Action::Stop => stages.into_iter().map(|(_, members)| members).rev().collect(),
            Action::Deploy
            | Action::Redeploy
            | Action::Restart
            | Action::DeployVersion
            | Action::DeployLatest
            | Action::Cancel => stages.into_iter().map(|(_, members)| members).collect(),
        };
        let places: Vec<usize> = runs.iter().map(|run| run.service).collect();
        self.plan_pipeline(&record, places.first().copied());
        let slots = Slots { builds: self.settings.build_slots, deployments: self.settings.deployment_slots };
        self.environment.running = Some(Deployment {
            record,
            open: runs.len(),
            runs,
            pipeline: Pipeline::new(stages, slots),
            course: Course::Going,
            interruptible: 0,
        });
        for place in places {
            if let Some(mut part) = self.part(place) {
                part.set(event.clone());
            }
        }
    }

    /// The pipeline starts after a moment in the queue; a restart, which is never queued, a little sooner.
    pub fn plan_pipeline(&mut self, record: &Record, first: Option<usize>) {
        let (from, to) = if record.action == Action::Restart { (200, 500) } else { (1_000, 2_000) };
        let id = first.and_then(|place| self.environment.services.get(place)).map(|service| service.id);
        let request = record.id.0 as u64;
        let wait =
            id.map_or(from, |id| random::between(from, to, random::draw(self.seed, id, What::Queue as u64, request)));
        self.agenda.plan(self.now + wait, self.place, Happening::Pipeline { request });
    }

    /// The running deployment is over.
    pub fn end(&mut self) {
        let Some(deployment) = self.environment.running.take() else { return };
        let mut record = deployment.record;
        record.ended_at = Some(self.now);
        record.progress = match deployment.course {
            Course::Going => Progress::Succeeded,
            Course::Failing => Progress::Failed,
            Course::Canceling => Progress::Canceled,
        };
        self.remember(record);
    }

    /// Adds a request that is over to the history, which forgets others for it.
    pub fn remember(&mut self, mut record: Record) {
        // It does not change any more, and there are many.
        record.items.shrink_to_fit();
        self.environment.history.push(record);
        self.environment.forget(self.settings.history);
        self.touch();
    }
}

/// The places of the stages in the order they are deployed; a stage that is not listed comes after all of them.
pub(super) fn stage_order(environment: &Environment) -> impl Fn(StageId) -> usize + use<> {
    let order: LiteMap<StageId, usize> =
        environment.stages.iter().enumerate().map(|(place, stage)| (stage.id, place)).collect();
    move |stage| order.get(&stage).copied().unwrap_or(usize::MAX)
}
