//! A stop: pods removed, a database paused, a schedule off, a stop command run (law §3, §5).

use crate::lifecycle::Kind;
use crate::lifecycle::transition::Event;
use crate::simulator::context::What;
use crate::simulator::deployment::Phase;
use crate::simulator::record::Outcome;
use crate::simulator::rollout;

use super::{News, Part};

impl Part<'_> {
    pub fn stop(&mut self) -> News {
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
            Kind::CronJob | Kind::Unknown => self.between(What::Stop, 1_000, 3_000),
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

    pub fn stopped(&mut self) -> News {
        self.service.up = false;
        self.end(Event::Stopped, Outcome::Done, None)
    }
}
