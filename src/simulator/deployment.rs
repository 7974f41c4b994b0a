//! The deployment that an environment runs now.

use crate::lifecycle::note::Failure;
use crate::lifecycle::pipeline::{Lane, Pipeline};
use crate::lifecycle::work::Work;
use crate::lifecycle::{Action, Status};

use super::configuration::{Configuration, Version};
use super::record::Record;
use super::world::Millis;

/// What a service's run does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Queued: its stage or a slot is not there yet.
    Queued,
    /// Source is cloned, built and pushed.
    Building,
    /// Built; waits for a deployment slot, still shown as Building.
    Built,
    /// Goes to the cluster.
    Deploying,
    /// It failed, and what ran before is brought back; the status is final only then.
    Restoring(Failure),
    /// Canceled; what ran before is brought back.
    Canceling,
    /// Being stopped.
    Stopping,
    /// Its pods are replaced, same version and configuration.
    Restarting,
    /// Over.
    Ended,
}

/// The pods a service had when its run started: what it goes back to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Their set.
    pub set: u32,
    /// Their version.
    pub version: Option<Version>,
    /// How many.
    pub pods: u32,
}

/// One service's run in a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The service's place in the environment.
    pub service: usize,
    /// Its place in the record.
    pub item: usize,
    /// What it does now.
    pub phase: Phase,
    /// The slot it holds, if it holds one.
    pub slot: Option<Lane>,
    /// The status it had.
    pub had: Status,
    /// Since when it had it, Unix ms; `None`: not told by the file it came from.
    pub had_since: Option<Millis>,
    /// The pods it had.
    pub before: Before,
    /// What it does on the cluster.
    pub work: Work,
    /// The configuration that is brought to the cluster, captured when the run started (law §5).
    pub captured: Option<Configuration>,
}

/// Whether the deployment goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It does.
    Going,
    /// A service failed.
    Failing,
    /// It was canceled.
    Canceling,
}

/// The deployment that an environment runs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// What was asked, and what has come of it so far.
    pub record: Record,
    /// The services that take part.
    pub runs: Vec<Run>,
    /// Who starts when.
    pub pipeline: Pipeline,
    /// Whether it goes on.
    pub course: Course,
    /// How many runs are Queued, Building or Deploying: what Cancel acts on (law §4).
    pub interruptible: usize,
    /// How many runs are not over.
    pub open: usize,
}

impl Deployment {
    /// Whether Cancel acts on it: a Deploy, Redeploy or version action with a service still Queued, Building or
    /// Deploying (law §4).
    pub fn cancelable(&self) -> bool {
        match self.record.action {
            Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => self.interruptible > 0,
            Action::Stop | Action::Restart | Action::Cancel => false,
        }
    }
}
