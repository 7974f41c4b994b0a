//! Keeps the world of the page in the browser: what is accepted is written down before it is answered, in one transaction
//! with the reading of what other tabs have written since. So all tabs are one world, whichever is closed or frozen: each
//! makes it from the same lines (law §9.8), and none leads.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, window};

use super::home::Apart;
use super::journal::{Entry, Line, Unreadable};
use super::storage::{Denied, Storage, Turn};
use super::{Answering, Keeper, Keeping, Loopback, MARK};
use crate::api::{Request, Response};
use crate::client::timer;

/// So many lines are read again when the page is opened; then a snapshot takes their place.
const LONGEST: u64 = 300;

/// Says something to the person: what, and why or what to do.
pub type Tell = Rc<dyn Fn(String, String)>;

/// Begins to keep the world called `world`: what is kept of it takes the place of the one that is open.
pub async fn keep(loopback: &Loopback, world: &str, tell: Tell) {
    let keeping = match Browser::open(loopback, world, tell.clone()).await {
        Ok(browser) => Keeping::By(Arc::new(browser)),
        Err(Denied(why)) => memory(&why),
    };
    loopback.set_keeping(keeping);
}

fn memory(why: &str) -> Keeping {
    Keeping::Memory(why.to_owned())
}

/// Keeps a world in the browser.
struct Browser(SendWrapper<Rc<Inner>>);

struct Inner {
    storage: Storage,
    mark: String,
    channel: Option<BroadcastChannel>,
    tell: Tell,
}

impl Browser {
    async fn open(loopback: &Loopback, world: &str, tell: Tell) -> Result<Browser, Denied> {
        let storage = Storage::open(world).await?;
        let channel = BroadcastChannel::new(&format!("playhead.{world}")).ok();
        let inner = Rc::new(Inner { storage, mark: format!("{MARK}{world}"), channel, tell });
        let turn = inner.storage.turn()?;
        inner.catch_up(loopback, &turn).await?;
        turn.end().await?;
        let (told, home) = (Rc::clone(&inner), loopback.clone());
        let hear = Closure::<dyn Fn()>::new(move || {
            let (inner, loopback) = (Rc::clone(&told), home.clone());
            spawn_local(async move { inner.hear(&loopback).await });
        });
        if let Some(channel) = &inner.channel {
            channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        }
        // As long as the page is there.
        hear.forget();
        Ok(Browser(SendWrapper::new(inner)))
    }
}

impl Keeper for Browser {
    fn act<'a>(&'a self, loopback: &'a Loopback, request: &'a Request) -> Answering<'a> {
        Box::pin(self.0.act(loopback, request))
    }

    fn clock(&self, loopback: &Loopback) {
        let (inner, loopback) = (Rc::clone(&self.0), loopback.clone());
        spawn_local(async move {
            let written = async {
                let turn = inner.storage.turn()?;
                inner.catch_up(&loopback, &turn).await?;
                let clock = Entry::Clock(loopback.clock());
                inner.append(&loopback, &turn, [clock].into())?;
                turn.end().await
            };
            match written.await {
                Ok(()) => inner.told(),
                Err(why) => inner.give_up(&loopback, why),
            }
        });
    }
}

impl Inner {
    async fn act(&self, loopback: &Loopback, request: &Request) -> Response {
        let mut answered = None;
        let written = self.try_act(loopback, request, &mut answered).await;
        if let Err(why) = written {
            self.give_up(loopback, why);
        }
        // Accepted in memory, where it could not be written; and never carried out twice.
        answered.unwrap_or_else(|| loopback.answer(request).0)
    }

    async fn try_act(
        &self,
        loopback: &Loopback,
        request: &Request,
        answered: &mut Option<Response>,
    ) -> Result<(), Denied> {
        let turn = self.storage.turn()?;
        self.catch_up(loopback, &turn).await?;
        let (response, asked) = loopback.answer(request);
        *answered = Some(response);
        let Some(asked) = asked else { return Ok(()) };
        let mut entries = VecDeque::from([Entry::Asked(asked.clone())]);
        if asked.begins() {
            // Nothing before it matters any more; how the clock stands does.
            turn.forget_before(loopback.with(|home| home.number) + 1)?;
            entries.push_back(Entry::Clock(loopback.clock()));
        }
        self.append(loopback, &turn, entries)?;
        turn.end().await?;
        self.told();
        if loopback.with(|home| home.number).is_multiple_of(LONGEST) {
            self.snapshot(loopback).await?;
        }
        Ok(())
    }

    /// Writes lines after the last; the first ones of a world say how it was opened.
    fn append(&self, loopback: &Loopback, turn: &Turn<'_>, mut entries: VecDeque<Entry>) -> Result<(), Denied> {
        loopback.with(|home| {
            if home.number == 0 && !matches!(entries.front(), Some(Entry::Asked(asked)) if asked.begins()) {
                entries.push_front(Entry::Clock(home.clock));
                entries.push_front(Entry::Opened(home.opening.clone()));
            }
            for entry in entries {
                home.number += 1;
                turn.write(home.number, &entry.line())?;
            }
            Ok(())
        })
    }

