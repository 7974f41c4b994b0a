//! One environment while something happens in it: whose turn it is, who starts, who is skipped, what is over.
//!
//! Decided here: a request's services are judged again one by one when its turn comes, whatever its scope; what the
//! environment itself demanded was asked when it was accepted.

use std::collections::BTreeMap;

use crate::lifecycle::cancel::{Interruption, interruption};
use crate::lifecycle::pipeline::{Lane, Pipeline, Slots};
use crate::lifecycle::plan::judge;
use crate::lifecycle::transition::Event;
use crate::lifecycle::work::Work;
use crate::lifecycle::{Action, Note, Refusal, Scope, ServiceFacts, StageId};

use super::agenda::{Agenda, Happening};
use super::context::{Context, What};
use super::deployment::{Before, Course, Deployment, Phase, Run};
use super::environment::Environment;
use super::fault::Faults;
use super::random;
use super::record::{Outcome, Progress, Record};
use super::request::Actor;
use super::rollout::{self, PodNews};
use super::run::{self, News, Part};
use super::service::{LastOperation, Service};
use super::settings::Settings;
use super::world::Millis;

/// One environment while something happens in it.
pub(super) struct Scene<'a> {
    pub place: u32,
    pub environment: &'a mut Environment,
    pub agenda: &'a mut Agenda,
    pub faults: &'a Faults,
    pub settings: &'a Settings,
    pub seed: u64,
    pub now: Millis,
    pub revision: &'a mut u64,
}

/// What `action` means for a service of this item: the rule, with the item's version taken into account.
pub(super) fn judge_item(
    record: (Action, Scope),
    size: usize,
    chosen: bool,
    facts: &ServiceFacts,
) -> Result<Action, Refusal> {
    match record {
        (Action::Deploy | Action::Redeploy, Scope::Subset) if chosen => {
            judge(Action::DeployVersion, Scope::Service, 1, facts)
        }
        (action, scope) => judge(action, scope, size, facts),
    }
}

