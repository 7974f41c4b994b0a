//! Targets that have a backend: files that are opened, requests that are answered, journals that are answered again.

use std::sync::OnceLock;

use playhead::api::{Endpoint, Method, Request, Response};
use playhead::backend::Backend;
use playhead::lifecycle::Status;
use playhead::server::Opening;
use playhead::server::journal::Journal;
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};

pub const NOW: i64 = 1_790_000_000_000;
const HOUR: i64 = 3_600_000;
pub const ENVIRONMENT: &str = "11111111-1111-4111-8111-111111111111";
pub const SMALL: &str = include_str!("small.json");

/// The reading calls of an environment.
pub const READS: [Endpoint; 9] = [
    Endpoint::Environment,
    Endpoint::EnvironmentStatus,
    Endpoint::Statuses,
    Endpoint::StatusesWithStages,
    Endpoint::Services,
    Endpoint::Stages,
    Endpoint::History,
    Endpoint::Queue,
    Endpoint::EnvironmentLive,
];

fn export(world: &mut Backend, now: i64) -> Vec<u8> {
    world.handle(&Endpoint::ExportWorld.request(&[]), now).body
}

fn import(world: &mut Backend, file: &[u8], now: i64) -> Response {
    world.handle(&Endpoint::ImportWorld.request(&[]).with_body(file), now)
}

/// A world with a service of nearly every kind.
pub fn small() -> Backend {
    static SMALL_WORLD: OnceLock<Backend> = OnceLock::new();
    let world = SMALL_WORLD.get_or_init(|| {
        let mut world = Backend::scenario("empty", 1, NOW);
        assert!(import(&mut world, SMALL.as_bytes(), NOW).is_ok());
        world
    });
    world.clone()
}

/// An answer that is none, in its own words; it must be an error of ours.
fn refused(answer: &Response) -> String {
    let words = String::from_utf8_lossy(&answer.body).into_owned();
    assert!((400..500).contains(&answer.status), "{}: {words}", answer.status);
    let body: Value = serde_json::from_slice(&answer.body).expect("an error is JSON");
    assert_eq!(body["status"], answer.status);
    format!(
        "{} {} {}",
        answer.status,
        body["place"].as_str().unwrap_or_default(),
        body["detail"].as_str().unwrap_or_default()
    )
}

