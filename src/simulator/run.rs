//! One service's way through a deployment: each step, what may go wrong in it, and what follows.
//!
//! Statuses change by `lifecycle::transition` only ([`Part::set`]). Decided here:
//! - A failed replacement stays Deploying (a restart Restarting) until what ran before is there again, then it ends in
//!   its error: a final status means that nothing of that run goes on.
//! - A first deployment is one of a service that never ran: its failed pods stay until the next try is ready, or Stop.
//! - Faults of builds, jobs and databases count when the step would end, those of stops and restarts when it starts.

use crate::lifecycle::cancel::{Interruption, interruption};
use crate::lifecycle::pipeline::Lane;
use crate::lifecycle::rolling::Pace;
use crate::lifecycle::transition::{Event, transition};
use crate::lifecycle::work::{self, Situation, Work};
use crate::lifecycle::{Action, Failure, Kind, Note, Status};

use super::configuration::Configuration;
use super::context::{Context, What};
use super::deployment::{Before, Phase, Run};
use super::pod::Pod;
use super::record::{Item, Outcome};
use super::rollout;
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

/// What a service is in for when its run starts now: the configuration to be captured, and its situation.
pub(super) fn outlook(service: &Service, item: &Item) -> (Configuration, Situation) {
    let mut configuration = service.desired.clone();
    if item.chosen.is_some() {
        configuration.version.clone_from(&item.chosen);
    }
    let differs = service.running.as_ref() != Some(&configuration) || !is_whole(service);
    let image = configuration.version.as_ref().is_some_and(|version| service.images.contains(version));
    let situation = Situation { kind: service.kind, source: service.source, differs, up: service.up, image };
    (configuration, situation)
}

