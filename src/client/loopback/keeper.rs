//! Keeps the world of the page in the browser: what is accepted is written down before it is answered, in one transaction
//! with the reading of what other tabs have written since. So all tabs are one world, whichever is closed or frozen: each
//! makes it from the same lines (law §9.8), and none leads.
//!
//! What is stored is the world. A tab that remembers the last line it knows otherwise than it is stored – the storage was
//! cleared, or lines of it were damaged, and another tab has gone on from what there was – follows the others: its own world
//! is put aside as a file, for whoever wants it back, and that is said. Where nothing at all is stored any more it writes
//! its world down anew; unless the mark of the world is gone too: then somebody wanted it deleted, and it stays so. What is
//! put aside is in the file that the demo controls and the page's recovery screen offer (`src/recovery.js`).

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, window};

use super::journal::{Entry, Line, Unreadable};
use super::storage::{Denied, Storage, Turn};
use super::{Answering, Keeper, Keeping, Loopback, MARK};
use crate::api::{Request, Response};
use crate::client::timer;

/// So many lines are read again when the page is opened; then a snapshot takes their place.
const LONGEST: u64 = 300;
/// How long an action waits for what another tab writes, in milliseconds: a tab that the browser has stopped may hold it up.
const PATIENCE: u32 = 8_000;
/// Why nothing comes of waiting for one's turn.
const HELD_UP: &str = "another tab of this demo is stuck while it saves";
/// Where what was put aside can be had.
const ASIDE: &str = "is put aside: “Download all that is kept” in the demo controls saves it";

/// Says something to the person: what, and why or what to do.
pub type Tell = Rc<dyn Fn(String, String)>;

/// Begins to keep the world called `world`: what is kept of it takes the place of the one that is open.
pub async fn keep(loopback: &Loopback, world: &str, tell: Tell) {
    match Browser::open(loopback, world, tell.clone()).await {
        // Taken away meanwhile, and told.
        Ok(_) if matches!(loopback.keeping(), Keeping::Memory(_)) => {}
        Ok(browser) => loopback.set_keeping(Keeping::By(Arc::new(browser))),
        Err(Failed::Denied(Denied(why))) => loopback.set_keeping(memory(&why)),
        Err(Failed::Busy | Failed::Over) => {
            loopback.set_keeping(memory(HELD_UP));
            tell(
                "The demo that is kept could not be opened".to_owned(),
                format!("This tab shows a new demo, which is not kept: {HELD_UP}. Close that tab, and reload this one"),
            );
        }
    }
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
    /// The check of the last line that was taken in or written: by it the tab knows its own history again.
    last: RefCell<String>,
    /// From which line on they are counted, to know when a snapshot is due.
    since: Cell<u64>,
}

/// Why something was not written.
enum Failed {
    /// Nothing can be kept.
    Denied(Denied),
    /// That was so, and was said, before its turn came.
    Over,
    /// Another tab holds the storage up.
    Busy,
}

impl<T: Into<Denied>> From<T> for Failed {
    fn from(why: T) -> Failed {
        Failed::Denied(why.into())
    }
}

impl Browser {
    async fn open(loopback: &Loopback, world: &str, tell: Tell) -> Result<Browser, Failed> {
        let storage = Storage::open(world).await?;
        let channel = BroadcastChannel::new(&format!("playhead.{world}")).ok();
        let mark = format!("{MARK}{world}");
        let inner = Rc::new(Inner { storage, mark, channel, tell, last: RefCell::default(), since: Cell::new(1) });
        let (lost, home) = (Rc::clone(&inner), loopback.clone());
        inner.storage.on_lost(move |why| lost.give_up(&home, why));
        match timer::within(PATIENCE, inner.read(loopback)).await {
            // The tab that wrote the last of it may have ended before it told the others.
            Some(Ok(())) if loopback.with(|home| home.number) > 0 => inner.told(),
            Some(Ok(()) | Err(Failed::Over)) => {}
            Some(Err(why)) => return Err(why),
            None => return Err(Failed::Busy),
        }
        let (told, home) = (Rc::clone(&inner), loopback.clone());
        let hear = Closure::<dyn Fn()>::new(move || {
            let (inner, loopback) = (Rc::clone(&told), home.clone());
            spawn_local(async move {
                let heard = inner.read(&loopback).await;
                inner.cope(&loopback, heard);
            });
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
                let Some(caught_up) = timer::within(PATIENCE, inner.catch_up(&loopback, &turn)).await else {
                    turn.abort();
                    return Err(Failed::Busy);
                };
                caught_up?;
                let clock = Entry::Clock(loopback.clock());
                inner.append(&loopback, &turn, [clock].into())?;
                inner.written(&loopback, turn).await
            };
            let written = written.await;
            if matches!(written, Err(Failed::Busy)) {
                let why = format!("Nothing can be written down: {HELD_UP}. Close that tab, and set the clock again");
                (inner.tell)("The clock is set in this tab only, and is not kept".to_owned(), why);
            }
            inner.cope(&loopback, written);
        });
    }
}

