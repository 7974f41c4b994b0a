//! How far a request is, and the words for it.

use crate::api::outcome::{Outcome, OutcomeItem};
use crate::console::format::{count, names};
use crate::console::legible::name;
use crate::lifecycle::ServiceId;

/// How far a request is, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// On its way to the server.
    Sending,
    /// The server took it.
    Accepted,
    /// The server took it, and does not tell how it goes on.
    Untold,
    /// It waits.
    Waiting {
        /// Its place, from 1.
        place: u64,
    },
    /// It is carried out.
    Running {
        /// Services that are done with.
        over: usize,
        /// Services it is about.
        of: usize,
    },
    /// It ended well.
    Done(String),
    /// It ended otherwise: canceled, nothing to do, taken back.
    Ended(String),
    /// It failed, for some or all.
    Failed {
        /// What happened and what to do next.
        words: String,
        /// Which services failed.
        services: Vec<ServiceId>,
    },
    /// It is not known whether the server took it.
    Unknown(String),
}

impl Stage {
    /// Whether nothing more will be known.
    pub fn is_over(&self) -> bool {
        match self {
            Stage::Sending | Stage::Accepted | Stage::Waiting { .. } | Stage::Running { .. } => false,
            Stage::Untold | Stage::Done(_) | Stage::Ended(_) | Stage::Failed { .. } | Stage::Unknown(_) => true,
        }
    }

    /// How far it is: what is known of a request only ever gets further.
    fn progress(&self) -> (u8, usize) {
        match self {
            Stage::Sending => (0, 0),
            Stage::Accepted => (1, 0),
            Stage::Waiting { place } => (2, usize::MAX - usize::try_from(*place).unwrap_or(usize::MAX)),
            Stage::Running { over, .. } => (3, *over),
            Stage::Untold | Stage::Done(_) | Stage::Ended(_) | Stage::Failed { .. } | Stage::Unknown(_) => (4, 0),
        }
    }

    /// Whether that can come after it.
    pub fn may_become(&self, next: &Stage) -> bool {
        self.progress() <= next.progress()
    }

    /// Whether it may go away by itself: only what nobody has to act on.
    pub fn may_leave(&self) -> bool {
        match self {
            Stage::Untold | Stage::Done(_) | Stage::Ended(_) => true,
            Stage::Sending | Stage::Accepted | Stage::Waiting { .. } | Stage::Running { .. } => false,
            Stage::Failed { .. } | Stage::Unknown(_) => false,
        }
    }

    /// The words for it.
    pub fn words(&self) -> String {
        match self {
            Stage::Sending => "Sending…".into(),
            Stage::Accepted => "Accepted".into(),
            Stage::Untold => "Accepted. This server does not tell how it goes on; the list shows it.".into(),
            Stage::Waiting { place } => format!("Queued, place {place}"),
            Stage::Running { of: 0 | 1, .. } => "Running".into(),
            Stage::Running { over, of } => format!("Running, {over} of {} done", count(*of, "service")),
            Stage::Done(words) | Stage::Ended(words) | Stage::Failed { words, .. } | Stage::Unknown(words) => {
                words.clone()
            }
        }
    }

    /// The shape that stands before the words (style/icons.css).
    pub fn shape(&self) -> &'static str {
        match self {
            Stage::Sending | Stage::Running { .. } => "working",
            Stage::Accepted | Stage::Untold | Stage::Waiting { .. } => "queued",
            Stage::Done(_) => "ok",
            Stage::Ended(_) => "canceled",
            Stage::Failed { .. } => "error",
            Stage::Unknown(_) => "unknown",
        }
    }

    /// Its colour (`data-tone`).
    pub fn tone(&self) -> &'static str {
        match self {
            Stage::Sending | Stage::Accepted | Stage::Waiting { .. } | Stage::Running { .. } => "progress",
            Stage::Untold | Stage::Ended(_) => "idle",
            Stage::Done(_) => "ok",
            Stage::Failed { .. } => "error",
            Stage::Unknown(_) => "warn",
        }
    }
}

/// Reads what the server says of a request.
pub fn read(outcome: &Outcome) -> Stage {
    let of = |name: &str| outcome.items.iter().filter(|item| item.outcome == name).collect::<Vec<_>>();
    match outcome.state.as_str() {
        "WAITING" => match outcome.position {
            Some(place) => Stage::Waiting { place: u64::try_from(place).unwrap_or(u64::MAX) },
            None => Stage::Accepted,
        },
        "ENDED" => ended(outcome, &of("FAILED"), &of("CANCELED"), &of("SKIPPED"), &of("DONE")),
        // A state this version does not know is not over.
        _ => {
            let skipped = of("SKIPPED").len();
            let open = of("ACCEPTED").len();
            Stage::Running {
                over: outcome.items.len().saturating_sub(open + skipped),
                of: outcome.items.len() - skipped,
            }
        }
    }
}

fn ended(
    outcome: &Outcome,
    failed: &[&OutcomeItem],
    canceled: &[&OutcomeItem],
    skipped: &[&OutcomeItem],
    done: &[&OutcomeItem],
) -> Stage {
    let mut words = Vec::new();
    if !failed.is_empty() {
        words.push(part("failed", failed));
    }
    if !canceled.is_empty() {
        words.push(part("canceled", canceled));
    }
    if !skipped.is_empty() {
        words.push(part("skipped", skipped));
    }
    // Of the whole is said what the items do not say themselves: taken back, nothing to do.
    if let (Some(note), true, [], []) = (&outcome.note, words.is_empty(), failed, done) {
        words.push(note.clone());
    }
    if !failed.is_empty() {
        let services = failed.iter().filter_map(|item| item.service_id.parse().ok()).collect();
        return Stage::Failed { words: words.join(" · "), services };
    }
    match (done, words.is_empty()) {
        ([], _) => Stage::Ended(if words.is_empty() { "Nothing to do".into() } else { words.join(" · ") }),
        // What there is to say of the only one is said: "nothing changed".
        ([one], true) => Stage::Done(one.reason.clone().unwrap_or_else(|| "Done".into())),
        (all, true) => Stage::Done(format!("Done, {}", count(all.len(), "service"))),
        (all, false) if canceled.is_empty() => {
            Stage::Done(format!("{} done · {}", count(all.len(), "service"), words.join(" · ")))
        }
        (_, false) => Stage::Ended(words.join(" · ")),
    }
}

/// "2 failed: api and web", or the reason where it is one.
fn part(what: &str, items: &[&OutcomeItem]) -> String {
    let named = items.iter().map(|item| name(&item.name)).collect::<Vec<_>>();
    match (items, named.as_slice()) {
        ([one], [name]) => match &one.reason {
            Some(reason) => format!("{name}: {reason}"),
            None => format!("{name} {what}"),
        },
        _ => format!("{} {what}: {}", items.len(), names(&named)),
    }
}
