//! The record's words: what is worth saying about one service's part in a request, beside its status (law §5, §6).

use std::fmt;
use std::sync::Arc;

use super::kind::Kind;
use super::refusal::Refusal;

/// What the record says about a service's part in a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Note {
    /// The deployment was canceled before the service's turn came (law §5).
    CanceledBeforeStart,
    /// Another service of the deployment failed (law §6).
    SkippedBecause {
        /// The name of the service that failed.
        failed: Arc<str>,
    },
    /// When its turn came, or when it was asked, the rule did not allow it (law §6).
    Refused(Refusal),
    /// The waiting request was taken back (law §4).
    TakenBack,
    /// Nothing differs from what runs, so nothing was touched (law §5).
    NothingChanged {
        /// The kind: a job is not executed again, the pods of the others are not restarted.
        kind: Kind,
    },
    /// It failed.
    Failed(Failure),
    /// It failed, and what ran before could not be brought back before the deadline.
    NotRestored(Failure),
    /// The cancel took it back to what it ran before.
    RolledBack,
    /// The cancel took it back to nothing: it ran nothing before.
    RolledBackToNothing,
    /// The cancel could not take it back before the deadline: what runs is a mixture.
    RollbackFailed,
    /// The executing job was interrupted by force; what it did is not undone.
    Forced,
    /// The executing job ignores the cancel and goes on to its end.
    NotInterrupted,
}

/// What went wrong in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Failure {
    /// The source could not be built.
    Build,
    /// The image was built and could not be pushed to the registry.
    Push,
    /// The readiness probe was not ok before the deadline.
    Readiness,
    /// The cluster had no room for a pod before the deadline.
    Capacity,
    /// Pods crashed: the liveness probe failed.
    Crash,
    /// The job ended with an error.
    Job,
    /// It did not end before its deadline.
    Deadline,
    /// The pods could not be stopped.
    Stop,
    /// The restart could not be processed.
    Restart,
}

impl Failure {
    /// What went wrong, as a clause without a full stop.
    pub fn words(self) -> &'static str {
        match self {
            Failure::Build => "the build failed",
            Failure::Push => "the image could not be pushed",
            Failure::Readiness => "the readiness probe was never ok before the deadline",
            Failure::Capacity => "the cluster had no room for its pods before the deadline",
            Failure::Crash => "its pods crashed",
            Failure::Job => "the job ended with an error",
            Failure::Deadline => "it did not end before the deadline",
            Failure::Stop => "the stop failed",
            Failure::Restart => "the restart could not be processed",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::CanceledBeforeStart => f.write_str("canceled before it started"),
            Note::SkippedBecause { failed } => write!(f, "skipped, because {failed} failed"),
            Note::Refused(refusal) => write!(f, "skipped: {refusal}"),
            Note::TakenBack => f.write_str("taken back before it started"),
            Note::NothingChanged { kind: Kind::LifecycleJob | Kind::CronJob } => {
                f.write_str("nothing changed; the job was not executed again")
            }
            Note::NothingChanged { kind: Kind::ManagedDatabase | Kind::Helm | Kind::Unknown } => {
                f.write_str("nothing changed")
            }
            Note::NothingChanged { kind: Kind::Application | Kind::Container | Kind::ContainerDatabase } => {
                f.write_str("nothing changed; to restart pods use Restart")
            }
            Note::Failed(failure) => f.write_str(failure.words()),
            Note::NotRestored(failure) => {
                write!(f, "{}, and what ran before could not be brought back", failure.words())
            }
            Note::RolledBack => f.write_str("canceled; what ran before runs again"),
            Note::RolledBackToNothing => f.write_str("canceled; it ran nothing before, and runs nothing now"),
            Note::RollbackFailed => f.write_str("canceled, but the rollback missed its deadline"),
            Note::Forced => f.write_str("canceled by force; what the job did is not undone"),
            Note::NotInterrupted => f.write_str("not interrupted by the cancel: the job goes on to its end"),
        }
    }
}
