//! Starts the server, lets `wrk` ask, and tells what it could carry.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

const ENVIRONMENTS: usize = 1_000;
const SERVICES: usize = 10;
/// Seconds of each load.
const SECONDS: u32 = 10;
/// How many connections ask at the same time.
const CONNECTIONS: u32 = 64;
/// How often the disk is asked.
const FSYNCS: usize = 200;
/// What is aimed at on a machine that does nothing else: reads and accepted actions in a second.
const READS: u64 = 5_000;
const ACTIONS: u64 = 1_000;
/// How many requests that are over an environment remembers: before all are full, memory has to grow.
const REMEMBERED: usize = 100;
/// How much more memory than in the first third of the time there may be in the last, to be called flat.
const FLAT: f64 = 1.1;

pub fn main() {
    if Command::new("wrk").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        eprintln!(
            "server: there is no wrk, which is the load. `cargo xtask bench` installs it (Debian: apt-get install wrk)"
        );
        std::process::exit(1);
    }
    let folder = std::env::temp_dir().join(format!("playhead-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let disk = fsync(&folder);
    println!("disk: an fsync of 4 kB takes {disk:.1?} (median of {FSYNCS})");
    let mut server = Server::start(&folder);
    server.import(&world());
    println!("server: {ENVIRONMENTS} environments of {SERVICES} services, {SECONDS} s of load by wrk on this machine:");
    println!("  memory before {} MB", server.megabytes());
    let read = server.load("statuses read", &folder, &script("GET", "statuses"), SECONDS);
    let before = server.metric("actions_accepted_total");
    let acted = server.load("actions accepted durably", &folder, &script("POST", "redeploy"), SECONDS);
    // Those that were on their way at the end are written down, and heard by nobody.
    let written = server.metric("actions_accepted_total") - before;
    let unheard = written - acted.succeeded as f64;
    assert!((0.0..=f64::from(CONNECTIONS)).contains(&unheard), "{written} were written, {} answered", acted.succeeded);
    let commits = server.metric("journal_commit_duration_seconds_count");
    let seconds = server.metric("journal_commit_duration_seconds_sum");
    let accepted = server.metric("actions_accepted_total");
    println!("  {accepted} actions in {commits} commits, {:.2} ms each with its fsync", seconds * 1_000.0 / commits);
    println!("  memory after  {} MB", server.megabytes());
    for (what, load, aim) in [("statuses read", &read, READS), ("actions accepted", &acted, ACTIONS)] {
        let verdict = if load.per_second >= aim { "aim reached" } else { "aim missed" };
        println!("  {verdict}: {} {what} in a second of {aim}, p99 {} ms", load.per_second, load.p99);
    }
    if let Ok(minutes) = std::env::var("MINUTES") {
        watch(&server, &folder, minutes.parse().expect("MINUTES is a number"));
    }
    let accepted = server.metric("actions_accepted_total");
    let started = Instant::now();
    server.restart(&folder);
    println!("  started again after a kill, {accepted} requests read back: {:.1?}", started.elapsed());
    drop(server);
    // What is left behind in the system's folder for such things does no harm.
    let _ = std::fs::remove_dir_all(&folder);
}

/// Watches the memory under both loads, from when every environment is full of what it remembers.
fn watch(server: &Server, folder: &Path, minutes: u32) {
    while server.metric("actions_accepted_total") < (ENVIRONMENTS * REMEMBERED) as f64 {
        server.load("actions, until all is full", folder, &script("POST", "redeploy"), SECONDS);
    }
    println!("  {} actions, memory {} MB", server.metric("actions_accepted_total"), server.megabytes());
    let mut samples = Vec::new();
    for minute in 1..=minutes {
        server.load(&format!("actions, minute {minute}"), folder, &script("POST", "redeploy"), SECONDS);
        samples.push(server.megabytes());
        server.load(&format!("statuses, minute {minute}"), folder, &script("GET", "statuses"), 60 - SECONDS);
        samples.push(server.megabytes());
        println!("  {} actions, memory {} MB", server.metric("actions_accepted_total"), server.megabytes());
    }
    let third = samples.len() / 3;
    if third == 0 {
        println!("  memory not judged: MINUTES=2 is the least");
        return;
    }
    let sum = |some: &[u64]| some.iter().sum::<u64>() as f64;
    let ratio = sum(&samples[samples.len() - third..]) / sum(&samples[..third]);
    let verdict = if ratio <= FLAT { "flat" } else { "not flat" };
    println!("  memory {verdict}: in the last third of {minutes} minutes {ratio:.2} times that of the first");
}

/// What the disk asks for making 4 kB last.
fn fsync(folder: &Path) -> Duration {
    let mut file = std::fs::File::create(folder.join("fsync")).expect("a file");
    let mut times: Vec<Duration> = (0..FSYNCS)
        .map(|_| {
            let started = Instant::now();
            file.write_all(&[0; 4096]).and_then(|()| file.sync_data()).expect("a disk");
            started.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn id(environment: usize, service: usize) -> String {
    format!("00000000-0000-4000-8000-{environment:06x}{service:06x}")
}

/// The world file.
fn world() -> String {
    let (mut environments, mut services, mut statuses) = (Vec::new(), Map::new(), Map::new());
    for environment in 1..=ENVIRONMENTS {
        let own = id(environment, 0);
        environments.push(json!({ "id": own, "name": format!("environment-{environment:04}") }));
        let container = |service: usize| {
            json!({ "id": id(environment, service), "name": format!("service-{service:02}"), "service_type": "CONTAINER",
                "image_name": "web", "tag": "1.2", "registry": { "id": "r-1", "name": "r", "url": "u" } })
        };
        let status = |service: usize| {
            json!({ "id": id(environment, service), "state": "DEPLOYED",
                "service_deployment_status": "UP_TO_DATE" })
        };
        services.insert(own.clone(), (1..=SERVICES).map(container).collect());
        statuses.insert(own, json!({ "containers": (1..=SERVICES).map(status).collect::<Vec<_>>() }));
    }
    json!({ "environments": environments, "services": services, "statuses": statuses }).to_string()
}

/// A script for wrk: the environments in turn, each connection from another one on. It counts what succeeded; the times are
/// those of all answers.
fn script(method: &str, call: &str) -> String {
    format!(
        "local at = 0
        local threads = 0
        function setup(thread) thread:set('first', threads * 500); threads = threads + 1 end
        function init() at = first end
        function request()
            at = at % {ENVIRONMENTS} + 1
            return wrk.format('{method}', string.format('/api/environment/00000000-0000-4000-8000-%06x000000/{call}', at))
        end
        function done(summary, latency)
            local seconds = summary.duration / 1e6
            local succeeded = summary.requests - summary.errors.status
            io.write(string.format('{{\"succeeded\": %d, \"per_second\": %d, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"refused\": %d, \"broken\": %d}}\\n',
                succeeded, succeeded / seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
                summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
        end"
    )
}

/// What came of a load.
struct Load {
    succeeded: u64,
    per_second: u64,
    /// Milliseconds.
    p99: f64,
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_playhead"));
        // The world runs a thousand times as fast, so that a deployment is over when its environment's turn comes again.
        command.args(["serve", "--port", "0", "--speed", "1000", "--scenario", "empty", "--data"]).arg(data);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let address = line.split_whitespace().find(|word| word.starts_with("http")).expect("an address");
        Server { address: address.trim_end_matches('/').to_owned(), child }
    }

    fn restart(&mut self, data: &Path) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        *self = Server::start(data);
    }

    fn import(&self, world: &str) {
        let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
        let put = agent.put(format!("{}/api/x/world", self.address)).content_type("application/json").send(world);
        assert!(put.expect("the world is opened").status().is_success());
    }

    fn load(&self, what: &str, folder: &Path, script: &str, seconds: u32) -> Load {
        let path: PathBuf = folder.join("load.lua");
        std::fs::write(&path, script).expect("a file");
        let output = Command::new("wrk")
            .args([
                "--threads",
                "2",
                "--connections",
                &CONNECTIONS.to_string(),
                "--duration",
                &format!("{seconds}s"),
                "--latency",
                "--script",
            ])
            .arg(&path)
            .arg(&self.address)
            .output()
            .expect("wrk runs");
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = output.lines().rev().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("{output}"));
        let told: Value = serde_json::from_str(line).expect("it is JSON");
        println!(
            "  {what:<32} {:>7}/s  p50 {:>6} ms  p99 {:>6} ms  refused {}  broken {}",
            told["per_second"], told["p50_ms"], told["p99_ms"], told["refused"], told["broken"]
        );
        let count = |name: &str| told[name].as_u64().expect("a count");
        let p99 = told["p99_ms"].as_f64().expect("milliseconds");
        Load { succeeded: count("succeeded"), per_second: count("per_second"), p99 }
    }

    fn metric(&self, name: &str) -> f64 {
        let text = ureq::get(format!("{}/metrics", self.address)).call().expect("metrics").body_mut().read_to_string();
        let text = text.expect("text");
        let start = format!("playhead_{name} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("no {name}"));
        line.parse().expect("a number")
    }

    fn megabytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1_000
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
