//! What `/metrics` tells, in the text format of OpenMetrics.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The counters of a server. Cheap to clone; clones count together.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Histogram,
    accepted: Counter,
    commits: Histogram,
    failed_commits: Counter,
    listeners: Gauge,
    sockets: Gauge,
    upstream_failures: Counter,
}

/// By method and status: never by path, which would make a series of each environment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    status: u16,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("playhead");
        // From 50 µs and 200 µs to some seconds.
        let durations = Histogram::new(exponential_buckets(0.000_05, 2.0, 17));
        let commits = Histogram::new(exponential_buckets(0.000_2, 2.0, 14));
        let requests = Family::default();
        let (listeners, sockets) = (Gauge::default(), Gauge::default());
        let (accepted, failed_commits, upstream_failures) =
            (Counter::default(), Counter::default(), Counter::default());
        registry.register("http_requests", "Requests answered, by method and status", Family::clone(&requests));
        let about = "From the request's head to the answer's";
        registry.register_with_unit("http_request_duration", about, Unit::Seconds, durations.clone());
        registry.register("actions_accepted", "Requests written to the journal", Counter::clone(&accepted));
        let about = "Ends of transactions, the wait for the disk included";
        registry.register_with_unit("journal_commit_duration", about, Unit::Seconds, commits.clone());
        registry.register("journal_commits_failed", "Transactions that could not be written", failed_commits.clone());
        registry.register("event_streams", "Streams of events that are open", listeners.clone());
        registry.register("websockets", "Websockets that are joined to the upstream's", sockets.clone());
        let about = "Requests and websockets without an answer of the upstream that could be used";
        registry.register("upstream_failures", about, upstream_failures.clone());
        Metrics(Arc::new(Counts {
            registry,
            requests,
            durations,
            accepted,
            commits,
            failed_commits,
            listeners,
            sockets,
            upstream_failures,
        }))
    }
}

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, method: &str, status: u16, took: Duration) {
        // Methods are the client's words: unknown ones share a series.
        let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"].into_iter().find(|known| *known == method);
        let method = known.unwrap_or("other").to_owned();
        self.0.requests.get_or_create(&Answered { method, status }).inc();
        self.0.durations.observe(took.as_secs_f64());
    }

    /// A transaction with so many requests is on the disk.
    pub fn committed(&self, requests: u64, took: Duration) {
        self.0.accepted.inc_by(requests);
        self.0.commits.observe(took.as_secs_f64());
    }

    /// A transaction could not be written.
    pub fn commit_failed(&self) {
        self.0.failed_commits.inc();
    }

    /// The upstream gave no answer that could be used.
    pub fn upstream_failed(&self) {
        self.0.upstream_failures.inc();
    }

    /// A stream of events is open, until the answer is dropped.
    pub fn listening(&self) -> Open {
        Open::new(&self.0.listeners)
    }

    /// A websocket is joined to the upstream's, until the answer is dropped.
    pub fn joined(&self) -> Open {
        Open::new(&self.0.sockets)
    }

    /// The whole page.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

/// Counts what is open for as long as it lives.
#[derive(Debug)]
pub struct Open(Gauge);

impl Open {
    fn new(gauge: &Gauge) -> Open {
        gauge.inc();
        Open(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}
