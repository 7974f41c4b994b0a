//! The worlds that come with the program: what they hold, that they are the same each time, and how fast they are.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, Instant};

use playhead::api::{Endpoint, Request};
use playhead::backend::Backend;
use serde_json::Value;

const NOW: i64 = 1_790_000_000_000;

/// The body of a read that must succeed.
fn read(backend: &mut Backend, request: &Request) -> Value {
    let response = backend.handle(request, NOW);
    assert_eq!(response.status, 200, "{}: {}", request.path, String::from_utf8_lossy(&response.body));
    serde_json::from_slice(&response.body).expect("it is JSON")
}

fn list(value: &Value) -> &Vec<Value> {
    value["results"].as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The ids of the environments.
fn environments(backend: &mut Backend) -> Vec<String> {
    let organizations = read(backend, &Endpoint::Organizations.request(&[]));
    let organization = text(&list(&organizations)[0]["id"]).to_owned();
    let projects = read(backend, &Endpoint::Projects.request(&[&organization]));
    let project = text(&list(&projects)[0]["id"]).to_owned();
    let all = read(backend, &Endpoint::Environments.request(&[&project]));
    list(&all).iter().map(|environment| text(&environment["id"]).to_owned()).collect()
}

fn services(backend: &mut Backend, environment: &str) -> Vec<Value> {
    list(&read(backend, &Endpoint::Services.request(&[environment]))).clone()
}

/// How many services of an environment are in which shown status.
fn states(backend: &mut Backend, environment: &str) -> BTreeMap<String, usize> {
    let statuses = read(backend, &Endpoint::Statuses.request(&[environment]));
    let mut states = BTreeMap::new();
    for status in statuses.as_object().expect("an object").values().filter_map(Value::as_array).flatten() {
        *states.entry(text(&status["state"]).to_owned()).or_insert(0) += 1;
    }
    states
}

#[test]
fn the_shop_has_three_environments_with_services_of_every_kind() {
    let mut shop = Backend::scenario("shop", 1, NOW);
    let environments = environments(&mut shop);
    assert_eq!(environments.len(), 3);
    let mut kinds = BTreeSet::new();
    for environment in &environments {
        let services = services(&mut shop, environment);
        assert!(services.len() >= 16);
        for service in services {
            let mut kind = text(&service["service_type"]).to_owned();
            for key in ["job_type", "mode", "type"] {
                if let Some(word) = service[key].as_str() {
                    kind = format!("{kind} {word}");
                }
            }
            if let Some(stop) = service["schedule"].as_object().filter(|schedule| schedule.contains_key("on_start")) {
                kind = format!("{kind}, stop command {}", stop.contains_key("on_stop"));
            }
            if let Some(source) = service["source"].as_object().and_then(|source| source.keys().next()) {
                kind = format!("{kind}, {source}");
            }
            kinds.insert(kind);
        }
        let states = states(&mut shop, environment);
        let ok = states.get("DEPLOYED").copied().unwrap_or(0);
        assert!(ok * 3 >= states.values().sum::<usize>() * 2, "mostly well: {states:?}");
    }
    let expected = BTreeSet::from(
        [
            "APPLICATION",
            "CONTAINER",
            "DATABASE CONTAINER MONGODB",
            "DATABASE MANAGED POSTGRESQL",
            "DATABASE MANAGED REDIS",
            "HELM, repository",
            "JOB CRON, docker",
            "JOB CRON, image",
            "JOB LIFECYCLE, stop command false, docker",
            "JOB LIFECYCLE, stop command true, docker",
        ]
        .map(str::to_owned),
    );
    assert_eq!(kinds, expected);
}

#[test]
fn trouble_shows_every_error_status_and_drift() {
    let mut trouble = Backend::scenario("trouble", 1, NOW);
    let environments = environments(&mut trouble);
    let states = states(&mut trouble, &environments[0]);
    for state in ["BUILD_ERROR", "DEPLOYMENT_ERROR", "STOP_ERROR", "RESTART_ERROR", "CANCELED", "STOPPED", "READY"] {
        assert!(states.contains_key(state), "{state} is missing in {states:?}");
    }
    let live = read(&mut trouble, &Endpoint::EnvironmentLive.request(&[&environments[0]]));
    assert!(live["environment"]["out_of_date"].as_u64() > Some(0));
    assert!(environments.iter().any(|environment| services(&mut trouble, environment).is_empty()));
    // Services that share a name are described each as what it is.
    let modes = environments.iter().flat_map(|environment| services(&mut trouble, environment));
    let modes: Vec<Value> = modes.filter(|one| one["name"] == "database").map(|one| one["mode"].clone()).collect();
    assert_eq!(modes, ["CONTAINER", "MANAGED", "MANAGED"]);
}

#[test]
fn large_has_a_thousand_environments_and_one_with_ten_thousand_services() {
    let began = Instant::now();
    let mut large = Backend::scenario("large", 1, NOW);
    let took = began.elapsed();
    println!("large was built in {took:?}");
    assert!(took < Duration::from_secs(3), "{took:?}");
    let environments = environments(&mut large);
    assert_eq!(environments.len(), 1_000);
    assert_eq!(services(&mut large, &environments[0]).len(), 10_000);
}

#[test]
fn empty_is_a_project_without_environments() {
    assert_eq!(environments(&mut Backend::scenario("empty", 1, NOW)), Vec::<String>::new());
}

#[test]
fn same_name_and_seed_give_the_same_world_and_another_seed_another() {
    let export = |name, seed| {
        let mut backend = Backend::scenario(name, seed, NOW);
        environments(&mut backend)
    };
    for name in ["shop", "trouble", "large"] {
        assert_eq!(export(name, 7), export(name, 7), "{name}");
        assert_ne!(export(name, 7), export(name, 8), "{name}");
    }
}

#[test]
fn ids_are_unique() {
    for name in ["shop", "trouble", "large"] {
        let mut backend = Backend::scenario(name, 3, NOW);
        let mut seen = HashSet::new();
        for environment in environments(&mut backend) {
            for service in services(&mut backend, &environment) {
                assert!(seen.insert(text(&service["id"]).to_owned()));
            }
            assert!(seen.insert(environment));
        }
    }
}

#[test]
fn versions_are_many_newest_first_and_contain_the_current_one() {
    let mut shop = Backend::scenario("shop", 1, NOW);
    let organizations = read(&mut shop, &Endpoint::Organizations.request(&[]));
    let organization = text(&list(&organizations)[0]["id"]).to_owned();
    let environment = environments(&mut shop)[0].clone();
    let mut most = 0;
    for service in services(&mut shop, &environment) {
        let id = text(&service["id"]);
        let job = &service["source"]["docker"]["git_repository"];
        let git = if job.is_object() { job } else { &service["git_repository"] };
        if let Some(current) = git["deployed_commit_id"].as_str() {
            let word = text(&service["service_type"]).to_ascii_lowercase();
            let commits = read(&mut shop, &Endpoint::Commits.request(&[&word, id]));
            let commits = list(&commits);
            assert!(commits.len() >= 40);
            assert!(commits.iter().any(|commit| commit["git_commit_id"] == current), "{}", service["name"]);
            let times: Vec<&str> = commits.iter().map(|commit| text(&commit["created_at"])).collect();
            assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
        }
        let image = if service["source"]["image"].is_object() { &service["source"]["image"] } else { &service };
        if let (Some(current), Some(name)) = (image["tag"].as_str(), image["image_name"].as_str()) {
            let registry = text(&image["registry"]["id"]);
            let request = Endpoint::Images.request(&[&organization, registry]).with_query("imageName", name);
            let images = read(&mut shop, &request);
            let versions = list(&images)[0]["versions"].as_array().expect("tags");
            assert!(versions.len() >= 60 && versions.iter().any(|tag| tag == current));
            most = most.max(versions.len());
        }
        let chart = &service["source"]["repository"];
        if let (Some(current), Some(name)) = (chart["chart_version"].as_str(), chart["chart_name"].as_str()) {
            let repository = text(&chart["repository"]["id"]);
            let request = Endpoint::Charts.request(&[&organization, repository]).with_query("chartName", name);
            let charts = read(&mut shop, &request);
            assert!(
                list(&charts)[0]["versions"].as_array().expect("versions").iter().any(|version| version == current)
            );
        }
    }
    assert!(most > 3_000, "one image has thousands of tags");
}
