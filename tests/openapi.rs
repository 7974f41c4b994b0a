//! The server's OpenAPI document against the server itself: complete, and true of what is answered.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use playhead::api::routes::{RESTARTABLE_WORDS, SERVICE_WORDS, table};
use serde_json::{Value, json};

#[path = "kit/upstream.rs"]
mod upstream;

use upstream::Upstream;

/// A server, in a folder of its own; both go with the test.
struct Server {
    child: Child,
    folder: PathBuf,
    address: String,
    /// Held, so that the server has somebody to print to.
    _output: BufReader<std::process::ChildStdout>,
}

impl Server {
    /// One on the shop.
    fn start(name: &str) -> Server {
        Server::run(name, &[])
    }

    fn run(name: &str, more: &[&str]) -> Server {
        let folder = std::env::temp_dir().join(format!("playhead-openapi-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_playhead"))
            .args(["serve", "--port", "0", "--data"])
            .arg(&folder)
            .args(more)
            .env_remove("PLAYHEAD_DATA")
            .env("PLAYHEAD_UPSTREAM_TOKEN", "secret")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.split_whitespace().find(|word| word.starts_with("http")).expect("no address");
        let address = address.trim_end_matches('/').to_owned();
        Server { child, folder, address, _output: output }
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.address));
        let request = request.header("Content-Type", "application/json");
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let mut response = agent.run(request.body(bytes).unwrap()).unwrap();
        let body = response.body_mut().with_config().limit(1 << 26).read_to_vec().unwrap();
        (response.status().as_u16(), serde_json::from_slice(&body).unwrap())
    }

    fn document(&self) -> Value {
        let (status, document) = self.ask("GET", "/openapi.json", None);
        assert_eq!(status, 200);
        document
    }

    /// The answer's body, after it was judged by the document.
    fn judged(
        &self,
        document: &Value,
        method: &str,
        path: &str,
        ids: &Ids,
        body: Option<&Value>,
        status: u16,
    ) -> Value {
        let real = ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
        assert!(!real.contains('{'), "no id for {real}");
        let (answered, answer) = self.ask(method, &format!("/api{real}"), body);
        assert_eq!(answered, status, "{method} {real}: {answer}");
        let operation = &document["paths"][path][method.to_lowercase()];
        let schema = &operation["responses"][status.to_string()]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{method} {path} says nothing of {status}");
        if let Some(body) = body {
            let sent = &operation["requestBody"]["content"]["application/json"]["schema"];
            judge(document, sent, body, &format!("body of {method} {path}"));
        }
        judge(document, schema, &answer, &format!("{status} of {method} {real}"));
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn judge(document: &Value, schema: &Value, value: &Value, what: &str) {
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&whole).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(value).take(5).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

type Ids = BTreeMap<String, String>;

/// An id for every parameter; services are in the environment at `place`.
fn ids(server: &Server, place: usize) -> Ids {
    let list = |path: String| server.ask("GET", &format!("/api{path}"), None).1["results"].as_array().unwrap().clone();
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let organization = id(&list("/organization".into())[0]);
    let project = id(&list(format!("/organization/{organization}/project"))[0]);
    let environment = id(&list(format!("/project/{project}/environment"))[place]);
    let services = list(format!("/environment/{environment}/services"));
    let mut ids = Ids::new();
    for word in SERVICE_WORDS {
        // A chart of a repository, a job of git: they have what the paths ask for.
        let fits = |service: &&Value| {
            let of = service["service_type"].as_str().unwrap().eq_ignore_ascii_case(word);
            of && (word != "job" || service["source"]["docker"].is_object())
        };
        ids.insert(format!("{word}Id"), id(services.iter().find(fits).unwrap()));
    }
    let find =
        |pointer: &str| services.iter().find_map(|service| service.pointer(pointer)?.as_str()).unwrap().to_owned();
    ids.insert("containerRegistryId".into(), find("/registry/id"));
    ids.insert("helmRepositoryId".into(), find("/source/repository/repository/id"));
    ids.extend([
        ("organizationId".into(), organization),
        ("projectId".into(), project),
        ("environmentId".into(), environment),
    ]);
    ids
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// Every operation of a document, with its method and path.
fn operations(document: &Value) -> Vec<(String, &str, &Value)> {
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            all.push((method.to_uppercase(), path.as_str(), operation));
        }
    }
    all
}

