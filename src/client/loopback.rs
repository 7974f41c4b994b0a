//! The backend in this page, behind a clock and the troubles one can ask of an API.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock::{Clock, Millis};
use super::error::Error;
use super::{TIMEOUT_SECONDS, timer};
use crate::api::{Request, Response};
use crate::backend::Backend;
use crate::backend::world_file::WorldFiles;

/// The backend of this page. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Loopback(Arc<Mutex<Home>>);

struct Home {
    backend: Backend,
    clock: Clock,
    latency: u32,
    trouble: Trouble,
}

/// What is wrong with the connection, on request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    #[default]
    None,
    /// Every request is answered with 503, and nothing happens.
    Unavailable,
    /// Every request is carried out, and its answer is lost.
    AnswersLost,
    /// Every request is lost on its way.
    Offline,
}

impl Loopback {
    /// Puts a backend behind a clock.
    pub fn new(backend: Backend, clock: Clock) -> Loopback {
        Loopback(Arc::new(Mutex::new(Home { backend, clock, latency: 0, trouble: Trouble::None })))
    }

    fn home(&self) -> MutexGuard<'_, Home> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the backend how to read and write world files.
    pub fn set_files(&self, files: WorldFiles) {
        self.home().backend.set_files(files);
    }

    /// The world's time, Unix milliseconds.
    pub fn now(&self) -> Millis {
        self.home().clock.now(timer::now())
    }

    /// The clock as it stands.
    pub fn clock(&self) -> Clock {
        self.home().clock
    }

    /// World milliseconds per real one.
    pub fn set_speed(&self, speed: u32) {
        self.home().clock.set_speed(timer::now(), speed);
    }

    /// Lets the world stand still, or go on.
    pub fn set_paused(&self, paused: bool) {
        self.home().clock.set_paused(timer::now(), paused);
    }

    /// Jumps ahead by so many milliseconds.
    pub fn step(&self, millis: Millis) {
        self.home().clock.step(timer::now(), millis);
    }

    /// Jumps to the next thing that happens; `false`: nothing is going to.
    pub fn step_to_next_event(&self) -> bool {
        let home = &mut *self.home();
        let real = timer::now();
        let Some(next) = home.backend.next_event() else { return false };
        home.clock.step(real, next - home.clock.now(real));
        true
    }

    /// How long an answer takes, in milliseconds.
    pub fn latency(&self) -> u32 {
        self.home().latency
    }

    /// Sets how long an answer takes, in milliseconds.
    pub fn set_latency(&self, millis: u32) {
        self.home().latency = millis;
    }

    /// What is wrong with the connection.
    pub fn trouble(&self) -> Trouble {
        self.home().trouble
    }

    /// Sets what is wrong with the connection.
    pub fn set_trouble(&self, trouble: Trouble) {
        self.home().trouble = trouble;
    }

    /// Carries a request over, unless the trouble of the moment prevents it.
    pub(super) async fn send(&self, request: &Request) -> Result<Response, Error> {
        let (latency, trouble) = {
            let home = self.home();
            (home.latency, home.trouble)
        };
        if latency > 0 {
            timer::pause(latency).await;
        }
        match trouble {
            Trouble::Offline => return Err(Error::Offline),
            Trouble::Unavailable => return Ok(Response::new(503)),
            Trouble::None | Trouble::AnswersLost => {}
        }
        let response = {
            let home = &mut *self.home();
            let now = home.clock.now(timer::now());
            home.backend.handle(request, now)
        };
        if trouble == Trouble::AnswersLost {
            timer::pause(TIMEOUT_SECONDS * 1_000).await;
            return Err(Error::Timeout { seconds: TIMEOUT_SECONDS, action: false });
        }
        Ok(response)
    }
}
