//! The playhead: a moment of a deployment, to be moved back and forth, and what was known of a service then.
//!
//! What the server tells of a service in a deployment is when its part began, when it ended, and how. So at any moment it
//! waits, is being worked on, or is as it ended; nothing else is claimed.

use leptos::prelude::*;

use crate::api::history::{Deployment, DeploymentService};
use crate::console::element::view;
use crate::console::format::{self, Millis};
use crate::lifecycle::Status;

/// From when to when a deployment is looked at, Unix ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// When it was asked for.
    pub from: Millis,
    /// When it was over; while it goes on, when it was last heard of.
    pub to: Millis,
}

impl Span {
    /// Of a deployment; `None`: its times are not told, or make no span.
    pub fn of(one: &Deployment) -> Option<Span> {
        let (from, to) = (one.auditing_data.created_at?.0, one.auditing_data.updated_at?.0);
        (from < to).then_some(Span { from, to })
    }

    /// A moment as a part of a thousand.
    fn permille(self, at: Millis) -> Millis {
        let length = (self.to - self.from).max(1);
        (at.clamp(self.from, self.to) - self.from).saturating_mul(1_000) / length
    }

    /// A moment as a part of the whole, for a style sheet.
    pub fn percent(self, at: Millis) -> String {
        percent(self.permille(at))
    }

    /// A stretch of time, which is never too short to be seen.
    pub fn stretch(self, from: Millis, to: Millis) -> String {
        percent((self.permille(to) - self.permille(from)).max(4))
    }
}

fn percent(permille: Millis) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

/// How a service stood at a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// Its part had not begun.
    Waiting,
    /// Its part had begun, and had not ended.
    UnderWay,
    /// As it ended, or stands now.
    As(Status),
}

/// When a service's part began and ended; `None`: that is not told, or it waits.
pub fn part(service: &DeploymentService) -> Option<(Millis, Millis)> {
    let asked = &service.auditing_data;
    let waits = Status::from_name(&service.status).queue().is_some();
    Some((asked.created_at?.0, asked.updated_at?.0)).filter(|(from, to)| from <= to && !waits)
}

/// How a service stood then; `None`: now, or at the end.
pub fn then(service: &DeploymentService, at: Option<Millis>) -> Then {
    let status = Status::from_name(&service.status);
    match (at, part(service)) {
        (Some(at), Some((from, _))) if at < from => Then::Waiting,
        (Some(at), Some((_, to))) if at < to => Then::UnderWay,
        _ => Then::As(status),
    }
}

/// The playhead itself: a slider over the span. `at` is where it stands; `None`: at the end, and stays there.
pub fn playhead(span: Memo<Option<Span>>, goes_on: Memo<bool>, at: RwSignal<Option<Millis>>) -> AnyView {
    let moved = move |event: web_sys::Event| {
        let Some(span) = span.get_untracked() else { return };
        // In whole milliseconds; where it stands by keys is a part of the whole.
        let value = event_target_value(&event);
        let whole = value.split('.').next().unwrap_or_default();
        let passed = whole.parse::<Millis>().unwrap_or(Millis::MAX);
        let moment = span.from.saturating_add(passed);
        at.set((moment < span.to).then_some(moment));
    };
    let passed = move |span: Span| at.get().map_or(span.to, |at| at.min(span.to)) - span.from;
    let words = move || match (span.get(), at.get()) {
        (Some(span), Some(_)) => format!("{} after it was asked for", format::duration(passed(span))),
        (Some(_), None) | (None, _) => (if goes_on.get() { "Now" } else { "At the end" }).to_owned(),
    };
    let value = move || span.get().map(|span| passed(span).to_string());
    let title = move || {
        let span = span.get()?;
        Some(format::moment(at.get().unwrap_or(span.to)))
    };
    view! {
        <div class="playhead">
            <input
                type="range"
                aria-label="Playhead"
                min="0"
                step="any"
                max=move || span.get().map(|span| (span.to - span.from).to_string())
                prop:value=value
                aria-valuetext=words
                title=title
                on:input=moved
            />
            <span class="muted" aria-hidden="true">{words}</span>
        </div>
    }
}
