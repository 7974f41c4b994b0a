//! The build of a git source: clone, build, push (law §5).

use crate::lifecycle::transition::Event;
use crate::lifecycle::{Failure, Note};
use crate::simulator::context::What;
use crate::simulator::deployment::Phase;
use crate::simulator::record::Outcome;

use super::{News, Part};

impl Part<'_> {
    pub fn build(&mut self) -> News {
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

    pub fn built(&mut self) -> News {
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
            self.service.built(version);
        }
        self.run.phase = Phase::Built;
        self.run.slot = None;
        News::Built
    }
}
