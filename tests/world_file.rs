//! The world file: what is exported is read again to the byte, what is not known survives, and a bad file is told with
//! its place while the open world stays as it was.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use playhead::api::{Endpoint, Request, Response};
use playhead::backend::{Backend, world_file};
use serde_json::{Value, json};

const NOW: i64 = 1_790_000_000_000;

fn export(backend: &mut Backend, now: i64) -> Vec<u8> {
    let response = backend.handle(&Endpoint::ExportWorld.request(&[]), now);
    assert_eq!(response.status, 200);
    response.body
}

fn import(backend: &mut Backend, file: &[u8], now: i64) -> Response {
    backend.handle(&Endpoint::ImportWorld.request(&[]).with_body(file), now)
}

fn ok(response: &Response) {
    assert!(response.is_ok(), "{}", String::from_utf8_lossy(&response.body));
}

fn document(file: &[u8]) -> Value {
    serde_json::from_slice(file).expect("an export is JSON")
}

/// Where two files differ first, to be read by a person.
fn difference(a: &Value, b: &Value, place: String) -> Option<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let gone = |key: &&String| !b.contains_key(*key);
            let new = b.keys().find(|key| !a.contains_key(*key)).map(|key| format!("{place}.{key} is new: {}", b[key]));
            let gone = a.keys().find(gone).map(|key| format!("{place}.{key} is gone: {}", a[key]));
            gone.or(new).or_else(|| a.iter().find_map(|(key, a)| difference(a, &b[key], format!("{place}.{key}"))))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(index, (a, b))| difference(a, b, format!("{place}[{index}]")))
        }
        (a, b) => (a != b).then(|| format!("{place}: {a} became {b}")),
    }
}

fn same(a: &[u8], b: &[u8], what: &str) {
    if a != b {
        let difference = difference(&document(a), &document(b), String::new());
        panic!("{what}: {}", difference.unwrap_or_else(|| "the same JSON, written differently".into()));
    }
}

/// Export, import into another world, export.
fn round_trip(file: &[u8], now: i64, what: &str) {
    let mut other = Backend::scenario("empty", 99, now);
    ok(&import(&mut other, file, now));
    same(file, &export(&mut other, now), what);
}

#[test]
fn an_export_is_read_again_to_the_byte() {
    for name in ["shop", "trouble", "large", "empty"] {
        let mut world = Backend::scenario(name, 5, NOW);
        let file = export(&mut world, NOW);
        println!("{name}: {} kB", file.len() / 1000);
        assert!(file.len() < world_file::LIMIT * 3 / 4);
        round_trip(&file, NOW, name);
    }
}

/// The id of an environment by its name.
fn environment(file: &Value, name: &str) -> String {
    let all = file["environments"].as_array().expect("a list");
    let found = all.iter().find(|environment| environment["name"] == name).expect("it is there");
    found["id"].as_str().expect("a text").to_owned()
}

