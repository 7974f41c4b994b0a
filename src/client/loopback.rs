//! The backend in this page, behind a clock and the troubles one can ask of an API.
//!
//! Where the browser keeps things, what is accepted is written down before it is answered (`loopback/keeper.rs`), so that
//! the world is there again after a reload, and is one world in several tabs.

mod home;
pub mod journal;
#[cfg(target_arch = "wasm32")]
pub mod keeper;
#[cfg(target_arch = "wasm32")]
mod storage;
pub mod trouble;

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock::{Clock, Millis};
use super::error::Error;
use super::timer;
use crate::api::{Method, Request, Response};
use crate::backend::Rest;
pub use home::{Apart, Home};
use journal::Asked;

/// The key in the browser's storage that says that there is a journal of a world, before the name of the world.
pub const MARK: &str = "playhead.kept.";

/// The backend of this page. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Loopback(Arc<Mutex<Inside>>);

struct Inside {
    home: Home,
    latency: u32,
    between: Option<Between>,
    keeping: Keeping,
    changed: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// Stands between the page and its backend, and does to requests and answers what a network or a server can
/// (`loopback/trouble.rs`).
pub type Between = Arc<dyn Fn(Loopback, Request) -> Carrying + Send + Sync>;

/// A request that is on its way.
pub type Carrying = Pin<Box<dyn Future<Output = Result<Response, Error>>>>;

/// What becomes of the world when the page is closed.
#[derive(Clone, Default)]
pub enum Keeping {
    /// Nothing was accepted yet, or nobody is there who keeps.
    #[default]
    NotYet,
    /// It is kept.
    By(Arc<dyn Keeper>),
    /// It is gone then; why.
    Memory(String),
}

/// A request that is answered once it is written down.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Response> + 'a>>;

/// Writes down what is accepted, before it is answered.
pub trait Keeper: Send + Sync {
    /// Answers a request that may change something.
    fn act<'a>(&'a self, loopback: &'a Loopback, request: &'a Request) -> Answering<'a>;
    /// The clock was set.
    fn clock(&self, loopback: &Loopback);
}

impl Loopback {
    /// Puts a world behind troubles.
    pub fn new(home: Home) -> Loopback {
        let keeping = Keeping::NotYet;
        Loopback(Arc::new(Mutex::new(Inside { home, latency: 0, between: None, keeping, changed: None })))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the backend how to answer everything.
    pub fn set_rest(&self, rest: Rest) {
        self.inside().home.backend.set_rest(rest);
    }

    /// What becomes of the world when the page is closed.
    pub fn keeping(&self) -> Keeping {
        self.inside().keeping.clone()
    }

    /// Somebody keeps the world from now on, or nobody can.
    pub fn set_keeping(&self, keeping: Keeping) {
        self.inside().keeping = keeping;
    }

    /// Whom to tell that the world was changed from outside of this page.
    pub fn on_change(&self, tell: impl Fn() + Send + Sync + 'static) {
        self.inside().changed = Some(Arc::new(tell));
    }

    /// Tells it.
    pub fn tell_change(&self) {
        let tell = self.inside().changed.clone();
        if let Some(tell) = tell {
            tell();
        }
    }

    /// Does something with the world, in one go.
    pub fn with<T>(&self, run: impl FnOnce(&mut Home) -> T) -> T {
        run(&mut self.inside().home)
    }

    /// Answers now; and what is to be written of it.
    pub fn answer(&self, request: &Request) -> (Response, Option<Asked>) {
        self.inside().home.answer(request, timer::now())
    }

    /// The world's time, Unix milliseconds.
    pub fn now(&self) -> Millis {
        self.clock().now(timer::now())
    }

    /// The clock as it stands.
    pub fn clock(&self) -> Clock {
        self.inside().home.clock
    }

    /// World milliseconds per real one.
    pub fn set_speed(&self, speed: u32) {
        self.turn(|clock, real| clock.set_speed(real, speed));
    }

    /// Lets the world stand still, or go on.
    pub fn set_paused(&self, paused: bool) {
        self.turn(|clock, real| clock.set_paused(real, paused));
    }

    /// Jumps ahead by so many milliseconds.
    pub fn step(&self, millis: Millis) {
        self.turn(|clock, real| clock.step(real, millis));
    }

    /// Jumps to the next thing that happens; `false`: nothing is going to.
    pub fn step_to_next_event(&self) -> bool {
        let next = self.inside().home.backend.next_event();
        if let Some(next) = next {
            self.turn(|clock, real| clock.step(real, next - clock.now(real)));
        }
        next.is_some()
    }

    fn turn(&self, turn: impl FnOnce(&mut Clock, Millis)) {
        turn(&mut self.inside().home.clock, timer::now());
        if let Keeping::By(keeper) = self.keeping() {
            keeper.clock(self);
        }
    }

    /// How long an answer takes, in milliseconds.
    pub fn latency(&self) -> u32 {
        self.inside().latency
    }

    /// Sets how long an answer takes, in milliseconds.
    pub fn set_latency(&self, millis: u32) {
        self.inside().latency = millis;
    }

    /// Puts something between the page and the world, or nothing.
    pub fn set_between(&self, between: Option<Between>) {
        self.inside().between = between;
    }

    /// Carries a request over, through whatever stands between.
    pub(super) async fn send(&self, request: &Request) -> Result<Response, Error> {
        let latency = self.latency();
        if latency > 0 {
            timer::pause(latency).await;
        }
        let between = self.inside().between.clone();
        match between {
            Some(between) => between(self.clone(), request.clone()).await,
            None => Ok(self.arrived(request).await),
        }
    }

    /// A request has arrived.
    async fn arrived(&self, request: &Request) -> Response {
        match (request.method, self.keeping()) {
            (Method::Post | Method::Put | Method::Delete, Keeping::By(keeper)) => keeper.act(self, request).await,
            _ => self.answer(request).0,
        }
    }
}
