//! What the backend costs with 1,000 environments and 10,000 services: `cargo bench --bench backend`.

#![allow(missing_docs)]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a bench is test code")]

use std::time::{Duration, Instant};

use playhead::api::{Endpoint, Request};
use playhead::backend::Backend;
use serde_json::Value;

const NOW: i64 = 1_790_000_000_000;
const RUNS: usize = 5;

/// Median time of an answer and its size.
fn answer(backend: &mut Backend, what: &str, request: &Request, mut now: impl FnMut() -> i64) -> Vec<u8> {
    let mut times = Vec::new();
    let mut body = Vec::new();
    for _ in 0..RUNS {
        let (now, start) = (now(), Instant::now());
        let response = backend.handle(request, now);
        times.push(start.elapsed());
        assert!(response.is_ok(), "{what}: {}", String::from_utf8_lossy(&response.body));
        body = response.body;
    }
    tell(what, times, body.len());
    body
}

fn tell(what: &str, mut times: Vec<Duration>, bytes: usize) {
    times.sort();
    println!("  {what:<44} {:>9.1?} {:>8} kB", times[times.len() / 2], bytes / 1000);
}

fn main() {
    println!("large: 1,000 environments, one with 10,000 services; median of {RUNS} runs:");
    let mut built = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let backend = Backend::scenario("large", 1, NOW);
        built.push(start.elapsed());
        drop(backend);
    }
    tell("build the scenario", built, 0);
    let mut backend = Backend::scenario("large", 1, NOW);
    let id = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).expect("it is JSON");
        body["results"][0]["id"].as_str().expect("an id").to_owned()
    };
    let still = || NOW;
    let organization = id(&backend.handle(&Endpoint::Organizations.request(&[]), NOW).body);
    let project = id(&backend.handle(&Endpoint::Projects.request(&[&organization]), NOW).body);
    let environments = answer(&mut backend, "environments", &Endpoint::Environments.request(&[&project]), still);
    let environment = id(&environments);
    answer(&mut backend, "services", &Endpoint::Services.request(&[&environment]), still);
    answer(&mut backend, "project live, all", &Endpoint::ProjectLive.request(&[&project]), still);
    let live =
        answer(&mut backend, "environment live, all", &Endpoint::EnvironmentLive.request(&[&environment]), still);
    let revision = serde_json::from_slice::<Value>(&live).expect("it is JSON")["revision"].to_string();
    let idle = Endpoint::EnvironmentLive.request(&[&environment]).with_query("since", &revision);
    answer(&mut backend, "environment live, nothing changed", &idle, still);
    let file = answer(&mut backend, "export", &Endpoint::ExportWorld.request(&[]), still);
    answer(&mut backend, "import", &Endpoint::ImportWorld.request(&[]).with_body(file), still);
    let start = Instant::now();
    let response = backend.handle(&Endpoint::RedeployEnvironment.request(&[&environment]), NOW);
    tell("redeploy 10,000 services, accepted", vec![start.elapsed()], response.body.len());
    let (mut now, mut since) = (NOW, revision);
    let mut times = Vec::new();
    let mut bytes = 0;
    for _ in 0..50 {
        now += 1_000;
        let request = Endpoint::EnvironmentLive.request(&[&environment]).with_query("since", &since);
        let start = Instant::now();
        let response = backend.handle(&request, now);
        times.push(start.elapsed());
        bytes = response.body.len();
        since = serde_json::from_slice::<Value>(&response.body).expect("it is JSON")["revision"].to_string();
    }
    tell("environment live, a second of it deploying", times, bytes);
}
