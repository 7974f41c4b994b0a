//! How one pod set replaces another: the rolling rule (law §5).
//!
//! Start new #1, when it is ready kill old #1, then #2, … More instances than before are added after, fewer are removed
//! after. An update, a restart and a rollback are the same rule, with the sets in other roles; a rollback finds some of
//! the pods it wants still there.
//!
//! Why ready pods never fall below the smaller of the two counts: a pod of the set that goes is killed only when the
//! pods are more than there were at the beginning (so the one that came on top is ready), or when all that are wanted
//! have come and are ready.

/// Whether there is something to keep serving meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pace {
    /// Nothing serves: a first deployment, or the start of what was stopped. All pods at once.
    AllAtOnce,
    /// One by one.
    OneByOne,
}

/// The pods of a service while one set replaces another; those being removed are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sets {
    /// Pods there were when the replacement began.
    pub from: u32,
    /// Pods wanted of the set that comes.
    pub wanted: u32,
    /// Pods of the set that comes.
    pub coming: u32,
    /// Of these, those started by this replacement and not ready.
    pub starting: u32,
    /// Pods of the set that goes.
    pub leaving: u32,
}

/// The next step of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Start a pod of the set that comes.
    Start,
    /// Kill a pod of the set that goes.
    Kill,
    /// A pod is in start: wait until it is ready, or the deadline is over.
    Wait,
    /// All that are wanted are ready, and none of the others is left.
    Done,
}

/// The next step.
pub fn next(pace: Pace, sets: Sets) -> Step {
    let missing = sets.coming < sets.wanted;
    match pace {
        Pace::AllAtOnce if missing => Step::Start,
        Pace::AllAtOnce | Pace::OneByOne if sets.starting > 0 => Step::Wait,
        Pace::AllAtOnce | Pace::OneByOne => {
            if sets.leaving > 0 && (!missing || sets.coming + sets.leaving > sets.from) {
                Step::Kill
            } else if missing {
                Step::Start
            } else {
                Step::Done
            }
        }
    }
}