impl Inner {
    async fn act(&self, loopback: &Loopback, request: &Request) -> Response {
        let mut answered = None;
        match self.try_act(loopback, request, &mut answered).await {
            Err(Failed::Busy) => return busy(),
            other => self.cope(loopback, other),
        }
        // Accepted in memory, where it could not be written; and never carried out twice.
        answered.unwrap_or_else(|| loopback.answer(request).0)
    }

    async fn try_act(
        &self,
        loopback: &Loopback,
        request: &Request,
        answered: &mut Option<Response>,
    ) -> Result<(), Failed> {
        let turn = self.storage.turn()?;
        // Nothing has happened before that; what holds it up then must not let it happen later.
        let Some(caught_up) = timer::within(PATIENCE, self.catch_up(loopback, &turn)).await else {
            turn.abort();
            return Err(Failed::Busy);
        };
        caught_up?;
        let (response, asked) = loopback.answer(request);
        *answered = Some(response);
        let Some(asked) = asked else { return Ok(()) };
        let mut entries = VecDeque::from([Entry::Asked(asked.clone())]);
        if asked.begins() {
            // Nothing before it matters any more; how the clock stands does.
            self.forget(loopback, &turn)?;
            entries.push_back(Entry::Clock(loopback.clock()));
        }
        self.append(loopback, &turn, entries)?;
        self.written(loopback, turn).await
    }

    /// Waits until what was written is kept, and tells of it. Where there are many lines by now, a snapshot takes their
    /// place.
    async fn written(&self, loopback: &Loopback, turn: Turn<'_>) -> Result<(), Failed> {
        turn.end().await?;
        self.told();
        if !self.is_long(loopback) {
            return Ok(());
        }
        let turn = self.storage.turn()?;
        // What was written is kept in any case; whoever holds the storage up now is not waited for.
        let Some(caught_up) = timer::within(PATIENCE, self.catch_up(loopback, &turn)).await else {
            turn.abort();
            return Ok(());
        };
        caught_up?;
        // Another tab may have done it.
        if self.is_long(loopback) {
            match loopback.with(|home| home.snapshot(timer::now())) {
                Some(entries) => {
                    self.forget(loopback, &turn)?;
                    self.append(loopback, &turn, entries.into())?;
                }
                // They stay; it is tried again when there are as many more.
                None => self.since.set(loopback.with(|home| home.number) + 1),
            }
        }
        turn.end().await?;
        self.told();
        Ok(())
    }

    fn is_long(&self, loopback: &Loopback) -> bool {
        loopback.with(|home| home.number) + 1 >= self.since.get() + LONGEST
    }

    /// Deletes all lines there are: what is written next is a new beginning.
    fn forget(&self, loopback: &Loopback, turn: &Turn<'_>) -> Result<(), Denied> {
        let next = loopback.with(|home| home.number) + 1;
        self.since.set(next);
        turn.forget_before(next)
    }

