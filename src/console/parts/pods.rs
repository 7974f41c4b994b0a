//! Pods as small squares: one look says how many are ready, which are new, and which are wrong.

use leptos::prelude::*;

use crate::console::element::{Child, view};
use crate::console::format;
use crate::console::read::Read;
use crate::console::state::row::PodRow;
use crate::lifecycle::RunningStatus;

/// Above this many pods there is one square per state, with its number.
const SQUARES: usize = 12;

/// What one square says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Ready,
    Starting,
    Error,
    Terminating,
    Missing,
}

impl Look {
    const ALL: [Look; 5] = [Look::Ready, Look::Starting, Look::Error, Look::Terminating, Look::Missing];

    fn of(pod: &PodRow) -> Look {
        match pod.running {
            RunningStatus::Error => Look::Error,
            RunningStatus::Stopping | RunningStatus::Stopped => Look::Terminating,
            RunningStatus::Running
            | RunningStatus::Completed
            | RunningStatus::Warning
            | RunningStatus::Starting
            | RunningStatus::Unknown => {
                if pod.ready {
                    Look::Ready
                } else {
                    Look::Starting
                }
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Look::Ready => "ready",
            Look::Starting => "starting",
            Look::Error => "error",
            Look::Terminating => "terminating",
            Look::Missing => "missing",
        }
    }
}

/// The squares in words: "2 of 3 pods ready, 1 starting".
pub fn pods_words(pods: &[PodRow], desired: Option<u32>) -> String {
    let count = |look: Look| pods.iter().filter(|pod| Look::of(pod) == look).count();
    let ready = count(Look::Ready);
    let mut words = match desired.and_then(|desired| usize::try_from(desired).ok()) {
        _ if pods.is_empty() => return "no pods".into(),
        None | Some(0) => format!("{} ready", format::count(ready, "pod")),
        Some(desired) => format!("{ready} of {} ready", format::count(desired, "pod")),
    };
    for (look, what) in [(Look::Starting, "starting"), (Look::Error, "in error"), (Look::Terminating, "ending")] {
        let number = count(look);
        if number > 0 {
            words.push_str(&format!(", {number} {what}"));
        }
    }
    let old = pods.iter().filter(|pod| pod.old).count();
    if old > 0 && old < pods.len() {
        words.push_str(&format!("; {old} of the version before"));
    }
    words
}

/// The pods of one service; the old generation outlined, the new one filled.
#[component]
pub fn Pods(
    /// The pods there are.
    #[prop(into)]
    pods: Read<Vec<PodRow>>,
    /// How many there should be, where told.
    #[prop(into)]
    desired: Read<Option<u32>>,
    /// Their state in one word: where it is unknown, so is whether there are any.
    #[prop(into)]
    running: Read<RunningStatus>,
) -> AnyView {
    let words = Read::new({
        let (pods, desired) = (pods.clone(), desired.clone());
        move || match (pods.get(), running.get()) {
            (pods, RunningStatus::Unknown) if pods.is_empty() => String::new(),
            (pods, _) => pods_words(&pods, desired.get()),
        }
    });
    let titled = words.clone();
    let squares = move || {
        let pods = pods.get();
        let wanted = desired.get().and_then(|desired| usize::try_from(desired).ok()).unwrap_or(0);
        let missing = if pods.is_empty() { 0 } else { wanted.saturating_sub(pods.len()) };
        let looks = pods
            .iter()
            .map(|pod| (Look::of(pod), pod.old))
            .chain(std::iter::repeat_n((Look::Missing, false), missing.min(SQUARES)))
            .collect::<Vec<_>>();
        if looks.len() <= SQUARES { one_each(looks) } else { by_look(looks) }
    };
    view! {
        <span class="pods" role="img" aria-label=move || words.get() title=move || titled.get()>
            {squares}
        </span>
    }
}

fn one_each(looks: Vec<(Look, bool)>) -> AnyView {
    Child::view(
        looks.into_iter().map(|(look, old)| view! { <i data-pod=look.name() class:old=old></i> }).collect::<Vec<_>>(),
    )
}

fn by_look(looks: Vec<(Look, bool)>) -> AnyView {
    Child::view(
        Look::ALL
            .into_iter()
            .filter_map(|look| {
                let number = looks.iter().filter(|(other, _)| *other == look).count();
                (number > 0).then(|| {
                    view! {
                        <i data-pod=look.name()></i>
                        <span class="more">{number}</span>
                    }
                })
            })
            .collect::<Vec<_>>(),
    )
}