pub fn files() -> Vec<Vec<u8>> {
    let mut files = vec![SMALL.as_bytes().to_vec(), export(&mut small(), NOW)];
    let mut world = small();
    for endpoint in [Endpoint::RedeployEnvironment, Endpoint::DeployEnvironment] {
        world.handle(&endpoint.request(&[ENVIRONMENT]), NOW);
    }
    let version = Endpoint::DeployService.request(&["application", "22222222-2222-4222-8222-222222222221"]);
    world.handle(&version.with_body(r#"{"git_commit_id": "2222222222222222222222222222222222222222"}"#), NOW);
    files.extend([2_000, 9_000, 30_000, 60_000].map(|after| export(&mut world, NOW + after)));
    world.handle(&Endpoint::CancelEnvironment.request(&[ENVIRONMENT]), NOW + 61_000);
    files.push(export(&mut world, NOW + 62_000));
    files
}

/// A file is a world, which is saved as it is and comes to rest; or it is told what is wrong, and nothing happened.
pub fn file(input: &[u8]) -> String {
    let mut world = small();
    let before = export(&mut world, NOW);
    let answer = import(&mut world, input, NOW);
    if !answer.is_ok() {
        assert!(export(&mut world, NOW) == before, "a file that is refused changed the world");
        return refused(&answer);
    }
    let first = export(&mut world, NOW);
    let mut other = small();
    let again = import(&mut other, &first, NOW);
    assert!(again.is_ok(), "what was saved cannot be opened: {}", String::from_utf8_lossy(&again.body));
    let second = export(&mut other, NOW);
    let differs =
        first.iter().zip(&second).position(|(one, other)| one != other).unwrap_or(first.len().min(second.len()));
    let near = |text: &[u8]| {
        String::from_utf8_lossy(&text[differs.saturating_sub(60)..text.len().min(differs + 60)]).into_owned()
    };
    assert!(first == second, "what was saved and opened is saved as another: {} | {}", near(&first), near(&second));
    let document: Value = serde_json::from_slice(&first).expect("a saved world is JSON");
    let environments: Vec<&str> =
        document["environments"].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect();
    let mut did = String::from("opened");
    for id in &environments {
        let answer = world.handle(&Endpoint::RedeployEnvironment.request(&[id]), NOW);
        did.push_str(&format!(" {}", answer.status));
        for endpoint in READS {
            let answer = world.handle(&endpoint.request(&[id]), NOW + 1_000);
            assert!(answer.is_ok(), "{endpoint:?}: {}", String::from_utf8_lossy(&answer.body));
        }
    }
    // Nothing stays in progress for ever (law §9): years are enough for every deadline there can be.
    let late = NOW + 24_000 * HOUR;
    for id in environments {
        let statuses: Value =
            serde_json::from_slice(&world.handle(&Endpoint::Statuses.request(&[id]), late).body).expect("JSON");
        for list in ["applications", "containers", "databases", "jobs", "helms"] {
            for one in statuses[list].as_array().into_iter().flatten() {
                let status = Status::from_name(one["state"].as_str().unwrap_or_default());
                let foreign = matches!(status, Status::Unknown(_) | Status::DeleteQueued | Status::Deleting);
                assert!(foreign || !status.in_progress(), "{status} for ever");
                did.push_str(one["state"].as_str().unwrap_or_default());
            }
        }
    }
    did
}

fn asked(method: &str, path: &str, body: Value) -> Value {
    json!({ "method": method, "path": path, "query": [["since", "0"], ["pageSize", "5"]], "headers": [["X-Playhead-Actor", "a"]],
        "body": body, "after": 1_500 })
}

/// What follows one another: every call of the contract is in one of them.
pub fn conversations() -> Vec<Vec<u8>> {
    let service = |at: usize| format!("22222222-2222-4222-8222-22222222222{at}");
    let calls = playhead::api::routes::table().map(|(method, pattern, _)| {
        let word = [("application", 1), ("container", 2), ("database", 3)][pattern.len() % 3];
        let path = pattern.replace("{service}", word.0).replace("{restartable}", word.0);
        let id = match pattern {
            _ if pattern.starts_with("/{") => service(word.1),
            "/organization/{}/project" => "o-1".to_owned(),
            _ if pattern.contains("/project/") => "p-1".to_owned(),
            _ => ENVIRONMENT.to_owned(),
        };
        let body = match pattern {
            "/environment/{}/service/deploy" => {
                json!({ "applications": [{ "application_id": service(1), "git_commit_id": "2".repeat(40) }],
                "containers": [{ "id": service(2), "image_tag": "2" }], "databases": [service(3)] })
            }
            _ if pattern.ends_with("/service/stop") => {
                json!({ "application_ids": [service(1)], "job_ids": [service(4)] })
            }
            _ if pattern.ends_with("/restart-service") => json!({ "application_ids": [service(1)] }),
            _ if pattern.ends_with("cancelDeployment") => json!({ "force_cancel": true }),
            "/x/faults" => json!({ "readiness_never_ok": ["*"] }),
            "/x/scenario" => json!({ "name": "empty", "seed": 3 }),
            "/{service}/{}" => {
                json!({ "healthchecks": {}, "cpu": 700, "min_running_instances": 3, "max_running_instances": 4 })
            }
            _ => Value::Null,
        };
        asked(method.name(), &path.replace("{}", &id), body)
    });
    let all: Vec<Value> = calls.collect();
    all.chunks(6).map(|some| json!({ "requests": some }).to_string().into_bytes()).collect()
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    value.as_array().into_iter().flatten().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

/// Any request is answered; one that is refused has changed nothing.
pub fn conversation(input: &[u8]) -> String {
    let Ok(document) = serde_json::from_slice::<Value>(input) else { return String::new() };
    let (mut world, mut now, mut did) = (small(), NOW, String::new());
    for one in document["requests"].as_array().into_iter().flatten().take(24) {
        let Some(method) = Method::from_name(one["method"].as_str().unwrap_or("POST")) else { continue };
        let mut request = Request::new(method, one["path"].as_str().unwrap_or_default());
        request.query = pairs(&one["query"]);
        request.headers = pairs(&one["headers"]);
        request.body = match &one["body"] {
            Value::Null => Vec::new(),
            Value::String(text) => text.as_bytes().to_vec(),
            other => other.to_string().into_bytes(),
        };
        now = now.saturating_add(one["after"].as_i64().unwrap_or(0).clamp(-HOUR, 1_000 * HOUR));
        world.advance(now);
        let before = export(&mut world, now);
        let answer = world.handle(&request, now);
        if answer.is_ok() {
            did.push_str(&format!("{} {} ", method.name(), answer.status));
            assert!(
                answer.body.is_empty() || serde_json::from_slice::<Value>(&answer.body).is_ok(),
                "an answer that is no JSON"
            );
        } else {
            did.push_str(&refused(&answer));
            assert!(export(&mut world, now) == before, "a request that was refused changed the world: {did}");
        }
    }
    did
}

pub fn journals() -> Vec<Vec<u8>> {
    let row = |at: i64, path: &str, body: &str| json!([at, "POST", path, "somebody", "CLI", body, null]);
    let redeploy = format!("/environment/{ENVIRONMENT}/redeploy");
    let rows = json!([
        json!([NOW, "PUT", "/x/world", null, null, SMALL, null]),
        row(NOW + 1_000, &redeploy, ""),
        row(NOW + 5_000, &format!("/environment/{ENVIRONMENT}/cancelDeployment"), r#"{"force_cancel": true}"#)
    ]);
    vec![
        json!({ "opening": ["empty", 1, NOW], "clock": [NOW, NOW, 1], "rows": rows }).to_string().into_bytes(),
        json!({ "opening": ["shop", 1, NOW], "clock": [NOW, NOW, 1], "rows": [] }).to_string().into_bytes(),
    ]
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(flag) => Cell::Integer((*flag).into()),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Cell::Real(number.as_f64().unwrap_or(0.5)), Cell::Integer)
        }
        Value::String(text) => Cell::Text(text.clone()),
        other => Cell::Blob(other.to_string().into_bytes()),
    }
}

/// A journal, whatever stands in its rows, is a world or an error in words.
pub fn journal(input: &[u8]) -> String {
    let Ok(document) = serde_json::from_slice::<Value>(input) else { return String::new() };
    // Memory where there is some: the disk is not what is tried.
    let folder =
        Some(std::path::PathBuf::from("/dev/shm")).filter(|path| path.is_dir()).unwrap_or_else(std::env::temp_dir);
    let path = folder.join(format!("playhead-fuzz-{}.sqlite", std::process::id()));
    let remove = || ["", "-wal", "-shm"].map(|end| std::fs::remove_file(format!("{}{end}", path.display())));
    let _ = remove();
    let opening = Opening { scenario: "empty".to_owned(), seed: 1 };
    let journal = Journal::open(&path, &opening, NOW).expect("a new one");
    let written: i64 = {
        let connection = rusqlite::Connection::open(&path).expect("it is there");
        connection.pragma_update(None, "synchronous", "OFF").expect("a setting");
        let cells =
            |value: &Value, count: usize| -> Vec<Cell> { (0..count).map(|place| cell(&value[place])).collect() };
        // What the tables themselves do not take is not there.
        let _ = connection.execute(
            "UPDATE opening SET scenario = ?1, seed = ?2, at = ?3",
            rusqlite::params_from_iter(cells(&document["opening"], 3)),
        );
        let _ = connection.execute(
            "UPDATE clock SET real = ?1, world = ?2, speed = ?3",
            rusqlite::params_from_iter(cells(&document["clock"], 3)),
        );
        for row in document["rows"].as_array().into_iter().flatten().take(16) {
            let insert = "INSERT INTO request (at, method, path, actor, origin, body, accepted, key, asked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let mut cells = cells(row, 9);
            if let Some(Cell::Text(body)) = cells.get(5).cloned() {
                cells[5] = Cell::Blob(body.into_bytes());
            }
            let _ = connection.execute(insert, rusqlite::params_from_iter(cells));
        }
        connection.query_row("SELECT count(*) FROM request", [], |row| row.get(0)).expect("it is counted")
    };
    let words =
        |error: &dyn std::fmt::Display| error.to_string().split(".sqlite").nth(1).unwrap_or_default().to_owned();
    let read = |(mut world, count): (Backend, i64)| {
        assert!(serde_json::from_slice::<Value>(&export(&mut world, NOW)).is_ok());
        format!("{count} {}", "read ".repeat(count.clamp(0, 8) as usize))
    };
    let mut did = journal.replay(|_| {}).map_or_else(|error| words(&error), read);
    // What cannot be followed is set aside, and nothing is lost; then the rest can be.
    did += &match journal.recover(NOW, |_| {}) {
        Ok((world, count, aside)) => {
            assert_eq!(count + aside, written);
            let again = journal.replay(|_| {}).map(|(_, again)| again);
            assert!(again.is_ok_and(|again| again == count));
            format!("{aside} aside, {}", read((world, count)))
        }
        Err(error) => words(&error),
    };
    let clock = journal.clock(NOW, None).map_or_else(|error| words(&error), |_| "clock".to_owned());
    drop(journal);
    let _ = remove();
    did + &clock
}
