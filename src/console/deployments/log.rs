//! What was logged in a deployment: as it came, without what only a terminal obeys; up to where the playhead stands; of all
//! who wrote, or of one of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use web_sys::Element;

use super::whose::{self, Writers, whose};
use super::{Past, key, stale};
use crate::api::log::LogLine;
use crate::client::logged;
use crate::console::element::{Item, each, view};
use crate::console::format::{self, Millis};
use crate::console::legible::name;
use crate::console::page::search;
use crate::console::route::use_route;
use crate::console::state::past::{self, Recorded};
use crate::console::state::{Remote, Store};
use crate::lifecycle::Status;

/// So many lines are in the document at first, the last of them: one can read no more at once.
const SHOWN: usize = 500;

/// What was logged so far.
struct Log {
    lines: Vec<Arc<Line>>,
    /// Whether the deployment went on when it was asked for.
    goes_on: bool,
}

impl Recorded for Log {
    fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Lines are added, and none is taken away.
    fn is_older_than(&self, known: &Log) -> bool {
        self.lines.len() < known.lines.len()
    }
}

/// A line as it is shown.
struct Line {
    key: u128,
    at: Millis,
    /// The id of who wrote it; empty: not told.
    of: Arc<str>,
    who: Arc<str>,
    step: String,
    level: &'static str,
    text: String,
    /// What the search looks in, in lower case.
    haystack: String,
}

impl Line {
    /// Whether it was written by then, and by the one whose lines are shown.
    fn stands(&self, at: Option<Millis>, of: &str) -> bool {
        at.is_none_or(|at| self.at <= at) && (of.is_empty() || *self.of == *of)
    }
}

/// The log of a deployment, to be searched. Whoever asks for it in the page sets `asked_for`.
pub fn log(store: Store, past: Past, id: String, at: RwSignal<Option<Millis>>, asked_for: RwSignal<()>) -> AnyView {
    let route = use_route();
    let environment = past.environment;
    let (began, asked, ended) = (id.clone(), id.clone(), id.clone());
    let failed = Memo::new(move |_| past.of(&ended, |one| Status::from_name(&one.status).is_error()));
    let began = Memo::new(move |_| past.of(&began, |one| one.auditing_data.created_at.map(|at| at.0)));
    let known = past::follow(store, environment, move |client| {
        let (client, id) = (client.clone(), asked.clone());
        // Known before the lines are read: what is written meanwhile is read next time.
        let goes_on = untrack(|| past.of(&id, |one| one.goes_on()));
        Box::pin(async move {
            let lines = client.logs(environment, Some(&id)).await?;
            Ok(Log {
                lines: lines.iter().enumerate().map(|(place, line)| Arc::new(read(place, line))).collect(),
                goes_on,
            })
        })
    });
    let wanted = Memo::new(move |_| route.place().with(|place| place.search.trim().to_lowercase()));
    let of = Memo::new(move |_| route.place().with(|place| place.lines_of.clone()));
    let writers = Memo::new(move |_| known.with(|known| known.value().map(writers).unwrap_or_default()));
    let most = RwSignal::new(SHOWN);
    // Those that fit, and how many more there are before them.
    let fitting = Memo::new(move |_| {
        let (at, of, wanted) = (at.get(), of.get(), wanted.get());
        let fits = |line: &&Arc<Line>| line.stands(at, &of) && line.haystack.contains(&wanted);
        let lines: Vec<Arc<Line>> = known.with(|known| {
            known.value().map(|log| log.lines.iter().filter(fits).cloned().collect()).unwrap_or_default()
        });
        Shown { before: lines.len().saturating_sub(most.get()), lines }
    });
    let rows = move || {
        let Shown { lines, before } = fitting.get();
        let drawn = lines.into_iter().skip(before);
        drawn.map(|line| Item::new(line.key, move |_| row(&line, began.get_untracked()))).collect()
    };
    let nothing = move || {
        known.with(|known| match known {
            Remote::Loading | Remote::Slow => "Reading the log…".to_owned(),
            Remote::Failed(error) => format!("The log cannot be read now: {error}"),
            Remote::Loaded(log) | Remote::Stale(log, _) if log.lines.is_empty() => {
                (if log.goes_on { "Nothing was logged yet." } else { "Nothing was logged." }).to_owned()
            }
            Remote::Loaded(_) | Remote::Stale(..) => match fitting.with(|shown| shown.lines.is_empty()) {
                true if !wanted.with(String::is_empty) => "No line matches the search.".to_owned(),
                true if of.with(String::is_empty) => "Nothing was logged up to this moment.".to_owned(),
                true => {
                    let name = of.with(|of| writers.with(|writers| whose::name(store, writers, of)));
                    let until = if at.get().is_some() { "up to this moment" } else { "in this deployment" };
                    format!("{name} logged nothing {until}.")
                }
                false => String::new(),
            },
        })
    };
    // Where it ended badly the last error is what one came to read.
    let error = move || {
        let (at, of) = (at.get(), of.get());
        let is_it = |line: &&Arc<Line>| line.level == "error" && line.stands(at, &of);
        let last = |log: &Log| log.lines.iter().rev().find(is_it).cloned();
        let line = known.with(|known| known.value().filter(|_| failed.get()).and_then(last))?;
        Some(view! {
            <p class="past-error">
                <span class="muted">{format!("The last error, of {}", line.who)}</span>
                <span class="text">{line.text.clone()}</span>
            </p>
        })
    };
    let earlier = move || {
        let before = fitting.with(|shown| shown.before);
        (before > 0).then(|| {
            let words = format!("Show {} more", format::count(before.min(SHOWN), "earlier line"));
            view! {
                <button type="button" class="button small" on:click=move |_| most.update(|most| *most += SHOWN)>
                    {words}
                </button>
            }
        })
    };
    let node = NodeRef::<html::H3>::new();
    // Who asked for the lines of one came for them; what is written meanwhile moves nothing.
    let came =
        Memo::new(move |_| Some(of.get()).filter(|of| !of.is_empty() && known.with(|known| known.value().is_some())));
    Effect::new(move |_| {
        if let (Some(_), Some(head)) = (came.get(), node.get()) {
            show(&head);
        }
    });
    Effect::new(move |before: Option<()>| {
        asked_for.track();
        if let (Some(()), Some(head)) = (before, node.get_untracked()) {
            show(&head);
            // It fails only where there is nothing to be focused any more.
            let _ = head.focus();
        }
    });
    view! {
        <div class="past-log">
            <div class="past-log-head">
                <h3 id="past-log" tabindex="-1" node_ref=node>"Log"</h3>
                {whose(store, id, of, writers)}
                {search("Search the log")}
            </div>
            {error}
            {earlier}
            {stale(known)}
            <ol class="lines" aria-labelledby="past-log">{each(rows)}</ol>
            <p class="muted" role="status">{nothing}</p>
        </div>
    }
}

