//! How long it takes to make the world again after 10,000 requests, of the page and of the native server:
//! `cargo bench --bench journal`.
//!
//! Leaves the lines of that journal in `target/journal-bench.json`, for the figure in the browser.

#![allow(missing_docs)]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a bench is test code")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use playhead::api::{Method, Request};
use playhead::backend::REST;
use playhead::client::loopback::Home;
use playhead::client::loopback::journal::{Entry, Line, Opening};
use serde_json::{Value, json};

#[cfg(not(target_arch = "wasm32"))]
#[path = "journal/sqlite.rs"]
mod sqlite;

const REQUESTS: usize = 10_000;
/// As the keeper does (src/client/loopback/keeper.rs).
const SNAPSHOT_EVERY: usize = 300;
const RUNS: usize = 9;
/// 2026-01-05, a Monday, 12:00 UTC.
const NOW: i64 = 1_767_614_400_000;

fn list(home: &mut Home, path: &str, real: i64) -> Vec<String> {
    let body = home.answer(&Request::new(Method::Get, path), real).0.body;
    let body: Value = serde_json::from_slice(&body).expect("it is JSON");
    let all = body["results"].as_array().expect("it is a list");
    all.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

fn main() {
    let opening = Opening { scenario: "shop".to_owned(), seed: 7, at: NOW };
    let mut home = Home::new(opening.clone(), NOW);
    home.backend.set_rest(REST);
    let organization = &list(&mut home, "/organization", NOW)[0];
    let project = &list(&mut home, &format!("/organization/{organization}/project"), NOW)[0];
    let environments = list(&mut home, &format!("/project/{project}/environment"), NOW);
    let mut entries = vec![Entry::Opened(opening), Entry::Clock(home.clock)];
    let (mut real, mut accepted, mut number) = (NOW, 0, entries.len());
    let mut snapshots = Vec::new();
    while accepted < REQUESTS {
        for environment in &environments {
            for verb in ["redeploy", "stop", "deploy"] {
                let request = Request::new(Method::Post, format!("/environment/{environment}/{verb}"));
                let Some(asked) = home.answer(&request, real).1 else { continue };
                accepted += 1;
                number += 1;
                entries.push(Entry::Asked(asked));
                if number.is_multiple_of(SNAPSHOT_EVERY) {
                    let start = Instant::now();
                    entries = home.snapshot(real).expect("it is written").to_vec();
                    snapshots.push(start.elapsed());
                    number += entries.len();
                }
            }
        }
        real += 3_600_000;
    }
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let entries = entries.clone();
            let start = Instant::now();
            let (again, taken, problem) = home.again(entries.clone());
            assert_eq!((taken as usize, problem), (entries.len(), None));
            black_box(again);
            start.elapsed()
        })
        .collect();
    times.sort();
    snapshots.sort();
    println!(
        "journal: after {accepted} requests the world is made again in {:?} (median of {RUNS}), from {} lines; a snapshot \
         takes {:?} (median of {})",
        times[RUNS / 2],
        entries.len(),
        snapshots[snapshots.len() / 2],
        snapshots.len()
    );
    let lines: Vec<Value> =
        entries.iter().map(Entry::line).map(|Line { head, body, check }| json!([head, body, check])).collect();
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/target/journal-bench.json");
    std::fs::write(target, Value::from(lines).to_string()).expect("the target folder can be written");
    // There is no server in the browser.
    #[cfg(not(target_arch = "wasm32"))]
    sqlite::main();
}
