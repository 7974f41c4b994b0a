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

pub fn main() {
    if Command::new("wrk").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("server: not measured, because there is no wrk (Debian: apt-get install wrk)");
        return;
    }
    let folder = std::env::temp_dir().join(format!("playhead-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    fsync(&folder);
    let mut server = Server::start(&folder);
    server.import(&world());
    println!("server: {ENVIRONMENTS} environments of {SERVICES} services, {SECONDS} s of load by wrk on this machine:");
    println!("  memory before {} MB", server.megabytes());
    server.load("statuses read", &folder, &script("GET", "statuses"), SECONDS);
    server.load("actions accepted durably", &folder, &script("POST", "redeploy"), SECONDS);
    let commits = server.metric("journal_commit_duration_seconds_count");
    let seconds = server.metric("journal_commit_duration_seconds_sum");
    let accepted = server.metric("actions_accepted_total");
    println!("  {accepted} actions in {commits} commits, {:.2} ms each with its fsync", seconds * 1_000.0 / commits);
    println!("  memory after  {} MB", server.megabytes());
    if let Some(minutes) = std::env::var("MINUTES").ok().and_then(|minutes| minutes.parse::<u32>().ok()) {
        for minute in 1..=minutes {
            server.load(&format!("actions, minute {minute}"), &folder, &script("POST", "redeploy"), SECONDS);
            server.load(&format!("statuses, minute {minute}"), &folder, &script("GET", "statuses"), 60 - SECONDS);
            println!("  {} actions, memory {} MB", server.metric("actions_accepted_total"), server.megabytes());
        }
    }
    let accepted = server.metric("actions_accepted_total");
    let started = Instant::now();
    server.restart(&folder);
    println!("  started again after a kill, {accepted} requests read back: {:.1?}", started.elapsed());
    drop(server);
    // What is left behind in the system's folder for such things does no harm.
    let _ = std::fs::remove_dir_all(&folder);
}

/// What the disk asks for making 4 kB last.
fn fsync(folder: &Path) {
    let mut file = std::fs::File::create(folder.join("fsync")).expect("a file");
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let started = Instant::now();
            file.write_all(&[0; 4096]).and_then(|()| file.sync_data()).expect("a disk");
            started.elapsed()
        })
        .collect();
    times.sort();
    println!("disk: an fsync of 4 kB takes {:.1?} (median of {})", times[times.len() / 2], times.len());
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
        let status = |service: usize| json!({ "id": id(environment, service), "state": "DEPLOYED", "service_deployment_status": "UP_TO_DATE" });
        services.insert(own.clone(), (1..=SERVICES).map(container).collect());
        statuses.insert(own, json!({ "containers": (1..=SERVICES).map(status).collect::<Vec<_>>() }));
    }
    json!({ "environments": environments, "services": services, "statuses": statuses }).to_string()
}

/// A script for wrk: the environments in turn, each connection from another one on.
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
            io.write(string.format('{{\"requests\": %d, \"per_second\": %d, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"refused\": %d, \"broken\": %d}}\\n',
                summary.requests, summary.requests / seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
                summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
        end"
    )
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

    fn load(&self, what: &str, folder: &Path, script: &str, seconds: u32) {
        let path: PathBuf = folder.join("load.lua");
        std::fs::write(&path, script).expect("a file");
        let output = Command::new("wrk")
            .args([
                "--threads",
                "2",
                "--connections",
                "64",
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
