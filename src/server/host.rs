//! The one thread that owns the world: it answers requests in turn, and what they do is on the disk before they know.
//!
//! Requests that wait at the same moment share a commit. Reads among them are answered after it too: nobody is told of
//! something that a power cut could still take back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::{oneshot, watch};

use super::journal::{self, Journal, Keyed};
use super::metrics::Metrics;
use super::once::{Digested, Once};
use crate::api::http::REQUEST;
use crate::api::{Endpoint, Method, Request, Response};
use crate::backend::Backend;
use crate::client::Clock;
use crate::client::clock::Millis;

/// How many requests share a commit at most: it bounds how long the first of them waits for the others.
const TOGETHER: usize = 512;

/// How long the world is left alone at most when nothing is known to happen.
const IDLE: Duration = Duration::from_secs(60);

/// How long the world is left alone at least: events that come closer are told together.
const PAUSE: Duration = Duration::from_millis(50);

/// How often it is tried to write when that failed and nobody asks for an action.
const TRIAL: Duration = Duration::from_secs(1);

/// The way to the world. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Host {
    jobs: Sender<Job>,
    revision: watch::Receiver<u64>,
    writes: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Job {
    request: Request,
    /// Of the key it came with.
    key: Option<Digested>,
    answer: oneshot::Sender<Response>,
}

/// The world with all that belongs to it.
struct Home {
    backend: Backend,
    journal: Journal,
    clock: Clock,
    revision: watch::Sender<u64>,
    metrics: Metrics,
    /// The world's time at which anything was answered last: the system's clock may go back, the journal's never does.
    last: Millis,
    /// Whether the last try to write anything down succeeded.
    writes: Arc<AtomicBool>,
    /// When that was tried last.
    tried: Instant,
    /// The world cannot be made again from the disk: nothing more is answered.
    broken: bool,
}

/// What a world that was started begins with.
pub struct Started {
    /// The way to it.
    pub host: Host,
    /// Fails when it has ended, for whatever reason.
    pub gone: oneshot::Receiver<()>,
    /// How many requests it is made of.
    pub requests: i64,
    /// How many are set aside, because the journal was damaged.
    pub aside: i64,
}

/// Real time, Unix milliseconds.
pub fn real_now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Host {
    /// Reads the journal and starts the thread, which ends when the last [`Host`] is dropped. What was answered to a key not
    /// long ago `once` knows then.
    ///
    /// # Errors
    /// What [`Journal`] says.
    pub fn start(
        journal: Journal,
        speed: Option<u32>,
        metrics: Metrics,
        once: &Once,
    ) -> Result<Started, journal::Error> {
        let now = real_now();
        let remember = |Keyed { key, asked, answer }: Keyed| {
            // A clock that was set back since makes it new, not unknown.
            let age = u64::try_from(now.saturating_sub(asked)).unwrap_or(0);
            once.remember(Duration::from_millis(age), key, answer);
        };
        let (mut backend, requests, aside) = journal.recover(now, remember)?;
        backend.set_start(now.unsigned_abs());
        // Last: a start that fails leaves the clock as it was.
        let clock = journal.clock(real_now(), speed)?;
        let (revision, told) = watch::channel(backend.revision());
        let (jobs, waiting) = channel();
        let (alive, ended) = oneshot::channel();
        let writes = Arc::new(AtomicBool::new(true));
        let shared = Arc::clone(&writes);
        let tried = Instant::now();
        let mut home = Home { backend, journal, clock, revision, metrics, last: 0, writes, tried, broken: false };
        thread::spawn(move || {
            home.run(&waiting);
            // Dropped here, and by a panic as well.
            drop(alive);
        });
        Ok(Started { host: Host { jobs, revision: told, writes: shared }, gone: ended, requests, aside })
    }

    /// Has a request answered, which came with a key or without; `None`: the world is gone, because the server is going down.
    pub async fn ask(&self, request: Request, key: Option<Digested>) -> Option<Response> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job { request, key, answer }).ok()?;
        answered.await.ok()
    }

    /// Why actions cannot be accepted now; `None`: they can. When something could not be written it is tried again, so
    /// that who only asks this learns when it can.
    pub async fn trouble(&self) -> Option<&'static str> {
        let answer = self.ask(Endpoint::Capabilities.request(&[]), None).await;
        if !answer.is_some_and(|answer| answer.is_ok()) {
            return Some("the world does not answer");
        }
        (!self.writes.load(Ordering::Relaxed)).then_some("the journal cannot be written: see the log")
    }

    /// Tells each new revision of the world; several that come at once, once.
    pub fn revisions(&self) -> watch::Receiver<u64> {
        self.revision.clone()
    }
}