    /// Takes in what other tabs have written.
    async fn catch_up(&self, loopback: &Loopback, turn: &Turn<'_>) -> Result<(), Denied> {
        let known = loopback.with(|home| home.number);
        // From the last known line on: where that is gone, somebody has cleared the storage.
        let lines = turn.after(known.saturating_sub(1)).await?;
        // Another request of this tab may have come before this one.
        let number = loopback.with(|home| home.number);
        if number > 0 && lines.last().is_none_or(|(last, _)| *last < number) {
            return self.cleared(loopback, turn);
        }
        let newer: Vec<_> = lines.into_iter().filter(|(at, _)| *at > number).collect();
        if newer.is_empty() {
            return Ok(());
        }
        let apart = newer.iter().enumerate().find_map(|(place, (at, line))| {
            let next = *at == number + place as u64 + 1;
            let entry = line.as_ref().filter(|_| next || number == 0).and_then(|line| Entry::read(line).ok());
            let taken = entry.ok_or(Apart::Late).and_then(|entry| match number {
                // Not even how it was opened is known: it is made from the beginning.
                0 => Err(Apart::Late),
                _ => loopback.with(|home| home.take_in(entry)),
            });
            taken.err()
        });
        if apart.is_some() {
            self.again(loopback, turn).await?;
        }
        loopback.tell_change();
        Ok(())
    }

    /// Makes the world again from all that is written of it, up to where that can be read.
    async fn again(&self, loopback: &Loopback, turn: &Turn<'_>) -> Result<(), Denied> {
        let lines = turn.after(0).await?;
        let all = lines.len();
        let first = lines.first().map_or(0, |(number, _)| *number);
        let mut problem = None;
        let mut entries = Vec::with_capacity(all);
        for (place, (number, line)) in lines.into_iter().enumerate() {
            match read(line, number == first + place as u64) {
                Ok(entry) => entries.push(entry),
                Err(Unreadable::Newer(format)) => return Err(Denied(Unreadable::Newer(format).to_string())),
                Err(Unreadable::Damaged(words)) => {
                    problem = Some(words);
                    break;
                }
            }
        }
        let (mut home, taken, unrepeatable) = loopback.with(|home| home.again(entries));
        if let Some(words) = unrepeatable.or(problem) {
            turn.put_aside(first + taken).await?;
            let title = format!("The journal of this demo is damaged after {taken} of {all} lines");
            (self.tell)(
                title,
                format!("{words}. Up to there it is recovered; the rest is put aside, and nothing of it is lost"),
            );
        }
        home.number = if taken == 0 { 0 } else { first + taken - 1 };
        loopback.with(|open| *open = home);
        Ok(())
    }

    /// The storage was cleared in the middle of the work: this world is written down as it stands.
    fn cleared(&self, loopback: &Loopback, turn: &Turn<'_>) -> Result<(), Denied> {
        let lines = loopback.with(|home| home.snapshot(timer::now()));
        let Some(entries) = lines else { return Err(Denied("the world could not be written down".to_owned())) };
        self.append(loopback, turn, entries.into())?;
        (self.tell)(
            "What the browser kept of this demo was deleted".to_owned(),
            "It goes on from here, and is kept again".to_owned(),
        );
        Ok(())
    }

    /// Puts a snapshot in the place of all lines.
    async fn snapshot(&self, loopback: &Loopback) -> Result<(), Denied> {
        let turn = self.storage.turn()?;
        self.catch_up(loopback, &turn).await?;
        if let Some(entries) = loopback.with(|home| home.snapshot(timer::now())) {
            turn.forget_before(loopback.with(|home| home.number) + 1)?;
            self.append(loopback, &turn, entries.into())?;
        }
        turn.end().await
    }

    async fn hear(&self, loopback: &Loopback) {
        let heard = async {
            let turn = self.storage.turn()?;
            self.catch_up(loopback, &turn).await?;
            turn.end().await
        };
        if let Err(why) = heard.await {
            self.give_up(loopback, why);
        }
    }

    /// Something was written: other tabs are told, and the next opening of the page knows that there is something.
    fn told(&self) {
        if let Some(storage) = window().and_then(|window| window.local_storage().ok().flatten()) {
            // A browser that refuses this one has the lines all the same; they are found when somebody acts.
            let _ = storage.set_item(&self.mark, "1");
        }
        if let Some(channel) = &self.channel {
            let _ = channel.post_message(&wasm_bindgen::JsValue::NULL);
        }
    }

    /// Nothing more can be kept; the world goes on in memory.
    fn give_up(&self, loopback: &Loopback, Denied(why): Denied) {
        loopback.set_keeping(memory(&why));
        (self.tell)(
            "This demo cannot be kept any more".to_owned(),
            format!(
                "{why}. It goes on in this tab, and is gone when the tab is closed or reloaded: save the world to keep it"
            ),
        );
    }
}

fn read(line: Option<Line>, in_order: bool) -> Result<Entry, Unreadable> {
    match line {
        Some(line) if in_order => Entry::read(&line),
        Some(_) => Err(Unreadable::Damaged("the line before it is missing".to_owned())),
        None => Err(Unreadable::Damaged("it is no line of a journal".to_owned())),
    }
}
