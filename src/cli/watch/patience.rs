//! Reads that fail while something is followed: they are tried again, less and less often, until the time is over.

use std::time::{Duration, Instant};

use crate::cli::session::Session;
use crate::client::{self, timer};

/// How many seconds are enough, unless told otherwise.
pub const ENOUGH: u64 = 3600;
/// The longest pause after reads that failed, unless the server or the interval says longer.
const LONGEST: Duration = Duration::from_secs(60);
/// So much more at most, by chance.
const MORE: Duration = Duration::from_secs(10);

/// How long it lasts, and how often it was asked in vain.
pub struct Patience {
    until: Instant,
    failures: u32,
}

impl Patience {
    /// It lasts so many seconds from now on.
    pub fn new(seconds: u64) -> Patience {
        Patience { until: Instant::now() + Duration::from_secs(seconds), failures: 0 }
    }

    /// A read went well.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Whether the last read failed.
    pub fn is_tried(&self) -> bool {
        self.failures > 0
    }

    /// A read failed that may go well later: how long until the next one, and the words for it.
    pub fn failed(&mut self, usual: Duration, problem: &client::Error) -> (Duration, String) {
        let wait = pause(usual, self.failures, problem);
        self.failures += 1;
        (wait, trouble(problem, wait))
    }

    /// Whether the time is over.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Waits so long, and not beyond the end.
    pub async fn wait(&self, wait: Duration) {
        tokio::time::sleep(wait.min(self.until.saturating_duration_since(Instant::now()))).await;
    }
}

/// How it ends where the last read failed, too: the words.
pub fn given_up(session: &Session, what: &str, problem: client::Error) -> String {
    let why = session.told::<()>(Err(problem)).err().map(|why| why.to_string()).unwrap_or_default();
    let stop = if why.ends_with('.') { "" } else { "." };
    format!("{what} could not be followed to its end: {why}{stop}")
}

/// How long until the next read: longer with each that failed, and as long as a server that counts requests says; and some
/// more, so that all who were sent away do not come back at the same moment.
fn pause(usual: Duration, failures: u32, problem: &client::Error) -> Duration {
    // Who asks without a pause is not to hammer a server that is down.
    let least = if failures < 3 { Duration::ZERO } else { Duration::from_secs(1) };
    let longer = (usual * 2_u32.pow(failures.min(5))).min(usual.max(LONGEST)).max(least);
    let wait = problem.wait().map_or(longer, |seconds| longer.max(Duration::from_secs(seconds.into())));
    let more = (wait / 4).min(MORE).as_millis();
    wait + Duration::from_millis(timer::jitter(u32::try_from(more).unwrap_or(u32::MAX)).into())
}

fn trouble(problem: &client::Error, wait: Duration) -> String {
    match problem {
        client::Error::RateLimited { .. } => {
            format!("too many requests for this token, it is asked again in {} s", wait.as_secs())
        }
        client::Error::Unreadable { .. } => "the server's answer cannot be read, it is asked again".to_owned(),
        _ => "the server does not answer, it is asked again".to_owned(),
    }
}
