//! Statuses as shape + word + colour: never colour alone, and the same chip everywhere.

use leptos::prelude::*;

use crate::console::element::view;
use crate::console::read::Read;
use crate::lifecycle::{Class, RunningStatus, Status};

/// A status colour, by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Ok,
    /// Going on.
    Progress,
    /// Not as it should be, but it serves.
    Warn,
    /// Wrong now.
    Error,
    /// Nothing to say.
    Idle,
}

impl Tone {
    /// The name style/parts.css knows it by (`data-tone`).
    pub fn name(self) -> &'static str {
        match self {
            Tone::Ok => "ok",
            Tone::Progress => "progress",
            Tone::Warn => "warn",
            Tone::Error => "error",
            Tone::Idle => "idle",
        }
    }
}

impl From<&Status> for Tone {
    fn from(status: &Status) -> Tone {
        match status.class() {
            Class::InProgress => Tone::Progress,
            Class::Error => Tone::Error,
            Class::Final => Tone::Idle,
            // Stopped as asked is nothing to look at; what serves is green.
            Class::Ok if matches!(status, Status::Stopped | Status::Deleted) => Tone::Idle,
            Class::Ok => Tone::Ok,
        }
    }
}

impl From<RunningStatus> for Tone {
    fn from(status: RunningStatus) -> Tone {
        match status {
            RunningStatus::Running | RunningStatus::Completed => Tone::Ok,
            RunningStatus::Starting | RunningStatus::Stopping => Tone::Progress,
            RunningStatus::Warning => Tone::Warn,
            RunningStatus::Error => Tone::Error,
            RunningStatus::Stopped | RunningStatus::Unknown => Tone::Idle,
        }
    }
}

/// The shape of a status; only what is being worked on turns, what waits shows a clock.
fn shape(status: &Status) -> &'static str {
    if status.queue().is_some() || *status == Status::DeleteQueued {
        return "queued";
    }
    match status {
        Status::Ready => "ready",
        Status::Canceled => "canceled",
        Status::Stopped | Status::Deleted => "stopped",
        Status::Unknown(_) => "unknown",
        known => match known.class() {
            Class::InProgress => "working",
            Class::Ok => "ok",
            Class::Error => "error",
            Class::Final => "ready",
        },
    }
}

/// A deployment status.
#[component]
pub fn StatusChip(
    /// What to show: the *shown* status, queue overlay included (law §2).
    #[prop(into)]
    status: Read<Status>,
    /// The pods, where they are known: a failure that leaves everything serving is no alarm.
    #[prop(into, optional)]
    running: Option<Read<RunningStatus>>,
) -> AnyView {
    let tone = Read::new({
        let status = status.clone();
        move || match Tone::from(&status.get()) {
            Tone::Error if running.as_ref().is_some_and(|running| running.get() == RunningStatus::Running) => {
                Tone::Warn
            }
            tone => tone,
        }
    });
    let title = {
        let tone = tone.clone();
        move || (tone.get() == Tone::Warn).then_some("It failed; what ran before still serves")
    };
    let shown = status.clone();
    view! {
        <span class="status" data-tone=move || tone.get().name() title=title>
            <span class="shape" data-shape=move || shape(&shown.get()) aria-hidden="true"></span>
            <span class="word">{move || status.get().words().to_owned()}</span>
        </span>
    }
}

/// A running status: dot and word, smaller than a deployment status, because the two are never merged into one.
#[component]
pub fn RunningMark(
    /// What to show.
    #[prop(into)]
    running: Read<RunningStatus>,
) -> AnyView {
    let (toned, shaped) = (running.clone(), running.clone());
    let shape = move || match shaped.get() {
        RunningStatus::Running => "dot",
        RunningStatus::Starting | RunningStatus::Stopping => "working",
        RunningStatus::Completed => "ok",
        RunningStatus::Warning => "warn",
        RunningStatus::Error => "error",
        RunningStatus::Stopped => "stopped",
        RunningStatus::Unknown => "unknown",
    };
    view! {
        <span class="running" data-tone=move || Tone::from(toned.get()).name()>
            <span class="word">
                <span class="shape" data-shape=shape aria-hidden="true"></span>
                " "
                {move || match running.get() {
                    // What is not known is not said in every row.
                    RunningStatus::Unknown => view! {
                        <span aria-hidden="true">"–"</span>
                        <span class="visually-hidden">"Unknown"</span>
                    },
                    told => told.words().into_any(),
                }}
            </span>
        </span>
    }
}
