//! What the run of one service does on the cluster (law §5).

use super::kind::{Kind, Source};
use super::rolling::Pace;

/// What is known of a service when its run starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Situation {
    /// What it is.
    pub kind: Kind,
    /// Where its code comes from.
    pub source: Source,
    /// Whether the desired configuration differs from what runs, or what runs is not a whole set of it.
    pub differs: bool,
    /// Whether it is brought up: not stopped, not never brought up.
    pub up: bool,
    /// Whether the image of the desired version exists.
    pub image: bool,
}

/// What a deployment does to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Nothing differs: no pod is touched, a job is not executed again.
    Nothing,
    /// Pods are brought up or replaced.
    Pods(Pace),
    /// A lifecycle job executes.
    Execute,
    /// What has no pods of its own is created or changed: a managed database, the schedule of a cron job, what is of a
    /// kind that is not known.
    Apply,
}

/// What a deployment does to a service in this situation.
pub fn deployment(situation: Situation) -> Work {
    if situation.up && !situation.differs {
        return Work::Nothing;
    }
    match situation.kind {
        Kind::LifecycleJob => Work::Execute,
        Kind::ManagedDatabase | Kind::CronJob | Kind::Unknown => Work::Apply,
        Kind::Application | Kind::Container | Kind::ContainerDatabase | Kind::Helm if situation.up => {
            Work::Pods(Pace::OneByOne)
        }
        Kind::Application | Kind::Container | Kind::ContainerDatabase | Kind::Helm => Work::Pods(Pace::AllAtOnce),
    }
}

/// Whether its image must be built first: a git source, unless that commit's image exists (law §5).
pub fn needs_build(situation: Situation) -> bool {
    match situation.source {
        Source::Git => !situation.image && deployment(situation) != Work::Nothing,
        Source::Image | Source::Chart | Source::None | Source::Unknown => false,
    }
}