impl Home {
    fn run(&mut self, waiting: &Receiver<Job>) {
        loop {
            match waiting.recv_timeout(self.until_next_event()) {
                Ok(first) => {
                    let others = waiting.try_iter().take(TOGETHER - 1);
                    let jobs = std::iter::once(first).chain(others).collect();
                    self.answer(jobs);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let now = self.now();
                    self.backend.advance(now);
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.broken {
                return;
            }
            let revision = self.backend.revision();
            self.revision.send_if_modified(|told| std::mem::replace(told, revision) != revision);
        }
    }

    /// The world's time, which never goes back.
    fn now(&mut self) -> Millis {
        self.last = self.last.max(self.clock.now(real_now()));
        self.last
    }

    /// How long until something happens in the world by itself, in real time.
    fn until_next_event(&self) -> Duration {
        let Some(next) = self.backend.next_event() else { return IDLE };
        let world = next - self.clock.now(real_now()).max(self.last);
        let real = u64::try_from(world / i64::from(self.clock.speed())).unwrap_or(0);
        Duration::from_millis(real).clamp(PAUSE, IDLE)
    }

    fn answer(&mut self, jobs: Vec<Job>) {
        // Who does not wait any more was told that it is not known; what can still be left undone is.
        let jobs: Vec<Job> = jobs.into_iter().filter(|job| !job.answer.is_closed()).collect();
        let acts = jobs.iter().any(|job| job.request.method != Method::Get);
        let (requests, answers): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|job| ((job.request, job.key), job.answer)).unzip();
        let responses = if acts {
            self.answer_durably(&requests)
        } else {
            self.try_to_write();
            requests.iter().map(|(request, _)| self.handle(request)).collect()
        };
        for (answer, response) in answers.into_iter().zip(responses) {
            // Who asked may be gone; what was accepted stays accepted.
            let _ = answer.send(response);
        }
    }

    fn handle(&mut self, request: &Request) -> Response {
        let now = self.now();
        self.backend.handle(request, now)
    }

    /// Whether writing works again, when it did not.
    fn try_to_write(&mut self) {
        if !self.writes.load(Ordering::Relaxed) && self.tried.elapsed() >= TRIAL {
            let works = self.journal.try_to_write().inspect_err(|_| self.journal.rollback()).is_ok();
            self.note_written(works);
        }
    }

    fn note_written(&mut self, works: bool) {
        self.tried = Instant::now();
        if self.writes.swap(works, Ordering::Relaxed) != works && works {
            tracing::info!("the journal can be written again");
        }
    }

    fn answer_durably(&mut self, requests: &[(Request, Option<Digested>)]) -> Vec<Response> {
        let unwritten = |home: &mut Home, error: journal::Error| {
            tracing::error!(%error, "nothing could be written; the requests were not accepted");
            home.metrics.commit_failed();
            home.note_written(false);
            requests.iter().map(|_| not_written()).collect()
        };
        if let Err(error) = self.journal.begin() {
            return unwritten(self, error);
        }
        match self.try_answer_durably(requests) {
            Ok(responses) => responses,
            Err(error) => {
                self.journal.rollback();
                // The world has moved on and the journal has not: it is made again from what is on the disk.
                match self.journal.replay(|_| {}) {
                    Ok((backend, _)) => {
                        self.backend = backend;
                        self.backend.set_start(real_now().unsigned_abs());
                    }
                    Err(error) => {
                        tracing::error!(%error, "the journal cannot be read again");
                        self.broken = true;
                    }
                }
                unwritten(self, error)
            }
        }
    }

    /// Within a transaction: handles the requests, writes what is accepted, and ends the transaction.
    fn try_answer_durably(
        &mut self,
        requests: &[(Request, Option<Digested>)],
    ) -> Result<Vec<Response>, journal::Error> {
        let mut responses = Vec::with_capacity(requests.len());
        let mut written = 0;
        for (request, key) in requests {
            let now = self.now();
            let response = self.backend.handle(request, now);
            if request.method != Method::Get && response.is_ok() {
                let key = key.map(|key| (key, real_now()));
                self.journal.write(request, now, response.header(REQUEST), key)?;
                written += 1;
            }
            responses.push(response);
        }
        let started = Instant::now();
        self.journal.commit()?;
        self.metrics.committed(written, started.elapsed());
        // Where everything was refused nothing was written, which always works.
        if written > 0 {
            self.note_written(true);
        }
        Ok(responses)
    }
}

fn not_written() -> Response {
    let words = "The request could not be written down, so it was not accepted: see the server's log. Try again later.";
    super::problem(503, words)
}
