//! Texts that hope to be more than text, in every place where one comes from outside: what the command line prints is
//! text, what it tells to run runs as told, and a world made of them is a world like any other.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use playhead::api::{Endpoint, Method, Request, Response};
use playhead::backend::Backend;
use serde_json::{Value, json};

#[path = "cli/host.rs"]
#[allow(dead_code)]
mod host;
#[path = "kit/hostile.rs"]
mod hostile;

use host::{Ran, TOKEN, bare, ran, read, written};
use hostile::Hostile;

/// Tells how many texts were put in how many places, for the sum that `cargo xtask verify` makes.
fn tried(count: usize) {
    println!("figure: hostile inputs tried = {count}");
}

const NOW: i64 = 1_790_000_000_000;

/// Answers instead of the backend, where it wants to.
type Instead = Box<dyn Fn(&Request) -> Option<Response> + Send + Sync>;

/// A server that says what a test wants, and the program against it.
struct Stage {
    backend: Arc<Mutex<Backend>>,
    url: String,
}

impl Stage {
    fn open(file: &Value, instead: Instead) -> Stage {
        let mut backend = Backend::scenario("empty", 1, NOW);
        let opened = backend.handle(&Endpoint::ImportWorld.request(&[]).with_body(file.to_string()), NOW);
        assert!(opened.is_ok(), "{}", String::from_utf8_lossy(&opened.body));
        let backend = Arc::new(Mutex::new(backend));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (served, instead) = (backend.clone(), Arc::new(instead));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (served, instead) = (served.clone(), instead.clone());
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    while let Some(request) = read(&mut reader) {
                        let own = instead(&request);
                        let answer = own.unwrap_or_else(|| served.lock().unwrap().handle(&request, NOW));
                        if stream.write_all(&written(answer)).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Stage { backend, url }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bare("");
        command.args(arguments).env("PLAYHEAD_API_URL", &self.url).env("PLAYHEAD_TOKEN", TOKEN);
        command
    }

    /// Runs the program: all that it prints is text.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Ran {
        let ran = ran(&mut self.command(arguments));
        for character in ran.out.chars().chain(ran.err.chars()).filter(|character| *character != '\n') {
            let obeyed =
                character.is_control() || "\u{202e}\u{2066}\u{2067}\u{2069}\u{2028}\u{200f}".contains(character);
            assert!(!obeyed, "{character:?} is printed by {arguments:?}: {ran:?}");
        }
        ran
    }