/// Brings the head of the log to where its lines are seen, unless it is there.
fn show(head: &Element) {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    if !(0.0..height / 2.0).contains(&head.get_bounding_client_rect().top()) {
        head.scroll_into_view();
    }
}

fn writers(log: &Log) -> Writers {
    let mut known = BTreeSet::new();
    let named = log.lines.iter().filter(|line| !line.of.is_empty());
    named.filter(|line| known.insert(&*line.of)).map(|line| (line.of.clone(), line.who.clone())).collect()
}

/// The lines that are shown.
#[derive(Clone)]
struct Shown {
    lines: Vec<Arc<Line>>,
    /// How many stand before those that are drawn.
    before: usize,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Shown) -> bool {
        let keys = |shown: &Shown| shown.lines.iter().map(|line| line.key).collect::<Vec<_>>();
        self.before == other.before && keys(self) == keys(other)
    }
}

fn read(place: usize, line: &LogLine) -> Line {
    let writer = line.details.transmitter.as_ref();
    let of = writer.map_or_else(Arc::default, |one| Arc::from(one.id.as_str()));
    let who = writer.map_or_else(|| "environment".into(), |one| name(&one.name));
    let step = line.details.stage.as_ref().map(|stage| stage.step.to_lowercase()).unwrap_or_default();
    let text = logged::lines(&line.text()).join("\n");
    let level = match line.level.as_str() {
        "ERROR" => "error",
        "WARNING" => "warn",
        _ => "idle",
    };
    let haystack = format!("{who} {step} {text}").to_lowercase();
    Line {
        key: key(&format!("{place} {} {text}", line.timestamp.0)),
        at: line.timestamp.0,
        of,
        who,
        step,
        level,
        text,
        haystack,
    }
}

/// When it was written, counted from when the deployment was asked for; by whom; and the text.
fn row(line: &Line, began: Option<Millis>) -> AnyView {
    let passed = began.map(|began| format!("+{}", clock(line.at - began))).unwrap_or_default();
    view! {
        <li class="line" data-tone=line.level>
            <time class="muted" datetime=format::machine_moment(line.at) title=format::moment(line.at)>{passed}</time>
            <span class="who">{line.who.to_string()} " " <span class="muted">{line.step.clone()}</span></span>
            <span class="text">{(line.level == "error").then(|| view! { <span class="visually-hidden">"Error: "</span> })} {line.text.clone()}</span>
        </li>
    }
}

/// Minutes and seconds: "0:07", "12:30".
fn clock(millis: Millis) -> String {
    let seconds = millis.max(0) / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