#[test]
fn an_export_in_the_middle_of_a_deployment_goes_on_like_the_original() {
    let mut shop = Backend::scenario("shop", 3, NOW);
    let staging = environment(&document(&export(&mut shop, NOW)), "staging");
    let mut now = NOW + 500;
    ok(&shop.handle(&Endpoint::RedeployEnvironment.request(&[&staging]), now));
    for step in 0..60 {
        now += 3_700;
        let file = export(&mut shop, now);
        round_trip(&file, now, &format!("after step {step}"));
        if step == 4 {
            // Queued behind it, and a cancel in the middle.
            let production = environment(&document(&file), "production");
            ok(&shop.handle(&Endpoint::RedeployEnvironment.request(&[&production]), now));
        }
        if step == 9 {
            let cancel = Endpoint::CancelEnvironment.request(&[&staging]).with_body(r#"{"force_cancel": true}"#);
            ok(&shop.handle(&cancel, now));
        }
        if step % 10 == 3 {
            let mut copy = Backend::scenario("empty", 0, now);
            ok(&import(&mut copy, &file, now));
            let later = now + 20_000;
            same(&export(&mut shop.clone(), later), &export(&mut copy, later), "20 s later");
        }
    }
}

#[test]
fn an_imported_world_goes_on_at_the_time_it_was_exported() {
    let mut shop = Backend::scenario("shop", 3, NOW);
    let staging = environment(&document(&export(&mut shop, NOW)), "staging");
    ok(&shop.handle(&Endpoint::RedeployEnvironment.request(&[&staging]), NOW));
    let file = export(&mut shop, NOW + 5_000);
    for days in [-3, 3] {
        let (another_day, mut other) = (NOW + days * 86_400_000, Backend::scenario("empty", 0, NOW - 9_000_000_000));
        ok(&import(&mut other, &file, another_day));
        same(&file, &export(&mut other, another_day), "at once");
        same(&export(&mut shop.clone(), NOW + 12_000), &export(&mut other, another_day + 7_000), "7 s later");
    }
}

/// A small file as the live calls would make it, with things in it that this version does not know.
fn live() -> Value {
    let (environment, stage) = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222");
    let service = |n: u32| format!("33333333-3333-4333-8333-33333333333{n}");
    let git =
        json!({ "provider": "GITHUB", "url": "https://git.example/a.git", "name": "a", "deployed_commit_id": "c1" });
    json!({
        "organization": { "id": "o-1", "name": "Acme", "surprise": [1, 2.5, 0.1234567890123456, 5e-324, -0.0, 18446744073709551615_u64, { "deep": null }] },
        "project": { "id": "p-1", "name": "Web", "organization": { "id": "o-1" } },
        "environments": [{
            "id": environment, "name": "main", "mode": "CANARY", "cluster_name": "c", "unknown": true,
            "cloud_provider": { "provider": "MOON", "cluster": "tranquility" },
        }],
        "services": { environment: [
            { "id": service(1), "name": "api", "service_type": "APPLICATION", "git_repository": git, "cpu": 250,
              "memory": 256, "min_running_instances": 2, "max_running_instances": 3, "new_field": { "a": 1.5 } },
            { "id": service(2), "name": "infra", "service_type": "TERRAFORM", "terraform_files_source": { "x": 1 } },
            { "id": service(3), "name": "db", "service_type": "DATABASE", "type": "DUCKDB", "mode": "CONTAINER",
              "version": "1" },
            { "id": service(4), "name": "web", "service_type": "CONTAINER", "image_name": "web", "tag": "1.2",
              "registry": { "id": "r-1", "name": "r", "url": "u" } },
        ] },
        "stages": { environment: [{ "id": stage, "name": "All", "deployment_order": 1, "extra": "kept", "services": [
            { "id": "s-1", "service_id": service(1), "service_type": "APPLICATION", "is_skipped": false },
            { "service_id": service(2) }, { "service_id": service(3) }, { "service_id": service(4) },
        ] }] },
        "statuses": { environment: {
            "environment": { "id": environment, "state": "DEPLOYING", "last_deployment_state": "DEPLOYING",
                "last_deployment_date": "2026-05-01T10:00:00Z", "origin": "GIT", "triggered_by": "someone", "new": 1 },
            "applications": [{ "id": service(1), "state": "DEPLOYED", "service_deployment_status": "OUT_OF_DATE",
                "last_deployment_date": "2026-05-01T10:00:00Z", "is_part_last_deployment": true,
                "execution_id": "e-7", "steps": { "total_duration_sec": 12 },
                "status_details": { "action": "DEPLOY", "status": "SUCCESS", "sub_action": "NEW_SUB_ACTION" } }],
            "terraforms": [{ "id": service(2), "state": "PLANNING", "service_deployment_status": "UP_TO_DATE" }],
            "databases": [{ "id": service(3), "state": "STOPPED", "service_deployment_status": "UP_TO_DATE" }],
            "containers": [{ "id": service(4), "state": "DEPLOYING", "service_deployment_status": "UP_TO_DATE" }],
            "agentic_workflows": [],
        } },
        "commits": { service(1): [
            { "git_commit_id": "c2", "created_at": "2026-05-02T10:00:00.123Z", "message": "m", "author_name": "a", "tag": "",
              "commit_page_url": "https://git.example/c2" },
            { "git_commit_id": "c1", "created_at": "2026-05-01T09:00:00Z", "message": "n", "author_name": "b", "tag": "" },
        ] },
        "tags": { service(4): [{ "image_name": "web", "versions": ["1.3", "1.2"], "more": 1 }],
                  service(1): [{ "image_name": "api", "versions": ["built"] }] },
        "something_else": { "kept": true },
    })
}

/// Every value of `a` that is neither list nor object is in `b` too, at its place.
fn kept(a: &Value, b: &Value, place: &str) {
    match a {
        Value::Object(fields) => {
            for (key, value) in fields {
                kept(value, &b[key], &format!("{place}.{key}"));
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                kept(value, &b[index], &format!("{place}[{index}]"));
            }
        }
        value => assert_eq!(value, b, "{place}"),
    }
}

#[test]
fn a_file_from_live_calls_is_kept_whole_and_made_to_live() {
    let file = live().to_string();
    let mut world = Backend::scenario("shop", 1, NOW);
    ok(&import(&mut world, file.as_bytes(), NOW));
    let first = export(&mut world, NOW);
    kept(&live(), &document(&first), "");
    round_trip(&first, NOW, "live");

    // The deployment that was going on was made up, and comes to its end; what is not known stays as it came.
    let read = |world: &mut Backend, request: &Request, now| {
        let response = world.handle(request, now);
        ok(&response);
        document(&response.body)
    };
    let id = "11111111-1111-4111-8111-111111111111";
    let statuses = read(&mut world, &Endpoint::Statuses.request(&[id]), NOW + 3_600_000);
    assert_eq!(statuses["containers"][0]["state"], "DEPLOYED");
    assert_eq!(statuses["terraforms"][0]["state"], "PLANNING");
    let live = read(&mut world, &Endpoint::EnvironmentLive.request(&[id]), NOW + 3_600_000);
    assert_eq!(live["services"][0]["pods"].as_array().map(Vec::len), Some(2));
    assert_eq!(live["services"][0]["sync"], "OUT_OF_DATE");
    assert_eq!(live["services"][0]["last_operation"]["at"], "2026-05-01T10:00:00Z");
    let commits = Endpoint::Commits.request(&["application", "33333333-3333-4333-8333-333333333331"]);
    assert_eq!(read(&mut world, &commits, NOW)["results"][0]["commit_page_url"], "https://git.example/c2");
}

#[test]
fn a_file_of_environments_alone_is_enough() {
    let file =
        json!({ "environments": [{ "id": "11111111-1111-4111-8111-111111111111", "name": "bare" }] }).to_string();
    let mut world = Backend::scenario("shop", 1, NOW);
    ok(&import(&mut world, file.as_bytes(), NOW));
    let first = export(&mut world, NOW);
    round_trip(&first, NOW, "bare");
}

/// A bad file is answered with 400 (or `status`) and words that hold each of `says`; the open world stays as it was.
fn refuses(what: &str, file: &[u8], status: u16, says: &[&str]) {
    let mut world = Backend::scenario("shop", 1, NOW);
    let before = export(&mut world, NOW);
    let response = import(&mut world, file, NOW);
    let body = document(&response.body);
    let words = body["detail"].as_str().expect("words");
    assert_eq!(response.status, status, "{what}: {words}");
    for expected in says {
        assert!(words.contains(expected), "{what}: {words:?} does not say {expected:?}");
    }
    same(&before, &export(&mut world, NOW), what);
}

#[test]
fn a_bad_file_is_told_with_its_place_and_the_open_world_stays() {
    let environment = "11111111-1111-4111-8111-111111111111";
    let edited = |edit: &dyn Fn(&mut Value)| {
        let mut file = live();
        edit(&mut file);
        file.to_string().into_bytes()
    };
    let wrong = |what: &str, says: &[&str], edit: &dyn Fn(&mut Value)| refuses(what, &edited(edit), 400, says);

    refuses("not JSON", b"environments: []", 400, &["line 1, column 1", "not JSON"]);
    refuses("empty", b"", 400, &["line 1, column 0", "cut off"]);
    let whole = live().to_string();
    let half = &whole.as_bytes()[..whole.len() / 2];
    refuses("truncated", half, 400, &["line 1, column", "cut off"]);
    refuses("a list", b"[]", 400, &["document", "an object", "README"]);
    refuses("an answer of one call", br#"{"results": []}"#, 400, &["environments", "missing", "README"]);
    refuses("too large", &vec![b' '; world_file::LIMIT + 1], 413, &["64 MB"]);

    let service = format!("services.{environment}[0]");
    wrong("cpu is a text", &[&format!("{service}.cpu"), "a whole number is expected, not a text"], &|file| {
        file["services"][environment][0]["cpu"] = json!("much");
    });
    wrong("deep inside", &[&format!("{service}.git_repository.url")], &|file| {
        file["services"][environment][0]["git_repository"]["url"] = json!(5);
    });
    wrong("services is a list", &["services: an object is expected, not a list"], &|file| file["services"] = json!([]));
    wrong("no id", &[&format!("{service}.id"), "a text is expected, not nothing"], &|file| {
        drop(file["services"][environment][0].as_object_mut().expect("an object").remove("id"));
    });
    wrong("an id that is none", &[&format!("{service}.id"), "not a UUID"], &|file| {
        file["services"][environment][0]["id"] = json!("api");
    });
    wrong("a service twice", &[&format!("services.{environment}[4].id"), "twice"], &|file| {
        let first = file["services"][environment][0].clone();
        file["services"][environment].as_array_mut().expect("a list").push(first);
    });
    wrong("an environment twice", &["environments[1].id", "environments[0]"], &|file| {
        let first = file["environments"][0].clone();
        file["environments"].as_array_mut().expect("a list").push(first);
    });
    let member = format!("stages.{environment}[0].services");
    wrong("a stage with an unknown service", &[&format!("{member}[1].service_id"), "not among"], &|file| {
        file["stages"][environment][0]["services"][1]["service_id"] = json!("99999999-3333-4333-8333-333333333333");
    });
    wrong("a service in no stage", &[&format!("services.{environment}[3]"), "in none of the stages"], &|file| {
        drop(file["stages"][environment][0]["services"].as_array_mut().expect("a list").pop());
    });
    wrong("a service in two stages", &[&format!("{member}[4].service_id"), "two stages"], &|file| {
        let members = file["stages"][environment][0]["services"].as_array_mut().expect("a list");
        members.push(members[0].clone());
    });
    wrong("a status without state", &[&format!("statuses.{environment}.databases[0].state")], &|file| {
        drop(file["statuses"][environment]["databases"][0].as_object_mut().expect("an object").remove("state"));
    });
    wrong("a date that is none", &["applications[0].last_deployment_date", "2026-01-31"], &|file| {
        file["statuses"][environment]["applications"][0]["last_deployment_date"] = json!("yesterday");
    });
    wrong("services of an unknown environment", &["services.x-1", "no environment"], &|file| {
        file["services"]["x-1"] = json!([]);
    });
    wrong("commits of an unknown service", &["commits.x-1", "no service"], &|file| file["commits"]["x-1"] = json!([]));
    wrong("a commit without time", &["commits.33333333-3333-4333-8333-333333333331[1].created_at"], &|file| {
        file["commits"]["33333333-3333-4333-8333-333333333331"][1]["created_at"] = json!(5);
    });
    wrong("too many instances", &[&format!("{service}.min_running_instances"), "1000"], &|file| {
        file["services"][environment][0]["min_running_instances"] = json!(4_000_000_000_u32);
    });
    wrong("another format", &["x.format", "format 7"], &|file| file["x"] = json!({ "format": 7 }));
    wrong("an unknown fault", &["x.faults.gremlins"], &|file| file["x"] = json!({ "faults": { "gremlins": [] } }));
}

#[test]
fn state_that_does_not_hang_together_is_told_and_never_a_panic() {
    let mut shop = Backend::scenario("shop", 3, NOW);
    let staging = environment(&document(&export(&mut shop, NOW)), "staging");
    ok(&shop.handle(&Endpoint::RedeployEnvironment.request(&[&staging]), NOW));
    let file = document(&export(&mut shop, NOW + 9_000));
    let wrong = |what: &str, says: &str, edit: &dyn Fn(&mut Value)| {
        let mut file = file.clone();
        edit(&mut file);
        refuses(what, file.to_string().as_bytes(), 400, &[says]);
    };
    let place = format!("x.environments.{staging}");
    wrong("a run of no service", &place, &|file| {
        file["x"]["environments"][&staging]["running"]["runs"][0]["service"] = json!(4_000);
    });
    wrong("an unknown word", "runs[0].phase", &|file| {
        file["x"]["environments"][&staging]["running"]["runs"][0]["phase"] = json!("DANCING");
    });
    wrong("planned for nobody", "x.agenda", &|file| file["x"]["agenda"][0]["environment"] = json!(77));
    wrong("nothing planned for what runs", "nothing is planned", &|file| file["x"]["agenda"] = json!([]));
    wrong("a service in progress without a run", "a deployment that is not there", &|file| {
        file["x"]["environments"][&staging]["running"] = json!(null);
    });
    wrong("a count that is not true", "books", &|file| {
        file["x"]["environments"][&staging]["running"]["open"] = json!(1);
    });
    wrong("a phase that is not the status's", "stay in progress for ever", &|file| {
        let runs = file["x"]["environments"][&staging]["running"]["runs"].as_array_mut().expect("a list");
        runs.iter_mut().filter(|run| run["phase"] == "QUEUED").for_each(|run| run["phase"] = json!("BUILT"));
    });
    wrong("the end of time", "x.now", &|file| file["x"]["now"] = json!(i64::MAX - 1));
    wrong("a deadline of ages", "x.settings", &|file| {
        file["x"]["settings"]["stop_deadline"] = json!(200_000_000_000_i64)
    });
    wrong("a name that is a path", "x.name", &|file| file["x"]["name"] = json!("../shop"));
    wrong("a text for a number", "x.agenda[0].at", &|file| file["x"]["agenda"][0]["at"] = json!("soon"));
}

#[test]
fn where_x_and_the_rest_disagree_the_rest_is_believed() {
    let mut shop = Backend::scenario("shop", 3, NOW);
    let mut file = document(&export(&mut shop, NOW));
    let production = environment(&file, "production");
    file["statuses"][&production]["applications"][0]["state"] = json!("STOPPED");
    let name = file["services"][&production].as_array().expect("a list").iter();
    let id = file["statuses"][&production]["applications"][0]["id"].clone();
    let found = name.clone().find(|service| service["id"] == id).expect("it is there").clone();
    let mut other = Backend::scenario("empty", 0, NOW);
    ok(&import(&mut other, file.to_string().as_bytes(), NOW));
    let first = export(&mut other, NOW);
    let now = document(&first);
    assert_eq!(now["statuses"][&production]["applications"][0]["state"], "STOPPED", "{}", found["name"]);
    round_trip(&first, NOW, "edited");
}

#[test]
fn a_reader_of_live_state_is_told_that_the_world_was_replaced() {
    let mut world = Backend::scenario("shop", 1, NOW);
    let organizations = document(&world.handle(&Endpoint::Organizations.request(&[]), NOW).body);
    let organization = organizations["results"][0]["id"].as_str().expect("a text").to_owned();
    let projects = document(&world.handle(&Endpoint::Projects.request(&[&organization]), NOW).body);
    let project = projects["results"][0]["id"].as_str().expect("a text").to_owned();
    let live = |world: &mut Backend, since: &Value| {
        let request = Endpoint::ProjectLive.request(&[&project]).with_query("since", since.to_string());
        document(&world.handle(&request, NOW).body)
    };
    let first = live(&mut world, &json!(0));
    assert_eq!((&first["full"], first["environments"].as_array().map(Vec::len)), (&json!(true), Some(3)));
    let second = live(&mut world, &first["revision"]);
    assert_eq!((&second["full"], second["environments"].as_array().map(Vec::len)), (&json!(false), Some(0)));
    let file = export(&mut world, NOW);
    ok(&import(&mut world, &file, NOW));
    let third = live(&mut world, &second["revision"]);
    assert_eq!((&third["full"], third["environments"].as_array().map(Vec::len)), (&json!(true), Some(3)));
}

/// A fixed stream of numbers.
struct Stream(u64);

impl Stream {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

#[test]
fn whatever_was_done_to_a_world_its_export_is_read_again_to_the_byte() {
    let (mut stream, mut now) = (Stream(3), NOW);
    let mut world = Backend::scenario("trouble", 2, now);
    let file = document(&export(&mut world, now));
    let mut services = Vec::new();
    for list in file["services"].as_object().expect("an object").values() {
        for service in list.as_array().expect("a list") {
            services.push((
                service["service_type"].as_str().unwrap().to_lowercase(),
                service["id"].as_str().unwrap().to_owned(),
            ));
        }
    }
    let environments: Vec<String> = file["services"].as_object().expect("an object").keys().cloned().collect();
    let of_service =
        [Endpoint::DeployService, Endpoint::RedeployService, Endpoint::StopService, Endpoint::RestartService];
    let of_environment = [
        Endpoint::DeployEnvironment,
        Endpoint::StopEnvironment,
        Endpoint::CancelEnvironment,
        Endpoint::RedeployEnvironment,
    ];
    let faults = [r#"{"readiness_never_ok": ["*"]}"#, r#"{"pod_crashes": ["*"]}"#, r#"{"build_fails": ["*"]}"#, "{}"];
    let mut accepted = 0;
    for step in 0..220 {
        let request = match stream.next(8) {
            0..4 => {
                let (word, id) = &services[stream.next(services.len())];
                of_service[stream.next(4)].request(&[word, id])
            }
            4..7 => of_environment[stream.next(4)].request(&[&environments[stream.next(environments.len())]]),
            _ => Endpoint::SetFaults.request(&[]).with_body(faults[stream.next(4)]),
        };
        accepted += usize::from(world.handle(&request, now).is_ok());
        now += stream.next(25_000) as i64;
        let file = export(&mut world, now);
        round_trip(&file, now, &format!("step {step}"));
        if step % 15 == 7 {
            let mut copy = Backend::scenario("empty", 0, now);
            ok(&import(&mut copy, &file, now));
            same(&export(&mut world.clone(), now + 90_000), &export(&mut copy, now + 90_000), "90 s later");
        }
    }
    assert!(accepted > 40, "{accepted} requests were accepted");
}

/// All places of a document that hold neither list nor object.
fn leaves(value: &Value, place: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, &format!("{place}/{key}"), into)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, &format!("{place}/{index}"), into));
        }
        _ => into.push(place.to_owned()),
    }
}

#[test]
fn a_file_that_was_spoilt_anywhere_is_refused_or_lives_and_never_makes_it_panic() {
    let mut world = Backend::scenario("trouble", 2, NOW);
    let file = document(&export(&mut world, NOW + 9_000));
    let (mut all, mut stream) = (Vec::new(), Stream(5));
    leaves(&file, "", &mut all);
    let values =
        [json!(null), json!(-1), json!(4_294_967_295_u32), json!(1e300), json!("x"), json!([]), json!({}), json!(true)];
    let mut refused = 0;
    for _ in 0..400 {
        let mut spoilt = file.clone();
        let place = &all[stream.next(all.len())];
        *spoilt.pointer_mut(place).expect("it is there") = values[stream.next(values.len())].clone();
        let mut other = Backend::scenario("empty", 0, NOW);
        let answer = import(&mut other, spoilt.to_string().as_bytes(), NOW);
        refused += usize::from(!answer.is_ok());
        assert!(matches!(answer.status, 200 | 400), "{place}: {}", String::from_utf8_lossy(&answer.body));
        export(&mut other, NOW + 3_600_000);
    }
    assert!((100..400).contains(&refused), "{refused} were refused");
}