    fn ask(&self, request: &Request) -> Value {
        let answer = self.backend.lock().unwrap().handle(request, NOW);
        assert!(answer.is_ok(), "{request:?}: {}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Deploys another version of an application, which waits for what runs.
    fn version(&self, application: &str) -> Request {
        let parameters = ["application", application];
        let commits = self.ask(&Endpoint::Commits.request(&parameters))["results"].clone();
        let body = json!({ "git_commit_id": commits[1]["git_commit_id"] });
        Endpoint::DeployService.request(&parameters).with_body(body.to_string())
    }
}

fn shop() -> Value {
    let mut shop = Backend::scenario("shop", 1, NOW);
    serde_json::from_slice(&shop.handle(&Endpoint::ExportWorld.request(&[]), NOW).body).unwrap()
}

fn never() -> Instead {
    Box::new(|_| None)
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// The first service of a type in the file's first environment.
fn service<'a>(file: &'a mut Value, word: &str) -> &'a mut Value {
    let environment = id(&file["environments"][0]).to_owned();
    let all = file["services"][&environment].as_array_mut().unwrap();
    all.iter_mut().find(|service| service["service_type"] == word).unwrap()
}

/// How many places the texts move on between two worlds: each stands in several places of each.
const TURN: usize = 7;

#[test]
fn whatever_the_names_the_command_line_prints_text() {
    let hostile = Hostile::read();
    let mut texts: Vec<&str> = hostile.texts.iter().map(|(_, text)| text.as_str()).collect();
    let mut count = 0;
    for _ in 0..texts.len() / TURN {
        texts.rotate_left(TURN);
        let (mut file, text) = (shop(), texts[0]);
        // Who asked and from where are two more.
        count += hostile.spoil(&mut file, &texts) + 2;
        let environment = id(&file["environments"][0]).to_owned();
        let application = id(service(&mut file, "APPLICATION")).to_owned();
        let stage = Stage::open(&file, never());
        stage.ask(&Endpoint::StopEnvironment.request(&[&environment]).with_header("X-Playhead-Actor", text));
        let version = stage.version(&application);
        stage.ask(&version.with_header("X-Playhead-Actor", text).with_header("X-Playhead-Origin", text));
        for command in [
            &["environment", "list"][..],
            &["environment", "status", &environment],
            &["environment", "history", &environment],
            &["environment", "queue", &environment],
            &["environment", "logs", &environment],
            &["environment", "plan", "redeploy", &environment, "--services", &application],
            &["application", "status", &application],
            &["application", "versions", &application],
        ] {
            let ran = stage.run(command);
            assert!(matches!(ran.code, Some(0 | 3)), "{command:?}: {ran:?}");
        }
        // What is asked for wrongly is told with what there is.
        stage.run(&["service", "status", "nobody", "-e", &environment]).ends_with(2);
        // Whole and exact for machines.
        let told = stage.run(&["environment", "status", &environment, "--json"]).ends_with(0).json();
        let services = stage.ask(&Endpoint::Services.request(&[&environment]))["results"].clone();
        for service in services.as_array().unwrap() {
            let mut all = told["services"].as_array().unwrap().iter();
            assert_eq!(all.find(|told| told["id"] == service["id"]).unwrap()["name"], service["name"]);
        }
    }
    tried(count);
}

#[test]
fn whatever_a_server_answers_the_command_line_prints_text() {
    let (hostile, file) = (Hostile::read(), shop());
    let environment = id(&file["environments"][0]).to_owned();
    let line = |text: &str, level: &str, more: Value| {
        let who = json!({ "id": "1", "name": text, "type": text });
        let mut line = json!({ "type": level, "timestamp": "2026-11-01T00:00:00Z",
            "details": { "transmitter": who, "stage": { "step": text } } });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    let logged = hostile.texts.iter().flat_map(|(_, text)| {
        let error = json!({ "error": { "user_log_message": text, "hint_message": text } });
        [line(text, "INFO", json!({ "message": { "safe_message": text } })), line(text, text, error)]
    });
    let logged: Vec<Value> = logged.collect();
    let body = Value::from(logged.clone()).to_string();
    let logs = move |request: &Request| {
        let asked = request.path.ends_with("/logs");
        asked.then(|| Response::new(200).with_body(body.clone()))
    };
    let logs = Stage::open(&file, Box::new(logs));
    let printed = logs.run(&["environment", "logs", &environment]).ends_with(0).out;
    // No line of it can pass for the begin of another.
    let begins = printed.lines().filter(|line| !line.starts_with("    ")).count();
    assert_eq!(begins, logged.len(), "{printed}");
    let told = logs.run(&["environment", "logs", &environment, "--json"]).ends_with(0).json();
    assert!(told == Value::from(logged));

    // Four places in a line of a log, six in one that is an error, and two in a refusal.
    tried(hostile.texts.len() * (4 + 6 + 2));
    for ((_, text), status) in hostile.texts.into_iter().zip([400, 401, 403, 404, 409, 500].into_iter().cycle()) {
        let body = json!({ "status": status, "error": text, "detail": text }).to_string();
        let refuse = move |request: &Request| {
            (request.method != Method::Get).then(|| Response::new(status).with_body(body.clone()))
        };
        let stage = Stage::open(&file, Box::new(refuse));
        assert_ne!(stage.run(&["environment", "redeploy", &environment]).code, Some(0));
    }
}

#[test]
fn words_that_nobody_knows_are_printed_as_text() {
    let mut file = shop();
    let environment = id(&file["environments"][0]).to_owned();
    let application = id(service(&mut file, "APPLICATION")).to_owned();
    let behind = Stage::open(&file, never());
    // One deployment runs, and one waits.
    behind.ask(&Endpoint::RedeployEnvironment.request(&[&environment]));
    behind.ask(&behind.version(&application));
    let hostile = Arc::new(Hostile::read());
    // A megabyte in each of a thousand places is another matter.
    let all: Vec<String> =
        hostile.texts.iter().map(|(_, text)| text.clone()).filter(|text| text.len() < 10_000).collect();
    let count = Arc::new(AtomicUsize::new(0));
    // With the paths of our own, and with the contract's only.
    for (turn, ours) in (0..all.len() / TURN).flat_map(|turn| [(turn, true), (turn, false)]) {
        let mut texts = all.clone();
        texts.rotate_left(turn * TURN);
        let (backend, hostile, count, known) = (behind.backend.clone(), hostile.clone(), count.clone(), all.clone());
        let spoiled = move |request: &Request| {
            if !ours && request.path.starts_with("/x") {
                return Some(Response::new(404));
            }
            let mut answer = backend.lock().unwrap().handle(request, NOW);
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            if let Ok(mut body) = serde_json::from_slice(&answer.body) {
                count.fetch_add(hostile.answer(&mut body, &texts), Ordering::Relaxed);
                answer.body = body.to_string().into_bytes();
            }
            Some(answer)
        };
        let stage = Stage::open(&file, Box::new(spoiled));
        for command in [
            &["environment", "list"][..],
            &["environment", "status", &environment],
            &["environment", "history", &environment],
            &["environment", "logs", &environment],
            &["environment", "queue", &environment],
            &["environment", "plan", "redeploy", &environment],
            &["environment", "plan", "cancel", &environment],
            &["environment", "stop", &environment, "--watch", "--timeout", "0"],
            &["service", "status", &application],
            &["service", "plan", "restart", &application],
        ] {
            let ran = stage.run(command);
            assert!(matches!(ran.code, Some(0 | 3 | 4)), "{command:?}: {ran:?}");
        }
        // Whole and exact for machines.
        let told = stage.run(&["environment", "status", &environment, "--json"]).ends_with(0).json();
        for one in told["services"].as_array().unwrap().iter().chain([&told]) {
            // Nothing is not told.
            let state = one["state"].as_str().unwrap_or_default();
            assert!(known.iter().any(|text| text == state), "{one}");
        }
    }
    tried(count.load(Ordering::Relaxed));
}

#[test]
fn colours_and_links_of_log_lines_are_left_out_and_lines_kept() {
    for (logged, lines) in [
        ("\u{1b}[31;1mred\u{1b}[0m and \u{1b}[4mmore", &["red and more"][..]),
        ("\u{9b}31mred\u{9b}0m", &["red"]),
        ("see \u{1b}]8;;https://docs.example\u{1b}\\the page\u{1b}]8;;\u{7}.", &["see the page."]),
        ("\u{1b}(B\u{1b}=ok\u{1b}P+q544e\u{1b}\\!", &["ok!"]),
        ("one\r\ntwo\n\n\tthree\n", &["one", "two", "    three"]),
        ("10 %\r20 %\r", &["10 %", "20 %"]),
        // What has no end is no sequence, and hides nothing.
        ("\u{1b}]8;;https://docs.example rest", &["\u{1b}]8;;https://docs.example rest"]),
        ("\u{1b}[31", &["\u{1b}[31"]),
        ("", &[""]),
    ] {
        assert_eq!(playhead::client::logged::lines(logged), lines, "{logged:?}");
    }
}

/// The command that a line tells to run, without the quotes or brackets around it.
fn told(text: &str) -> String {
    let at = text.find("playhead ").unwrap_or_else(|| panic!("no command in {text}"));
    text[at..].split(['"', ')', '\n']).next().unwrap().to_owned()
}

/// What a shell makes of it: the words after the program's name.
fn words(line: &str) -> Vec<String> {
    let folder = std::env::temp_dir().join(format!("playhead-hostile-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = format!("playhead() {{ printf '%s\\0' \"$@\"; }}; {line}");
    let shell = Command::new("bash").args(["-eu", "-c", &script]).current_dir(&folder).output().unwrap();
    assert!(shell.status.success() && shell.stderr.is_empty(), "{line}: {shell:?}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{line} made a file");
    std::fs::remove_dir_all(&folder).unwrap();
    let text = String::from_utf8(shell.stdout).unwrap();
    text.trim_end_matches('\0').split('\0').map(str::to_owned).collect()
}

#[test]
fn a_command_that_is_told_can_be_pasted() {
    let all = Hostile::read().texts;
    // The name of an environment, and of a service.
    tried(2 * all.len());
    for (turn, (what, text)) in all.into_iter().enumerate() {
        println!("{what}");
        let mut file = shop();
        let other = id(&file["environments"][1]).to_owned();
        // The name of one is the id of another.
        let text = if what == "an id" { other.clone() } else { text };
        file["environments"][0]["name"] = json!(text);
        let environment = id(&file["environments"][0]).to_owned();
        let container = service(&mut file, "CONTAINER");
        container["name"] = json!(text);
        let container = id(container).to_owned();
        let stage = Stage::open(&file, never());
        // What is configured is told to be redeployed where nothing else goes on.
        if turn % 4 != 1 {
            stage.ask(&Endpoint::RedeployEnvironment.request(&[&environment]));
        }
        let application = id(service(&mut file, "APPLICATION")).to_owned();
        let version = stage.version(&application);
        let commit = String::from_utf8_lossy(&version.body).chars().filter(char::is_ascii_hexdigit).collect::<String>();
        let commit = commit[commit.len() - 40..].to_owned();
        stage.ask(&version);
        let name = match turn % 4 {
            0 => stage.run(&["environment", "status", &environment]).ends_with(0).out,
            1 => stage.run(&["container", "configure", &container, "--cpu", "777"]).ends_with(0).out,
            2 => stage.run(&["environment", "take-back", &environment, "no-id"]).ends_with(2).err,
            _ => {
                let watched = ["application", "deploy", &application, "--commit", &commit, "--watch", "--timeout", "0"];
                stage.run(&watched).ends_with(4).err
            }
        };
        let command = told(&name);
        let words = words(&command);
        assert!(!words.contains(&other), "{command} is about another environment");
        let ran = stage.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(matches!(ran.code, Some(0 | 3)), "{command}: {ran:?}");
    }
}

/// The first place where two documents differ.
fn difference(one: &Value, other: &Value, place: String) -> Option<String> {
    match (one, other) {
        (Value::Object(map), Value::Object(_)) => {
            // Which commit is deployed the part `x` says.
            let mut own = map.iter().filter(|(key, _)| *key != "deployed_commit_id");
            own.find_map(|(key, value)| difference(value, &other[key], format!("{place}.{key}")))
        }
        (Value::Array(list), Value::Array(others)) if list.len() == others.len() => {
            let mut pairs = list.iter().zip(others).enumerate();
            pairs.find_map(|(at, (value, other))| difference(value, other, format!("{place}[{at}]")))
        }
        _ => (one != other).then_some(place),
    }
}

#[test]
fn a_world_of_hostile_texts_is_a_world() {
    let hostile = Hostile::read();
    let mut count = 0;
    for (what, text) in &hostile.texts {
        let mut file = shop();
        // The text is a key of the file as well.
        count += hostile.spoil(&mut file, &[text]) + 1;
        file.as_object_mut().unwrap().entry(text.as_str()).or_insert_with(|| json!({ "kept": text }));
        let mut world = Backend::scenario("empty", 1, NOW);
        let opened = world.handle(&Endpoint::ImportWorld.request(&[]).with_body(file.to_string()), NOW);
        assert!(opened.is_ok(), "{what}: {}", String::from_utf8_lossy(&opened.body));
        let saved = world.handle(&Endpoint::ExportWorld.request(&[]), NOW).body;
        let again: Value = serde_json::from_slice(&saved).unwrap();
        for part in ["environments", "services", "commits", text] {
            let difference = difference(&file[part], &again[part], part.to_owned());
            assert_eq!(difference, None, "{what}");
        }
    }
    tried(count);
}

#[test]
fn what_is_no_json_is_told_with_its_place_and_the_world_stays() {
    let all = Hostile::read().unreadable;
    tried(2 * all.len());
    for (what, unreadable) in all {
        let mut world = Backend::scenario("shop", 1, NOW);
        let before = world.handle(&Endpoint::ExportWorld.request(&[]), NOW).body;
        for file in [unreadable.clone(), format!(r#"{{"environments": [{{"id": "1", "name": {unreadable}}}]}}"#)] {
            let refused = world.handle(&Endpoint::ImportWorld.request(&[]).with_body(file), NOW);
            assert_eq!(refused.status, 400, "{what}");
            let body: Value = serde_json::from_slice(&refused.body).unwrap();
            assert!(
                body["place"].as_str().is_some_and(|place| !place.is_empty() && place.len() < 100),
                "{what}: {body}"
            );
        }
        assert!(before == world.handle(&Endpoint::ExportWorld.request(&[]), NOW).body, "{what}");
    }
}
