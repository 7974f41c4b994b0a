//! One service's way through a deployment: each step, what may go wrong in it, and what follows.
//!
//! Statuses change by `lifecycle::transition` only ([`Part::set`]). Decided here:
//! - A failed replacement stays Deploying (a restart Restarting) until what ran before is there again, then it ends in
//!   its error: a final status means that nothing of that run goes on.
//! - A first deployment is one of a service that never ran: its failed pods stay until the next try is ready, or Stop.
//! - Faults of builds, jobs and databases count when the step would end, those of stops and restarts when it starts.

mod build;
mod deploy;
mod restart;
mod rollback;
mod stop;

use crate::lifecycle::pipeline::Lane;
use crate::lifecycle::transition::{Event, transition};
use crate::lifecycle::work::{self, Situation, Work};
use crate::lifecycle::{Action, Failure, Note, Status};

use super::configuration::Configuration;
use super::context::{Context, What};
use super::deployment::{Phase, Run};
use super::pod::Pod;
use super::record::{Item, Outcome};
use super::service::Service;
use super::world::Millis;

/// How long a job or database that hangs waits for the next look.
const RETRY: Millis = 5_000;

/// What a step means for the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing: the run goes on by itself.
    Goes,
    /// Its image is built; it needs a deployment slot.
    Built,
    /// It has failed, and goes on to bring back what ran before.
    Failing,
    /// Its run is over, well or canceled.
    Ended,
    /// Its run is over, in an error.
    Failed,
}

/// One service, its run, its line in the record, and their surroundings.
pub(super) struct Part<'a> {
    pub service: &'a mut Service,
    pub run: &'a mut Run,
    pub item: &'a mut Item,
    pub interruptible: &'a mut usize,
    /// Distinguishes the draws of one deployment from those of the next.
    pub draws: u64,
    pub context: Context<'a>,
}

pub(super) use rollback::before;

/// What a service is in for when its run starts now: the configuration to be captured, and its situation.
pub(super) fn outlook(service: &Service, item: &Item) -> (Configuration, Situation) {
    let mut configuration = service.desired.clone();
    if item.chosen.is_some() {
        configuration.version.clone_from(&item.chosen);
    }
    let differs = service.running.as_ref() != Some(&configuration) || !service.is_whole();
    let image = configuration.version.as_ref().is_some_and(|version| service.images.contains(version));
    let situation = Situation { kind: service.kind, source: service.source, differs, up: service.up, image };
    (configuration, situation)
}

/// The slot a service needs first, if its run starts now.
pub(super) fn lane(service: &Service, item: &Item) -> Lane {
    match item.action {
        Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => {
            if work::needs_build(outlook(service, item).1) { Lane::Build } else { Lane::Deployment }
        }
        Action::Stop | Action::Restart | Action::Cancel => Lane::Deployment,
    }
}

impl Part<'_> {
    /// Changes the status: the only place of the simulator that does.
    pub fn set(&mut self, event: Event) {
        let Some(status) = transition(&self.service.status, &event) else {
            debug_assert!(false, "{event:?} means nothing in {:?}", self.service.status);
            return;
        };
        let counts = |status: &Status| {
            usize::from(matches!(status, Status::DeploymentQueued | Status::Building | Status::Deploying))
        };
        *self.interruptible = (*self.interruptible + counts(&status)).saturating_sub(counts(&self.service.status));
        if self.service.status != status {
            self.service.since = self.context.now;
            self.service.status = status;
        }
        self.context.touch(self.service);
    }

    fn between(&self, what: What, from: Millis, to: Millis) -> Millis {
        self.context.between(self.service.id, what, self.draws, from, to)
    }

    fn end(&mut self, event: Event, outcome: Outcome, note: Option<Note>) -> News {
        self.set(event);
        self.over(outcome, note);
        match outcome {
            Outcome::Failed => News::Failed,
            Outcome::Accepted | Outcome::Skipped | Outcome::Done | Outcome::Canceled => News::Ended,
        }
    }

    /// Closes the line in the record.
    pub fn over(&mut self, outcome: Outcome, note: Option<Note>) {
        self.run.phase = Phase::Ended;
        self.service.deploying = None;
        self.service.ticket += 1;
        // A job that ignored a cancel and ended well: that stays worth saying.
        self.item.note = note.or(self.item.note.take());
        self.service.note.clone_from(&self.item.note);
        self.item.outcome = outcome;
        self.item.status = Some(self.service.status.clone());
        self.item.ended_at = Some(self.context.now);
        self.context.touch(self.service);
    }

    /// Its turn has come, and it has the slot it needs.
    pub fn begin(&mut self, lane: Lane) -> News {
        self.run.slot = Some(lane);
        self.run.before = rollback::before(self.service);
        match self.item.action {
            Action::Stop => self.stop(),
            Action::Restart => {
                // Only one that was taken over from elsewhere is still queued: else its status says Restarting since it started.
                if self.service.status == Status::RestartQueued {
                    self.set(Event::RestartStarted);
                }
                self.restart()
            }
            Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest | Action::Cancel => {
                let (configuration, situation) = outlook(self.service, self.item);
                self.service.desired.version.clone_from(&configuration.version);
                self.service.deploying.clone_from(&configuration.version);
                self.item.to.clone_from(&configuration.version);
                self.run.captured = Some(configuration);
                self.run.work = work::deployment(situation);
                match lane {
                    Lane::Build => self.build(),
                    Lane::Deployment => self.deploy(Lane::Deployment),
                }
            }
        }
    }

    /// The current step's time is over.
    pub fn step(&mut self) -> News {
        match self.run.phase {
            Phase::Building => self.built(),
            Phase::Deploying => match self.run.work {
                Work::Nothing => self.succeed(),
                Work::Execute | Work::Apply => self.executed(),
                Work::Pods(_) => News::Goes,
            },
            Phase::Canceling => self.canceled(),
            Phase::Stopping if self.context.faults.stop_fails.hits(self.service.id) => {
                self.end(Event::StopFailed, Outcome::Failed, Some(Note::Failed(Failure::Stop)))
            }
            // The fault was lifted before it struck: now it is stopped in earnest.
            Phase::Stopping if self.service.pods.iter().any(Pod::is_alive) => self.resume_stop(),
            Phase::Stopping => self.stopped(),
            Phase::Restarting => self.end(Event::RestartFailed, Outcome::Failed, Some(Note::Failed(Failure::Restart))),
            Phase::Queued | Phase::Built | Phase::Restoring(_) | Phase::Ended => News::Goes,
        }
    }
}
