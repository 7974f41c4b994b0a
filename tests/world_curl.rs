//! The lines of the README that make a world file from a live account: run as they stand there, against a stub of the API.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use playhead::api::{Endpoint, Method, Request, routes};
use playhead::backend::Backend;
use serde_json::{Value, json};

const NOW: i64 = 1_790_000_000_000;
const TOKEN: &str = "a-secret.of-nobody";

/// The first block of shell lines in the README's section.
fn lines_of_the_readme() -> String {
    let readme = include_str!("../README.md");
    let (_, section) = readme.split_once("## Bring your own world").expect("the README has the section");
    let (_, block) = section.split_once("```bash\n").expect("it has a block of lines");
    block.split_once("```").expect("the block ends").0.to_owned()
}

/// What was asked for, as the stub saw it.
type Seen = Arc<Mutex<Vec<String>>>;

/// A stub of the product's API: answers like it, with fields this program does not know, to those who have the token.
fn stub(mut backend: Backend, seen: Seen) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("it has an address"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(&mut backend, &stream, &seen);
        }
    });
    address
}

fn answer(backend: &mut Backend, mut stream: &TcpStream, seen: &Seen) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let authorized =
        lines.take_while(|line| !line.is_empty()).any(|line| line == format!("Authorization: Token {TOKEN}"));
    let target = first.split(' ').nth(1).unwrap_or("/").to_owned();
    seen.lock().expect("no panic").push(target.clone());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut request = Request::new(Method::Get, path);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        request = request.with_query(name, routes::decode(value).expect("it is encoded well"));
    }
    let response = if authorized { backend.handle(&request, NOW) } else { playhead::api::Response::new(401) };
    let mut body: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    if let Some(results) = body["results"].as_array_mut() {
        results
            .iter_mut()
            .filter(|item| item.is_object())
            .for_each(|item| item["not_known_here"] = json!({ "a": [1] }));
    }
    let body = body.to_string();
    let head =
        format!("HTTP/1.1 {} Answer\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", response.status, body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).expect("the reader is there");
}

fn results(backend: &mut Backend, request: &Request) -> Vec<Value> {
    let response = backend.handle(request, NOW);
    let body: Value = serde_json::from_slice(&response.body).expect("it is JSON");
    body["results"].as_array().unwrap_or_else(|| panic!("{}: {body}", request.path)).clone()
}

#[test]
fn the_lines_of_the_readme_make_a_world_file_that_opens() {
    let mut live = Backend::scenario("shop", 6, NOW);
    let organization = results(&mut live, &Endpoint::Organizations.request(&[]))[0]["id"].as_str().unwrap().to_owned();
    let project =
        results(&mut live, &Endpoint::Projects.request(&[&organization]))[0]["id"].as_str().unwrap().to_owned();
    let seen = Seen::default();
    let address = stub(live.clone(), seen.clone());

    let folder = std::env::temp_dir().join(format!("playhead-world-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the file");
    let mut shell = Command::new("bash")
        .args(["-c", &lines_of_the_readme()])
        .current_dir(&folder)
        .env("QOVERY_API_URL", address)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash is there");
    let answers = format!("{organization}\n{project}\n{TOKEN}\n");
    shell.stdin.take().expect("it is piped").write_all(answers.as_bytes()).expect("it reads the answers");
    let output = shell.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the lines need bash, curl and jq: {errors}");
    let file = std::fs::read(folder.join("world.json")).unwrap_or_else(|error| panic!("{error}: {errors}"));
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    let seen = seen.lock().expect("no panic");
    assert!(seen.iter().all(|target| !target.contains(TOKEN)), "a token never goes into a URL");

    let mut opened = Backend::scenario("empty", 0, NOW);
    let answer = opened.handle(&Endpoint::ImportWorld.request(&[]).with_body(file), NOW);
    assert!(answer.is_ok(), "{}", String::from_utf8_lossy(&answer.body));
    let same = |live: &mut Backend, opened: &mut Backend, request: Request, keys: &[&str]| {
        let pick = |items: Vec<Value>| -> Vec<Value> {
            items.iter().map(|item| keys.iter().map(|key| item[*key].clone()).collect()).collect()
        };
        let (a, b) = (results(live, &request), results(opened, &request));
        assert!(b.iter().all(|item| item["not_known_here"] == json!({ "a": [1] })), "{}", request.path);
        assert_eq!(pick(a), pick(b), "{}", request.path);
    };
    same(&mut live, &mut opened, Endpoint::Environments.request(&[&project]), &["id", "name", "mode", "cluster_name"]);
    let mut counted = 0;
    for environment in results(&mut live, &Endpoint::Environments.request(&[&project])) {
        let id = environment["id"].as_str().expect("a text");
        let keys = ["id", "name", "service_type", "cpu", "memory", "tag", "git_repository", "source", "schedule"];
        same(&mut live, &mut opened, Endpoint::Services.request(&[id]), &keys);
        same(&mut live, &mut opened, Endpoint::Stages.request(&[id]), &["id", "name", "deployment_order"]);
        let states = |backend: &mut Backend| {
            let statuses = backend.handle(&Endpoint::Statuses.request(&[id]), NOW);
            let statuses: Value = serde_json::from_slice(&statuses.body).expect("it is JSON");
            let all = statuses.as_object().expect("an object").values().filter_map(Value::as_array).flatten();
            all.map(|status| (status["id"].to_string(), status["state"].to_string())).collect::<Vec<_>>()
        };
        assert_eq!(states(&mut live), states(&mut opened));
        for service in results(&mut live, &Endpoint::Services.request(&[id])) {
            let (word, service_id) =
                (service["service_type"].as_str().unwrap().to_lowercase(), service["id"].as_str().unwrap());
            if service["git_repository"].is_object() || service["source"]["docker"].is_object() {
                let commits = Endpoint::Commits.request(&[&word, service_id]);
                same(&mut live, &mut opened, commits, &["git_commit_id", "message", "author_name", "created_at"]);
                counted += 1;
            }
            let image = if service["image_name"].is_string() { &service } else { &service["source"]["image"] };
            if let Some(name) = image["image_name"].as_str() {
                let request = Endpoint::Images.request(&[&organization, image["registry"]["id"].as_str().unwrap()]);
                same(&mut live, &mut opened, request.with_query("imageName", name), &["image_name", "versions"]);
                counted += 1;
            }
        }
    }
    assert!(counted > 30, "commits and tags were compared, not skipped");
}