/// The methods and paths of a document are those of the table, of the contract's alone or with ours; what it refers to is
/// in it; and every call has these statuses, and not those.
fn whole(document: &Value, ours: bool, told: &[&str], untold: &[&str]) {
    assert_eq!(document["openapi"], "3.1.0");
    let mut described = Vec::new();
    for (method, path, operation) in operations(document) {
        described.push((method.clone(), shape(path)));
        let answers = operation["responses"].as_object().unwrap();
        let lacks: Vec<_> = told.iter().filter(|status| !answers.contains_key(**status)).collect();
        assert!(lacks.is_empty() || path == "/x/events", "{method} {path} says nothing of {lacks:?}");
        assert!(untold.iter().all(|status| !answers.contains_key(*status)), "{method} {path} says too much");
    }
    let mut rows = Vec::from_iter(ours.then(|| ("GET".to_owned(), "/x/events".to_owned())));
    for (method, pattern, _) in table().filter(|(_, pattern, _)| ours || !pattern.starts_with("/x")) {
        let words: &[&str] = match pattern {
            _ if pattern.starts_with("/{service}") => &SERVICE_WORDS,
            _ if pattern.starts_with("/{restartable}") => &RESTARTABLE_WORDS,
            _ => &[""],
        };
        for word in words {
            let path = pattern.replace("{service}", word).replace("{restartable}", word);
            rows.push((method.name().to_owned(), path));
        }
    }
    rows.sort();
    described.sort();
    assert_eq!(described, rows);
    let mut found = Vec::new();
    references(document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn the_document_has_every_row_of_the_table_and_every_reference_resolves() {
    let document = Server::start("table").document();
    whole(&document, true, &["401", "403", "408", "413", "415", "503", "504"], &["429", "502", "default"]);
}

#[test]
fn in_front_of_an_api_the_document_has_the_calls_that_pass_and_what_they_are_answered_with() {
    let api = Upstream::start();
    let server = Server::run("upstream", &["--upstream", &api.address]);
    let document = server.document();
    let told = ["401", "403", "408", "413", "415", "429", "502", "503", "504", "default"];
    whole(&document, false, &told, &[]);
    // What a world tells of a request, and is told, does not pass.
    let text = document.to_string();
    assert!(text.contains("Idempotency-Key") && !text.contains("X-Playhead"), "{text}");
    let (status, answer) = server.ask("GET", "/api/x", None);
    assert_eq!((status, answer["detail"].as_str().unwrap().contains("/openapi.json names them")), (404, true));
    let ids = Ids::from([("environmentId".to_owned(), "00000000-0000-4000-8000-000000000001".to_owned())]);
    let (read, act) = (("GET", "/organization"), ("POST", "/environment/{environmentId}/redeploy"));
    for ((method, path), answered, status) in [
        (read, 429, 429),
        (act, 429, 429),
        (read, 401, 502),
        (act, 401, 502),
        (read, 302, 502),
        (act, 302, 504),
        (act, 500, 504),
    ] {
        let body = json!({ "status": answered, "error": "Error", "detail": "in its words" }).to_string();
        api.will_answer(answered, &[("Content-Type", "application/json")], &body);
        server.judged(&document, method, path, &ids, None, status);
    }
}

#[test]
fn every_read_is_answered_as_the_document_says() {
    let server = Server::start("reads");
    let document = server.document();
    for place in 0..3 {
        let mut ids = ids(&server, place);
        // Something waits and something runs, so that those have something to tell.
        for path in ["/application/{applicationId}/redeploy", "/container/{containerId}/redeploy"] {
            server.judged(&document, "POST", path, &ids, None, 202);
        }
        let queue = server.judged(&document, "GET", "/environment/{environmentId}/deploymentQueue", &ids, None, 200);
        let waiting = queue["results"][0]["identifier"]["deployment_request_id"].as_str().unwrap();
        ids.insert("requestId".into(), waiting.to_owned());
        for (path, operations) in document["paths"].as_object().unwrap() {
            if operations["get"].is_null() || path == "/x/events" {
                continue;
            }
            // These two have no commits.
            let none = path.ends_with("/commit") && !(path.starts_with("/application") || path.starts_with("/job"));
            let status = if none { 404 } else { 200 };
            server.judged(&document, "GET", path, &ids, None, status);
        }
    }
}

#[test]
fn one_action_of_each_kind_is_answered_as_the_document_says() {
    let server = Server::start("actions");
    let document = server.document();
    let act = |place: usize, method: &str, path: &str, body: Value, status: u16| {
        let body = Some(&body).filter(|body| !body.is_null());
        server.judged(&document, method, path, &ids(&server, place), body, status)
    };
    let subset = "/environment/{environmentId}/service";
    let id = |place: usize, name: &str| ids(&server, place)[name].clone();
    act(0, "POST", "/application/{applicationId}/restart-service", Value::Null, 202);
    act(0, "POST", "/job/{jobId}/redeploy", json!({}), 202);
    act(0, "POST", "/container/{containerId}/deploy", Value::Null, 202);
    act(0, "POST", "/helm/{helmId}/stop", Value::Null, 202);
    let restart = json!({ "container_ids": [id(1, "containerId")] });
    act(1, "POST", &format!("{subset}/restart-service"), restart, 202);
    let deploy = json!({ "jobs": [{ "id": id(1, "jobId") }], "helms": [{ "id": id(1, "helmId") }] });
    act(1, "POST", &format!("{subset}/deploy"), deploy, 202);
    act(2, "POST", &format!("{subset}/stop"), json!({ "application_ids": [id(2, "applicationId")] }), 200);
    // Taking back: what waits can be, what runs cannot.
    let mut waiting = ids(&server, 0);
    let queue = server.judged(&document, "GET", "/environment/{environmentId}/deploymentQueue", &waiting, None, 200);
    let request = queue["results"][0]["identifier"]["deployment_request_id"].as_str().unwrap();
    waiting.insert("requestId".into(), request.to_owned());
    let take_back = "/deploymentQueue/{requestId}/cancelDeployment";
    server.judged(&document, "POST", take_back, &waiting, Some(&json!({})), 202);
    server.judged(&document, "POST", take_back, &waiting, Some(&json!({})), 409);
    // Whole environments, on a new world: none of them is in progress.
    act(0, "POST", "/x/scenario", json!({ "name": "shop" }), 200);
    act(0, "POST", "/environment/{environmentId}/deploy", Value::Null, 202);
    act(0, "POST", "/environment/{environmentId}/cancelDeployment", json!({ "force_cancel": true }), 202);
    act(1, "POST", "/environment/{environmentId}/redeploy", Value::Null, 202);
    act(1, "POST", "/environment/{environmentId}/redeploy", Value::Null, 409);
    act(2, "POST", "/environment/{environmentId}/stop", Value::Null, 202);
    // Replacing.
    let service = act(0, "GET", "/application/{applicationId}", Value::Null, 200);
    act(0, "PUT", "/application/{applicationId}", service, 200);
    act(0, "PUT", "/application/{applicationId}", json!({}), 400);
    act(0, "PUT", "/x/faults", json!({ "build_fails": ["*"] }), 200);
    let world = act(0, "GET", "/x/world", Value::Null, 200);
    act(0, "PUT", "/x/world", world, 200);
    act(0, "POST", "/x/scenario", json!({ "name": "trouble", "seed": 3 }), 200);
}

#[test]
fn what_is_not_there_is_told_as_the_document_says() {
    let server = Server::start("missing");
    let document = server.document();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|_| path.contains('{')) {
            let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
            let nobody =
                names.map(|name| (name.to_owned(), "00000000-0000-4000-8000-000000000000".to_owned())).collect();
            server.judged(&document, &method.to_uppercase(), path, &nobody, None, 404);
        }
    }
}
