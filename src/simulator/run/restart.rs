//! A restart: the pods are replaced, same version and configuration (law §5).

use crate::lifecycle::rolling::Pace;
use crate::simulator::context::What;
use crate::simulator::deployment::{Before, Phase};
use crate::simulator::rollout;

use super::{News, Part};

impl Part<'_> {
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
