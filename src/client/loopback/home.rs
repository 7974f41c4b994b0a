//! A world with its clock: answered now, or made again from what is written of it.

use super::journal::{Asked, Entry, Opening};
use crate::api::http::{ACTOR, ORIGIN, REQUEST};
use crate::api::{Endpoint, Method, Request, Response};
use crate::backend::Backend;
use crate::client::clock::{Clock, Millis};

/// A world with its clock.
#[derive(Clone, Debug)]
pub struct Home {
    /// The world.
    pub backend: Backend,
    /// Its clock.
    pub clock: Clock,
    /// How it was opened.
    pub opening: Opening,
    /// How many lines of the journal it has taken in.
    pub number: u64,
    /// The world's time up to which it has gone: it never goes back.
    last: Millis,
}

/// Why a line of the journal cannot be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Apart {
    /// The world has gone on beyond that time: it is to be made again.
    Late,
    /// The request is not answered as it was.
    Unrepeatable(String),
}

impl Home {
    /// A world that was opened just now.
    pub fn new(opening: Opening, real: Millis) -> Home {
        let backend = Backend::begin(&opening.scenario, opening.seed, opening.at);
        let mut clock = Clock::start(real);
        clock.step(real, opening.at - real);
        Home { backend, clock, last: opening.at, opening, number: 0 }
    }

    /// The world's time, which never goes back.
    pub fn now(&mut self, real: Millis) -> Millis {
        self.last = self.last.max(self.clock.now(real));
        self.last
    }

    /// Answers; and what is to be written of it, if it changed anything.
    pub fn answer(&mut self, request: &Request, real: Millis) -> (Response, Option<Asked>) {
        let at = self.now(real);
        let response = self.backend.handle(request, at);
        let changes = request.method != Method::Get && response.is_ok();
        let asked = changes.then(|| {
            let mut kept = Request::new(request.method, request.path.clone()).with_body(request.body.clone());
            for name in [ACTOR, ORIGIN] {
                if let Some(value) = request.header(name) {
                    kept = kept.with_header(name, value);
                }
            }
            Asked { at, request: kept, accepted: response.header(REQUEST).map(str::to_owned) }
        });
        (response, asked)
    }

    /// Takes in the next line of the journal.
    ///
    /// # Errors
    /// [`Apart`].
    pub fn take_in(&mut self, entry: Entry) -> Result<(), Apart> {
        match entry {
            Entry::Opened(opening) => {
                let mut backend = Backend::begin(&opening.scenario, opening.seed, opening.at);
                backend.succeed(&self.backend);
                self.backend = backend;
                self.last = opening.at;
                self.opening = opening;
            }
            Entry::Asked(Asked { at, request, accepted }) => {
                if at < self.last {
                    return Err(Apart::Late);
                }
                self.last = at;
                let response = self.backend.handle(&request, at);
                let words = || String::from_utf8_lossy(&response.body).into_owned();
                if !response.is_ok() {
                    return Err(Apart::Unrepeatable(words()));
                }
                if response.header(REQUEST) != accepted.as_deref() {
                    return Err(Apart::Unrepeatable("it gets another id than it had".to_owned()));
                }
            }
            Entry::Clock(clock) => self.clock = clock,
        }
        self.number += 1;
        Ok(())
    }

    /// The same world made again from the lines of its journal, and how many of them could be taken in; with the reason,
    /// when that is not all.
    pub fn again(&self, entries: Vec<Entry>) -> (Home, u64, Option<String>) {
        let mut home = Home { number: 0, last: Millis::MIN, ..self.clone() };
        let begins = match entries.first() {
            Some(Entry::Opened(_)) => true,
            Some(Entry::Asked(asked)) => asked.begins(),
            Some(Entry::Clock(_)) | None => false,
        };
        if !begins {
            return (self.clone(), 0, Some("its beginning is lost".to_owned()));
        }
        let mut problem = None;
        for entry in entries {
            match home.take_in(entry) {
                Ok(()) => {}
                Err(Apart::Late) => problem = Some("it is earlier than the one before".to_owned()),
                Err(Apart::Unrepeatable(words)) => problem = Some(words),
            }
            if problem.is_some() {
                break;
            }
        }
        let taken = home.number;
        home.backend.succeed(&self.backend);
        (home, taken, problem)
    }

    /// What stands for all that was written so far: this world as a file to open, and its clock. `None`: it would not be
    /// opened, as it is larger than what is read, or for a mistake of this program; it was tried.
    pub fn snapshot(&mut self, real: Millis) -> Option<[Entry; 2]> {
        let at = self.now(real);
        let file = self.backend.handle(&Endpoint::ExportWorld.request(&[]), at);
        let request = Endpoint::ImportWorld.request(&[]).with_body(file.body);
        let opened = Entry::Asked(Asked { at, request, accepted: None });
        let opens = file.status == 200 && self.clone().take_in(opened.clone()).is_ok();
        opens.then_some([opened, Entry::Clock(self.clock)])
    }
}