impl Scene<'_> {
    /// Something visible changed in the environment itself.
    pub fn touch(&mut self) {
        *self.revision += 1;
        self.environment.revision = *self.revision;
    }

    /// A service that takes part in the running deployment and is not over.
    pub fn part(&mut self, service: usize) -> Option<Part<'_>> {
        let Environment { services, running, revision, .. } = &mut *self.environment;
        let found = services.get_mut(service)?;
        let deployment = running.as_mut()?;
        let run = deployment.runs.get_mut(found.run?).filter(|run| run.phase != Phase::Ended)?;
        let item = deployment.record.items.get_mut(run.item)?;
        Some(Part {
            service: found,
            run,
            item,
            interruptible: &mut deployment.interruptible,
            draws: deployment.record.id.0 as u64,
            context: Context {
                environment: self.place,
                service: u32::try_from(service).unwrap_or(u32::MAX),
                agenda: self.agenda,
                faults: self.faults,
                settings: self.settings,
                seed: self.seed,
                now: self.now,
                revision: self.revision,
                environment_revision: revision,
            },
        })
    }

    /// Lets something planned happen.
    pub fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Pipeline { request } => {
                if self.environment.running.as_ref().is_some_and(|running| running.record.id.0 as u64 == request) {
                    self.settle();
                }
            }
            Happening::Step { service, .. } => {
                let news = self.part(service as usize).map(|mut part| part.step());
                self.hear(service as usize, news);
            }
            Happening::Deadline { service, .. } => {
                let news = self.part(service as usize).map(|mut part| part.deadline());
                self.hear(service as usize, news);
            }
            Happening::Pod { service, pod, ticket } => self.pod(service, pod, ticket),
        }
    }

    /// Pods that are ready crash after a while, where crashes are asked for now and were not before.
    pub fn doom(&mut self, before: &Faults) {
        for place in 0..self.environment.services.len() {
            let Some((service, mut context)) = self.service(place) else { continue };
            let asked = context.faults.pod_crashes.hits(service.id) && !before.pod_crashes.hits(service.id);
            let id = service.id;
            for pod in service.pods.iter_mut().filter(|pod| asked && pod.is_ready()) {
                rollout::doom(id, pod, &mut context);
            }
        }
    }

    /// A service and its surroundings, whether it takes part in a deployment or not.
    fn service(&mut self, place: usize) -> Option<(&mut Service, Context<'_>)> {
        let Environment { services, revision, .. } = &mut *self.environment;
        let context = Context {
            environment: self.place,
            service: u32::try_from(place).ok()?,
            agenda: self.agenda,
            faults: self.faults,
            settings: self.settings,
            seed: self.seed,
            now: self.now,
            revision: self.revision,
            environment_revision: revision,
        };
        Some((services.get_mut(place)?, context))
    }

    fn pod(&mut self, place: u32, serial: u32, ticket: u32) {
        let Some((service, mut context)) = self.service(place as usize) else { return };
        let news = match rollout::pod_event(service, &mut context, serial, ticket) {
            PodNews::Nothing => None,
            PodNews::Readiness => self.part(place as usize).map(|mut part| part.drive()),
            PodNews::Removed => self.part(place as usize).map(|mut part| part.removed()),
        };
        self.hear(place as usize, news);
    }

    /// What a step of one service means for the others.
    fn hear(&mut self, service: usize, news: Option<News>) {
        let Some(news) = news else { return };
        if news == News::Goes {
            return;
        }
        self.note(service, news);
        self.settle();
    }

    /// Writes down what a step of one service means for the deployment; nobody starts yet.
    pub fn note(&mut self, service: usize, news: News) {
        let Environment { services, running, .. } = &mut *self.environment;
        let (Some(found), Some(deployment)) = (services.get_mut(service), running.as_mut()) else { return };
        let Some(member) = found.run else { return };
        let Some(run) = deployment.runs.get_mut(member) else { return };
        let name = found.name.clone();
        match news {
            News::Goes => return,
            News::Built => {
                deployment.pipeline.built(member);
                return;
            }
            News::Failing => {}
            News::Ended | News::Failed => {
                found.run = None;
                deployment.open = deployment.open.saturating_sub(1);
                if let Some(lane) = run.slot.take() {
                    deployment.pipeline.ended(lane);
                }
            }
        }
        match news {
            News::Failing | News::Failed => {
                if deployment.course == Course::Going {
                    deployment.course = Course::Failing;
                }
                self.close(Outcome::Skipped, &Note::SkippedBecause { failed: name });
            }
            News::Goes | News::Built | News::Ended => {}
        }
    }

    /// Nobody starts any more: those not reached get back the status they had.
    fn close(&mut self, outcome: Outcome, note: &Note) {
        let Some(deployment) = self.environment.running.as_mut() else { return };
        let left = deployment.pipeline.close();
        let places: Vec<usize> =
            left.iter().filter_map(|member| deployment.runs.get(*member)).map(|run| run.service).collect();
        deployment.open = deployment.open.saturating_sub(places.len());
        for place in places {
            if let Some(mut part) = self.part(place) {
                let had = part.run.had.clone();
                part.set(Event::NotReached { had });
                part.over(outcome, Some(note.clone()));
                part.service.run = None;
            }
        }
    }

    /// Starts whoever finds a slot; ends what is over; lets the next request have its turn.
    pub fn settle(&mut self) {
        self.start_members();
        match &self.environment.running {
            Some(deployment) if deployment.open > 0 => return,
            Some(_) => self.end(),
            None => {}
        }
        while self.environment.running.is_none() {
            let Some(record) = self.environment.queue.pop_front() else { return };
            self.start(record);
        }
    }

    fn start_members(&mut self) {
        while let Some((member, place, step)) = self.next_member() {
            let Some(mut part) = self.part(place) else { continue };
            let news = match step {
                Next::Begin(lane) if run::lane(part.service, part.item) != lane => {
                    // The user changed what is desired while it waited: it needs the other slot by now.
                    if let Some(deployment) = self.environment.running.as_mut() {
                        deployment.pipeline.again(member, lane);
                    }
                    continue;
                }
                Next::Begin(lane) => part.begin(lane),
                Next::GoOn => part.deploy(Lane::Deployment),
            };
            self.note(place, news);
        }
    }

    fn next_member(&mut self) -> Option<(usize, usize, Next)> {
        let Environment { services, running, .. } = &mut *self.environment;
        let Deployment { pipeline, runs, record, .. } = running.as_mut()?;
        let lane = |member: usize| {
            let known = runs.get(member).and_then(|run: &Run| {
                services
                    .get(run.service)
                    .zip(record.items.get(run.item))
                    .map(|(service, item)| run::lane(service, item))
            });
            known.unwrap_or(Lane::Deployment)
        };
        let (member, next) = match pipeline.go_on() {
            Some(member) => (member, Next::GoOn),
            None => pipeline.start(lane).map(|(member, lane)| (member, Next::Begin(lane)))?,
        };
        Some((member, runs.get(member)?.service, next))
    }

    /// A request's turn has come (law §6): judged again on the statuses beneath, then run, or ended with nothing to do.
    pub fn start(&mut self, mut record: Record) {
        let (size, provider, now) = (record.items.len(), self.environment.provider, self.now);
        let mut runs: Vec<Run> = Vec::new();
        let mut stages: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
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
            Action::Stop => stages.into_values().rev().collect(),
            Action::Deploy
            | Action::Redeploy
            | Action::Restart
            | Action::DeployVersion
            | Action::DeployLatest
            | Action::Cancel => stages.into_values().collect(),
        };
        let places: Vec<usize> = runs.iter().map(|run| run.service).collect();
        let wait = self.plan_pipeline(&record, places.first().copied());
        debug_assert!(wait >= 0);
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
    fn plan_pipeline(&mut self, record: &Record, first: Option<usize>) -> Millis {
        let (from, to) = if record.action == Action::Restart { (200, 500) } else { (1_000, 2_000) };
        let id = first.and_then(|place| self.environment.services.get(place)).map(|service| service.id);
        let request = record.id.0 as u64;
        let wait =
            id.map_or(from, |id| random::between(from, to, random::draw(self.seed, id, What::Queue as u64, request)));
        self.agenda.plan(self.now + wait, self.place, Happening::Pipeline { request });
        wait
    }

    /// The running deployment is over.
    fn end(&mut self) {
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

    /// Adds a request that is over to the history.
    pub fn remember(&mut self, record: Record) {
        self.environment.history.push(record);
        let excess = self.environment.history.len().saturating_sub(self.settings.history.max(1));
        self.environment.history.drain(..excess);
        self.touch();
    }

    /// Cancels the running deployment (law §5). Returns what it does to each service that was not over.
    pub fn cancel(&mut self, force: bool, actor: &Actor) -> Vec<(usize, Interruption)> {
        let Environment { services, running, .. } = &mut *self.environment;
        let Some(deployment) = running.as_mut() else { return Vec::new() };
        deployment.course = Course::Canceling;
        deployment.record.canceled_by = Some(actor.clone());
        let effects: Vec<(usize, Interruption)> = deployment
            .runs
            .iter()
            .filter(|run| run.phase != Phase::Ended)
            .filter_map(|run| {
                let service = services.get(run.service)?;
                Some((run.service, interruption(service.kind, &service.status, force)))
            })
            .collect();
        self.close(Outcome::Canceled, &Note::CanceledBeforeStart);
        for (place, _) in &effects {
            let Some(mut part) = self.part(*place) else { continue };
            let built = part.run.phase == Phase::Built;
            let Some(news) = part.cancel(force) else { continue };
            if built {
                let member = part.service.run;
                if let (Some(deployment), Some(member)) = (self.environment.running.as_mut(), member) {
                    deployment.pipeline.leave(member);
                }
            }
            self.note(*place, news);
        }
        self.touch();
        self.settle();
        effects
    }
}

/// What a member that was given a slot does with it.
enum Next {
    /// Its run begins.
    Begin(Lane),
    /// It is built and goes on to the cluster.
    GoOn,
}

/// The places of the stages in the order they are deployed; a stage that is not listed comes after all of them.
pub(super) fn stage_order(environment: &Environment) -> impl Fn(StageId) -> usize + use<> {
    let order: BTreeMap<StageId, usize> =
        environment.stages.iter().enumerate().map(|(place, stage)| (stage.id, place)).collect();
    move |stage| order.get(&stage).copied().unwrap_or(usize::MAX)
}