/// Whether the pods are exactly one set of the running configuration: not so after a rollback that failed.
fn is_whole(service: &Service) -> bool {
    let wanted = match &service.running {
        Some(running) if service.up && service.has_pods() => running.min_instances.min(rollout::MOST_PODS),
        Some(_) | None => return true,
    };
    let alive = service.pods.iter().filter(|pod| pod.is_alive());
    alive.clone().all(|pod| pod.set == service.set) && alive.count() == wanted as usize
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
        self.service.note.clone_from(&note);
        self.item.note = note;
        self.item.outcome = outcome;
        self.item.status = Some(self.service.status.clone());
        self.item.ended_at = Some(self.context.now);
        self.context.touch(self.service);
    }

    /// Its turn has come, and it has the slot it needs.
    pub fn begin(&mut self, lane: Lane) -> News {
        self.run.slot = Some(lane);
        self.run.before = before(self.service);
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

    fn build(&mut self) -> News {
        self.set(Event::BuildStarted);
        self.resume_build()
    }

    /// The build is under way; its status says so already.
    pub fn resume_build(&mut self) -> News {
        self.run.phase = Phase::Building;
        self.item.building_at = Some(self.context.now);
        let wait = self.between(What::Build, 15_000, 40_000).min(self.context.settings.build_deadline);
        self.context.step(self.service, wait);
        News::Goes
    }

    fn built(&mut self) -> News {
        let (id, faults) = (self.service.id, self.context.faults);
        let failure = if faults.build_fails.hits(id) {
            Some(Failure::Build)
        } else if faults.push_fails.hits(id) {
            Some(Failure::Push)
        } else if self.between(What::Build, 15_000, 40_000) > self.context.settings.build_deadline {
            Some(Failure::Deadline)
        } else {
            None
        };
        if let Some(failure) = failure {
            return self.end(Event::BuildFailed, Outcome::Failed, Some(Note::Failed(failure)));
        }
        if let Some(version) = self.run.captured.as_ref().and_then(|configuration| configuration.version.clone()) {
            self.service.images.insert(version);
        }
        self.run.phase = Phase::Built;
        self.run.slot = None;
        News::Built
    }

    /// It has a deployment slot, and its image, if it needs one, is there.
    pub fn deploy(&mut self, slot: Lane) -> News {
        self.run.slot = Some(slot);
        self.set(Event::DeployStarted);
        self.resume_deploy()
    }

    /// The deployment is under way; its status says so already.
    pub fn resume_deploy(&mut self) -> News {
        self.run.phase = Phase::Deploying;
        self.item.deploying_at = Some(self.context.now);
        match self.run.work {
            // A lifecycle job that is Deploying executes: where nothing is executed, it is not.
            Work::Nothing if self.service.kind == Kind::LifecycleJob => self.succeed(),
            Work::Nothing => {
                let wait = self.between(What::Compare, 500, 1_500);
                self.context.step(self.service, wait);
                News::Goes
            }
            Work::Execute => {
                let wait = self.between(What::Job, 8_000, 20_000);
                self.context.step(self.service, wait.min(self.context.settings.job_deadline));
                News::Goes
            }
            Work::Apply => {
                let (from, to) =
                    if self.service.kind == Kind::ManagedDatabase { (30_000, 60_000) } else { (2_000, 5_000) };
                let wait = self.between(What::Apply, from, to);
                self.context.step(self.service, wait.min(self.context.settings.job_deadline));
                News::Goes
            }
            Work::Pods(pace) => {
                let Some(configuration) = self.run.captured.clone() else { return self.succeed() };
                let wanted = configuration.min_instances;
                let patience = self.context.settings.readiness_deadline;
                self.service.newest_set += 1;
                let set = (self.service.newest_set, configuration.version);
                rollout::begin(self.service, &mut self.context, set, wanted, pace, patience);
                self.drive()
            }
        }
    }

    /// Does what can be done of the replacement under way, and what follows when it is done.
    pub fn drive(&mut self) -> News {
        let coming = self.service.rollout.as_ref().map(|rollout| rollout.coming);
        if !rollout::drive(self.service, &mut self.context) {
            return News::Goes;
        }
        match self.run.phase {
            Phase::Deploying => {
                self.service.set = coming.unwrap_or(self.service.set);
                self.succeed()
            }
            Phase::Restarting => {
                self.service.set = coming.unwrap_or(self.service.set);
                self.end(Event::Restarted, Outcome::Done, None)
            }
            Phase::Restoring(failure) => self.end(self.failure(), Outcome::Failed, Some(Note::Failed(failure))),
            Phase::Canceling => {
                let wait = self.between(What::Cancel, 1_000, 2_500);
                self.context.step(self.service, wait);
                News::Goes
            }
            Phase::Queued | Phase::Building | Phase::Built | Phase::Stopping | Phase::Ended => News::Goes,
        }
    }

    fn failure(&self) -> Event {
        match self.item.action {
            Action::Restart => Event::RestartFailed,
            Action::Stop => Event::StopFailed,
            Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest | Action::Cancel => {
                Event::DeployFailed
            }
        }
    }

    fn succeed(&mut self) -> News {
        let note = match self.run.work {
            Work::Nothing => Some(Note::NothingChanged { kind: self.service.kind }),
            Work::Pods(_) | Work::Execute | Work::Apply => None,
        };
        self.service.running = self.run.captured.take();
        self.service.up = true;
        self.end(Event::Deployed, Outcome::Done, note)
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

    /// A job has executed, or a database or schedule was applied: unless a fault holds it.
    fn executed(&mut self) -> News {
        let (id, faults) = (self.service.id, self.context.faults);
        let waits = if faults.no_capacity.hits(id) {
            Some(Failure::Capacity)
        } else if faults.readiness_never_ok.hits(id) {
            Some(Failure::Deadline)
        } else {
            None
        };
        let started = self.item.deploying_at.unwrap_or(self.context.now);
        let deadline = started + self.context.settings.job_deadline;
        let failure = match waits {
            Some(_) if self.context.now < deadline => {
                self.context.step(self.service, RETRY.min(deadline - self.context.now));
                return News::Goes;
            }
            Some(failure) => Some(failure),
            None if self.run.work == Work::Execute && faults.pod_crashes.hits(id) => Some(Failure::Job),
            None => None,
        };
        match failure {
            Some(failure) => self.end(Event::DeployFailed, Outcome::Failed, Some(Note::Failed(failure))),
            None => self.succeed(),
        }
    }

    /// The replacement under way did not keep its deadline.
    pub fn deadline(&mut self) -> News {
        if self.service.rollout.is_none() {
            return News::Goes;
        }
        match self.run.phase {
            Phase::Deploying | Phase::Restarting => self.fail(),
            Phase::Restoring(failure) => {
                rollout::give_up(self.service, &mut self.context);
                self.end(self.failure(), Outcome::Failed, Some(Note::NotRestored(failure)))
            }
            Phase::Canceling => {
                rollout::give_up(self.service, &mut self.context);
                self.end(Event::RollbackFailed, Outcome::Failed, Some(Note::RollbackFailed))
            }
            Phase::Queued | Phase::Building | Phase::Built | Phase::Stopping | Phase::Ended => News::Goes,
        }
    }

    /// The pods that come were not ready before the deadline.
    fn fail(&mut self) -> News {
        let failure = rollout::reason(self.service);
        let first = self.run.phase == Phase::Deploying && self.service.running.is_none();
        if first {
            let coming = self.service.rollout.as_ref().map(|rollout| rollout.coming);
            rollout::terminate_all(self.service, &mut self.context, |pod| Some(pod.set) != coming);
            rollout::give_up(self.service, &mut self.context);
            return self.end(Event::DeployFailed, Outcome::Failed, Some(Note::Failed(failure)));
        }
        self.run.phase = Phase::Restoring(failure);
        match self.back() {
            News::Goes => News::Failing,
            news => news,
        }
    }

    /// Starts to bring back the pods there were: those in start are removed, those replaced are replaced back.
    fn back(&mut self) -> News {
        let Before { set, version, pods } = self.run.before.clone();
        rollout::terminate_all(self.service, &mut self.context, |pod| pod.set != set && !pod.is_ready());
        let patience = self.context.settings.rollback_deadline;
        rollout::begin(self.service, &mut self.context, (set, version), pods, Pace::OneByOne, patience);
        self.drive()
    }

    /// The deployment is canceled: what that does to this service while it is under way.
    pub fn cancel(&mut self, force: bool) -> Option<News> {
        match interruption(self.service.kind, &self.service.status, force) {
            Interruption::RollsBack | Interruption::Forced => {}
            Interruption::Ignores => {
                self.item.note = Some(Note::NotInterrupted);
                self.service.note = Some(Note::NotInterrupted);
                self.context.touch(self.service);
                return None;
            }
            Interruption::NotStarted | Interruption::UnderWay | Interruption::Stays => return None,
        }
        self.set(Event::CancelStarted);
        self.item.canceling_at = Some(self.context.now);
        let (phase, work) = (self.run.phase, self.run.work);
        self.run.phase = Phase::Canceling;
        let wait = match (phase, work) {
            // What ran before is on its way back already.
            (Phase::Restoring(_), _) => return Some(News::Goes),
            (Phase::Deploying, Work::Pods(_)) => return Some(self.back()),
            (Phase::Deploying, Work::Apply) => self.between(What::Cancel, 3_000, 8_000),
            (Phase::Deploying, Work::Execute | Work::Nothing)
            | (
                Phase::Queued
                | Phase::Building
                | Phase::Built
                | Phase::Canceling
                | Phase::Stopping
                | Phase::Restarting
                | Phase::Ended,
                _,
            ) => self.between(What::Cancel, 1_000, 3_000),
        };
        self.context.step(self.service, wait);
        Some(News::Goes)
    }

    /// The cancel is under way; its status says so already.
    pub fn resume_cancel(&mut self) -> News {
        self.run.phase = Phase::Canceling;
        let wait = self.between(What::Cancel, 1_000, 3_000);
        self.context.step(self.service, wait);
        News::Goes
    }

    fn canceled(&mut self) -> News {
        let executing = self.run.work == Work::Execute && self.item.deploying_at.is_some();
        let note = if executing {
            Note::Forced
        } else if self.service.up {
            Note::RolledBack
        } else {
            Note::RolledBackToNothing
        };
        self.end(Event::Canceled, Outcome::Canceled, Some(note))
    }

    fn stop(&mut self) -> News {
        self.set(Event::StopStarted);
        self.resume_stop()
    }

    /// The stop is under way; its status says so already.
    pub fn resume_stop(&mut self) -> News {
        self.run.phase = Phase::Stopping;
        self.item.deploying_at = Some(self.context.now);
        let fails = self.context.faults.stop_fails.hits(self.service.id);
        let wait = match self.service.kind {
            _ if fails => self.between(What::Stop, 5_000, 10_000),
            Kind::LifecycleJob if !self.service.has_stop_command => return self.stopped(),
            Kind::LifecycleJob => self.between(What::Job, 8_000, 20_000),
            Kind::ManagedDatabase => self.between(What::Apply, 30_000, 60_000),
            Kind::CronJob => self.between(What::Stop, 1_000, 3_000),
            Kind::Application | Kind::Container | Kind::ContainerDatabase | Kind::Helm => {
                rollout::terminate_all(self.service, &mut self.context, |_| true);
                if !self.service.pods.is_empty() {
                    return News::Goes;
                }
                self.between(What::Stop, 500, 1_500)
            }
        };
        self.context.step(self.service, wait.min(self.context.settings.stop_deadline));
        News::Goes
    }

    /// A pod is gone: the last one of a stop ends it.
    pub fn removed(&mut self) -> News {
        if self.run.phase == Phase::Stopping && self.service.pods.is_empty() { self.stopped() } else { News::Goes }
    }

    fn stopped(&mut self) -> News {
        self.service.up = false;
        self.end(Event::Stopped, Outcome::Done, None)
    }

    /// Replaces the pods; the status says so already, as a restart that starts is never queued.
    pub fn restart(&mut self) -> News {
        self.run.phase = Phase::Restarting;
        self.item.deploying_at = Some(self.context.now);
        if self.context.faults.restart_fails.hits(self.service.id) {
            let wait = self.between(What::Restart, 1_000, 3_000);
            self.context.step(self.service, wait);
            return News::Goes;
        }
        let Before { version, pods, .. } = self.run.before.clone();
        let patience = self.context.settings.readiness_deadline;
        self.item.to.clone_from(&version);
        self.service.newest_set += 1;
        let set = (self.service.newest_set, version);
        rollout::begin(self.service, &mut self.context, set, pods, Pace::OneByOne, patience);
        self.drive()
    }
}

/// What a service runs now. A mixture, left by a rollback that failed, counts as the running configuration's (decided).
pub(super) fn before(service: &Service) -> Before {
    let alive = || service.pods.iter().filter(|pod| pod.is_alive());
    let set = if alive().any(|pod| pod.set == service.set) {
        service.set
    } else {
        alive().map(|pod| pod.set).max().unwrap_or(service.set)
    };
    let of_set = |pod: &&Pod| pod.set == set;
    let running = || service.running.as_ref().and_then(|configuration| configuration.version.clone());
    let version = alive().find(of_set).map_or_else(running, |pod| pod.version.clone());
    Before { set, version, pods: u32::try_from(alive().count()).unwrap_or(u32::MAX) }
}
