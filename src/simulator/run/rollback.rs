//! The way back: after a failure, and after a cancel (law §5).

use crate::lifecycle::cancel::{Interruption, interruption};
use crate::lifecycle::rolling::Pace;
use crate::lifecycle::transition::Event;
use crate::lifecycle::work::Work;
use crate::lifecycle::{Action, Note};
use crate::simulator::context::What;
use crate::simulator::deployment::{Before, Phase};
use crate::simulator::pod::Pod;
use crate::simulator::record::Outcome;
use crate::simulator::rollout;
use crate::simulator::service::Service;

use super::{News, Part};

impl Part<'_> {
    pub fn failure(&self) -> Event {
        match self.item.action {
            Action::Restart => Event::RestartFailed,
            Action::Stop => Event::StopFailed,
            Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest | Action::Cancel => {
                Event::DeployFailed
            }
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
                rollout::abandon(self.service, &mut self.context);
                self.end(self.failure(), Outcome::Failed, Some(Note::NotRestored(failure)))
            }
            Phase::Canceling => {
                rollout::abandon(self.service, &mut self.context);
                self.end(Event::RollbackFailed, Outcome::Failed, Some(Note::RollbackFailed))
            }
            Phase::Queued | Phase::Building | Phase::Built | Phase::Stopping | Phase::Ended => News::Goes,
        }
    }

    /// The pods that come were not ready before the deadline.
    pub fn fail(&mut self) -> News {
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
    pub fn back(&mut self) -> News {
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

    pub fn canceled(&mut self) -> News {
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
}

/// What a service runs now. A mixture, left by a rollback that failed, counts as the running configuration's (decided).
pub(in crate::simulator) fn before(service: &Service) -> Before {
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
