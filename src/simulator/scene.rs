//! One environment while something happens in it: whose turn it is, who starts, who is skipped, what is over.

use crate::lifecycle::cancel::{Interruption, interruption};
use crate::lifecycle::pipeline::Lane;
use crate::lifecycle::plan::judge;
use crate::lifecycle::transition::Event;
use crate::lifecycle::{Action, Note, Refusal, Scope, ServiceFacts};

use super::agenda::{Agenda, Happening};
use super::context::Context;
use super::deployment::{Course, Deployment, Phase, Run};
use super::environment::Environment;
use super::fault::Faults;
use super::record::Outcome;
use super::request::Actor;
use super::rollout::{self, PodNews};
use super::run::{self, News, Part};
use super::service::Service;
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
                // As if nothing had been asked of it: it is in this status since it came into it.
                part.service.since = part.run.had_since.unwrap_or(part.service.since);
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
