//! The history: what was asked, by whom, and what came of it, service by service (law §6).

use crate::lifecycle::note::Note;
use crate::lifecycle::{Action, RequestId, Scope, ServiceId, Status};

use super::configuration::Version;
use super::request::Actor;
use super::world::Millis;

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// In the queue.
    Waiting,
    /// The running deployment.
    Running,
    /// It did what was asked, as far as each service allowed it.
    Succeeded,
    /// A service failed.
    Failed,
    /// It was canceled while it ran.
    Canceled,
    /// It was taken back from the queue.
    TakenBack,
    /// When its turn came no service allowed it any more (law §6).
    NothingToDo,
}

impl Progress {
    /// Whether it is over.
    pub fn ended(self) -> bool {
        match self {
            Progress::Waiting | Progress::Running => false,
            Progress::Succeeded
            | Progress::Failed
            | Progress::Canceled
            | Progress::TakenBack
            | Progress::NothingToDo => true,
        }
    }

    /// The words of the history.
    pub fn words(self) -> &'static str {
        match self {
            Progress::Waiting => "waiting",
            Progress::Running => "running",
            Progress::Succeeded => "succeeded",
            Progress::Failed => "failed",
            Progress::Canceled => "canceled",
            Progress::TakenBack => "taken back",
            Progress::NothingToDo => "nothing to do",
        }
    }
}

/// What came of one service's part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Accepted; waits or goes on.
    Accepted,
    /// Left out; the note says why.
    Skipped,
    /// Done as asked.
    Done,
    /// Failed; the note says how.
    Failed,
    /// Canceled, interrupted or before its start; the note says which.
    Canceled,
}

/// One service's part in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The service.
    pub service: ServiceId,
    /// The service's place in the environment.
    pub place: usize,
    /// What it means for this service: in a selection Deploy or Redeploy, whichever its status allows (law §4).
    pub action: Action,
    /// The version that was picked, if one was.
    pub chosen: Option<Version>,
    /// The version that ran before.
    pub from: Option<Version>,
    /// The version that is, or was, brought to the cluster: captured when its run started (law §5).
    pub to: Option<Version>,
    /// When it was queued in the running deployment.
    pub queued_at: Option<Millis>,
    /// When its build started; `None` if nothing was built.
    pub building_at: Option<Millis>,
    /// When it started to deploy, stop or restart.
    pub deploying_at: Option<Millis>,
    /// When it was interrupted by a cancel.
    pub canceling_at: Option<Millis>,
    /// When its part was over.
    pub ended_at: Option<Millis>,
    /// The status it got in the end.
    pub status: Option<Status>,
    /// What came of it.
    pub outcome: Outcome,
    /// What is worth saying.
    pub note: Option<Note>,
}

/// An accepted request: waiting, running or over. It is in exactly one place: the queue, `running`, or the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: RequestId,
    /// What was asked.
    pub action: Action,
    /// Of what.
    pub scope: Scope,
    /// By whom, from where.
    pub actor: Actor,
    /// Cancel only: with force.
    pub force: bool,
    /// When it was accepted.
    pub accepted_at: Millis,
    /// When it started.
    pub started_at: Option<Millis>,
    /// When it was over.
    pub ended_at: Option<Millis>,
    /// How far it is.
    pub progress: Progress,
    /// Who canceled it or took it back.
    pub canceled_by: Option<Actor>,
    /// Its services, those left out included.
    pub items: Vec<Item>,
}

impl Item {
    /// Whether the deployment was canceled before its turn came (law §6): its status is that of before.
    pub fn never_began(&self) -> bool {
        self.outcome == Outcome::Canceled && self.building_at.is_none() && self.deploying_at.is_none()
    }
}

impl Record {
    /// The status a finished deployment gives as `last_deployment_state`: the first error, else what the action ends in.
    pub fn state(&self) -> Status {
        let reached = self.items.iter().filter(|item| !item.never_began());
        let error = reached.filter_map(|item| item.status.as_ref()).find(|status| status.is_error());
        match (error, self.progress) {
            (Some(status), Progress::Failed | Progress::Canceled) => status.clone(),
            (_, Progress::Canceled | Progress::TakenBack) => Status::Canceled,
            (_, Progress::Waiting) => self.action.queue().map_or(Status::Canceled, |queue| queue.status()),
            (_, Progress::Running) => match self.action {
                Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => Status::Deploying,
                Action::Stop => Status::Stopping,
                Action::Restart => Status::Restarting,
                Action::Cancel => Status::Canceling,
            },
            (_, Progress::Succeeded | Progress::Failed | Progress::NothingToDo) => match self.action {
                Action::Deploy | Action::Redeploy | Action::DeployVersion | Action::DeployLatest => Status::Deployed,
                Action::Stop => Status::Stopped,
                Action::Restart => Status::Restarted,
                Action::Cancel => Status::Canceled,
            },
        }
    }
}