    /// What became of writing.
    fn cope(&self, loopback: &Loopback, written: Result<(), Failed>) {
        match written {
            Ok(()) | Err(Failed::Over | Failed::Busy) => {}
            Err(Failed::Denied(why)) => self.give_up(loopback, why),
        }
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
                let line = entry.line();
                turn.write(home.number, &line)?;
                self.last.replace(line.check);
            }
            Ok(())
        })
    }

    /// Takes in what other tabs have written.
    async fn catch_up(&self, loopback: &Loopback, turn: &Turn<'_>) -> Result<(), Failed> {
        let known = loopback.with(|home| home.number);
        // From the last known line on.
        let lines = turn.after(known.saturating_sub(1)).await?;
        // Another request of this tab may have come before this one, or have found out that nothing can be kept.
        if matches!(loopback.keeping(), Keeping::Memory(_)) {
            return Err(Failed::Over);
        }
        let number = loopback.with(|home| home.number);
        let last = lines.iter().find(|(at, _)| *at == number).and_then(|(_, line)| line.as_ref());
        if number > 0 && last.is_none_or(|line| line.check != *self.last.borrow()) {
            return self.apart(loopback, turn).await;
        }
        let newer: Vec<_> = lines.into_iter().filter(|(at, _)| *at > number).collect();
        if newer.is_empty() {
            return Ok(());
        }
        let apart = newer.into_iter().enumerate().any(|(place, (at, line))| {
            let Some(line) = line else { return true };
            // Not even how it was opened is known, where there is no number: it is made from the beginning.
            if number == 0 || at != number + place as u64 + 1 {
                return true;
            }
            let Ok(entry) = Entry::read(&line) else { return true };
            let begins = matches!(&entry, Entry::Asked(asked) if asked.begins());
            let taken = loopback.with(|home| home.take_in(entry));
            if taken.is_ok() {
                self.last.replace(line.check);
                if begins {
                    self.since.set(at);
                }
            }
            taken.is_err()
        });
        if apart {
            self.again(loopback, turn).await?;
        }
        loopback.tell_change();
        Ok(())
    }

    /// The last known line is not there, or is another.
    async fn apart(&self, loopback: &Loopback, turn: &Turn<'_>) -> Result<(), Failed> {
        let number = loopback.with(|home| home.number);
        match turn.after(0).await?.first() {
            None => self.cleared(loopback, turn)?,
            // It has begun anew since: a snapshot, or another world.
            Some((first, _)) if *first > number => {
                self.again(loopback, turn).await?;
                loopback.tell_change();
            }
            Some(_) => {
                let entries = loopback.with(|home| home.snapshot(timer::now()));
                let why = || Denied("it has gone on in another tab, and is too large here to be put aside".to_owned());
                for (number, entry) in (number + 1..).zip(entries.ok_or_else(why)?) {
                    turn.write_aside(number, &entry.line())?;
                }
                if self.again(loopback, turn).await? == 0 {
                    return Ok(());
                }
                loopback.tell_change();
                (self.tell)(
                    "This demo has gone on in another tab, without some of what was done here".to_owned(),
                    format!("All tabs show that one now. What was here {ASIDE}"),
                );
            }
        }
        Ok(())
    }

    /// Makes the world again from all that is written of it, up to where that can be read.
    /// Answers how many lines that were.
    async fn again(&self, loopback: &Loopback, turn: &Turn<'_>) -> Result<u64, Failed> {
        let known = loopback.with(|home| home.number);
        let lines = turn.after(0).await?;
        let all = lines.len();
        let checks: Vec<_> = lines.iter().map(|(_, line)| line.as_ref().map(|line| line.check.clone())).collect();
        let first = lines.first().map_or(0, |(number, _)| *number);
        let mut problem = None;
        let mut entries = Vec::with_capacity(all);
        for (place, (number, line)) in lines.into_iter().enumerate() {
            match read(line, number == first + place as u64) {
                Ok(entry) => entries.push(entry),
                Err(Unreadable::Newer(format)) => return Err(Denied(Unreadable::Newer(format).to_string()).into()),
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
            (self.tell)(title, format!("{words}. Up to there it is recovered, and the rest {ASIDE}"));
        }
        if taken == 0 && known > 0 {
            // Nothing can be read of it, but this tab knows a world that is not as it was opened any more.
            self.write_down(loopback, turn)?;
            return Ok(0);
        }
        home.number = if taken == 0 { 0 } else { first + taken - 1 };
        self.since.set(first.max(1));
        let last = usize::try_from(taken).ok().and_then(|taken| checks.get(taken.checked_sub(1)?).cloned().flatten());
        self.last.replace(last.unwrap_or_default());
        loopback.with(|open| *open = home);
        Ok(taken)
    }

    /// The storage was cleared in the middle of the work: this world is written down as it stands, unless that was meant.
    fn cleared(&self, loopback: &Loopback, turn: &Turn<'_>) -> Result<(), Denied> {
        let storage = window().and_then(|window| window.local_storage().ok().flatten());
        if storage.is_some_and(|storage| storage.get_item(&self.mark) == Ok(None)) {
            return Err(Denied(
                "what the browser kept of it was deleted, in another tab or in its settings".to_owned(),
            ));
        }
        self.write_down(loopback, turn)?;
        (self.tell)(
            "What the browser kept of this demo was deleted".to_owned(),
            "It goes on from here, and is kept again".to_owned(),
        );
        Ok(())
    }

    /// Writes this world down as it stands, where nothing is written.
    fn write_down(&self, loopback: &Loopback, turn: &Turn<'_>) -> Result<(), Denied> {
        let lines = loopback.with(|home| home.snapshot(timer::now()));
        let Some(entries) = lines else { return Err(Denied("the world could not be written down".to_owned())) };
        self.forget(loopback, turn)?;
        self.append(loopback, turn, entries.into())
    }

    /// Takes in what there is.
    async fn read(&self, loopback: &Loopback) -> Result<(), Failed> {
        let turn = self.storage.turn()?;
        self.catch_up(loopback, &turn).await?;
        Ok(turn.end().await?)
    }

    /// Something is written: other tabs are told, and the next opening of the page knows that there is something.
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
        if matches!(loopback.keeping(), Keeping::Memory(_)) {
            return;
        }
        loopback.set_keeping(memory(&why));
        (self.tell)(
            "This demo cannot be kept any more".to_owned(),
            format!(
                "{why}. It goes on in this tab, and is gone when the tab is closed or reloaded: save the world to keep it"
            ),
        );
    }
}

/// The answer to an action whose turn to write has not come.
fn busy() -> Response {
    let detail = format!("Nothing was done: {HELD_UP}. Close that tab, or try again.");
    Response::new(409).with_body(format!(r#"{{"status":409,"detail":"{detail}"}}"#))
}

fn read(line: Option<Line>, in_order: bool) -> Result<Entry, Unreadable> {
    match line {
        Some(line) if in_order => Entry::read(&line),
        Some(_) => Err(Unreadable::Damaged("the line before it is missing".to_owned())),
        None => Err(Unreadable::Damaged("it is no line of a journal".to_owned())),
    }
}
