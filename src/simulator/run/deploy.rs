//! On its way to the cluster: pods, a job, a database or a schedule (law §5).

use crate::lifecycle::pipeline::Lane;
use crate::lifecycle::transition::Event;
use crate::lifecycle::work::Work;
use crate::lifecycle::{Failure, Kind, Note};
use crate::simulator::context::What;
use crate::simulator::deployment::Phase;
use crate::simulator::record::Outcome;
use crate::simulator::rollout;

use super::{News, Part, RETRY};

impl Part<'_> {
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

    pub fn succeed(&mut self) -> News {
        let note = match self.run.work {
            Work::Nothing => Some(Note::NothingChanged { kind: self.service.kind }),
            Work::Pods(_) | Work::Execute | Work::Apply => None,
        };
        self.service.running = self.run.captured.take();
        self.service.up = true;
        self.end(Event::Deployed, Outcome::Done, note)
    }

    /// A job has executed, or a database or schedule was applied: unless a fault holds it.
    pub fn executed(&mut self) -> News {
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
}
