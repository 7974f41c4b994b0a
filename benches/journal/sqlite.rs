//! How long the native server needs to open its journal (SQLite) after as many requests.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use playhead::api::http::REQUEST;
use playhead::api::{Method, Request};
use playhead::backend::Backend;
use playhead::server::journal::{Journal, Opening, mend};
use serde_json::Value;

use super::{NOW, REQUESTS, RUNS};

fn list(backend: &mut Backend, path: &str) -> Vec<String> {
    let body = backend.handle(&Request::new(Method::Get, path), NOW).body;
    let body: Value = serde_json::from_slice(&body).expect("it is JSON");
    let all = body["results"].as_array().expect("it is a list");
    all.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

fn open(path: &Path) -> Journal {
    Journal::open(path, &Opening { scenario: "shop".to_owned(), seed: 7 }, NOW).expect("it opens")
}

/// Writes a journal of so many accepted requests; each came with a key.
fn write(path: &Path) {
    let journal = open(path);
    let mut backend = Backend::scenario("shop", 7, NOW);
    let organization = &list(&mut backend, "/organization")[0];
    let project = &list(&mut backend, &format!("/organization/{organization}/project"))[0];
    let environments = list(&mut backend, &format!("/project/{project}/environment"));
    let (mut real, mut accepted) = (NOW, 0);
    journal.begin().expect("it begins");
    while accepted < REQUESTS {
        for environment in &environments {
            for verb in ["redeploy", "stop", "deploy"] {
                let request = Request::new(Method::Post, format!("/environment/{environment}/{verb}"));
                let answer = backend.handle(&request, real);
                if answer.is_ok() {
                    let key = Some(([0; 32], real));
                    journal.write(&request, real, answer.header(REQUEST), key).expect("it is written");
                    accepted += 1;
                }
            }
        }
        real += 3_600_000;
    }
    journal.commit().expect("it is written");
}

pub fn main() {
    let folder = std::env::temp_dir().join(format!("playhead-bench-journal-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("journal.sqlite");
    write(&path);
    let mut read = 0;
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            // As a start does: whether it can be read, then what it says.
            assert!(mend(&path, NOW).expect("it is read").is_none());
            let (world, requests, _) = open(&path).recover(NOW, |_| {}).expect("it is read");
            read = requests;
            black_box(world);
            start.elapsed()
        })
        .collect();
    times.sort();
    println!("journal: the native server reads {read} requests back in {:?} (median of {RUNS})", times[RUNS / 2]);
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}
