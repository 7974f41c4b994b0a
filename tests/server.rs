//! The native server over real HTTP: the program itself is started, asked, killed and started again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

#[path = "kit/server.rs"]
mod kit;

use kit::{Asking, Folder, Server, console, made_token, output_of, program};

fn journal(data: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(data.join("journal.sqlite")).unwrap()
}

#[test]
fn an_action_is_accepted_and_stands_in_the_history_and_a_refusal_says_why() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let environment = &server.environments()[0];
    let accepted = server.ask("POST", &format!("/api/environment/{environment}/redeploy")).send();
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    let request = accepted.header("X-Playhead-Request").unwrap();
    let outcome = server.get(&format!("/api/x/request/{request}")).json();
    assert_eq!(outcome["state"], "RUNNING");
    let newest = &server.results(&format!("/api/environment/{environment}/deploymentHistoryV2"))[0];
    assert_eq!(newest["auditing_data"]["origin"], "API");
    let again = server.ask("POST", &format!("/api/deploymentQueue/{request}/cancelDeployment")).json("{}").send();
    assert_eq!(again.status, 409);
    assert!(!again.json()["detail"].as_str().unwrap().is_empty());
}

/// A request with a key of its own: it may be sent again and again.
#[derive(Clone)]
struct Keyed {
    path: String,
    key: String,
}

impl Keyed {
    /// The id it got, or that it was refused; else there was no answer.
    fn send(&self, address: &str) -> Option<Option<String>> {
        let url = format!("{address}{}", self.path);
        let asking = Asking { url, method: "POST".into(), headers: Vec::new(), body: Vec::new() };
        let answer = asking.with("Idempotency-Key", &self.key).try_send().ok()?;
        assert!([200, 202, 409].contains(&answer.status), "{}", answer.text());
        let request = answer.header("X-Playhead-Request").map(str::to_owned);
        assert_eq!(request.is_some(), answer.status != 409);
        Some(request)
    }

    /// Sends it, and does not wait for the answer.
    fn only_send(&self, address: &str) -> TcpStream {
        let host = address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let Keyed { path, key } = self;
        write!(stream, "POST {path} HTTP/1.1\r\nHost: {host}\r\nIdempotency-Key: {key}\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        stream
    }
}

#[test]
fn what_was_accepted_survives_a_kill_at_any_moment_once() {
    // `cargo xtask verify` kills it more often.
    let kills = std::env::var("KILLS").map_or(12, |kills| kills.parse::<usize>().expect("KILLS is a number"));
    let folder = Folder::new();
    let mut accepted = BTreeSet::new();
    // What each hand was not answered, and what nobody waited to be answered.
    let mut open: [Option<Keyed>; 2] = [None, None];
    let mut unheard: Option<Keyed> = None;
    let mut lost = 0;
    for round in 0..kills {
        let server = Server::start(&folder.0, &["--speed", "200"]);
        let environments = server.environments();
        // Two hands that press as fast as they can, until the server is gone. First what stayed open, with its key.
        let hands = open.clone().into_iter().enumerate().map(|(hand, again)| {
            let (address, environments) = (server.address.clone(), environments.clone());
            let fresh = (hand..).map(move |turn| {
                let verb = if turn % 3 == 0 { "stop" } else { "redeploy" };
                let path = format!("/api/environment/{}/{verb}", environments[turn % environments.len()]);
                Keyed { path, key: format!("{round}-{hand}-{turn}") }
            });
            std::thread::spawn(move || {
                let mut answered = Vec::new();
                for request in again.into_iter().chain(fresh) {
                    match request.send(&address) {
                        Some(id) => answered.extend(id),
                        None => return (answered, request),
                    }
                }
                unreachable!("the turns have no end")
            })
        });
        let hands: Vec<_> = hands.collect();
        // The moment is another one in each round: after so many reads of the world.
        for _ in 0..(round * 7) % 40 {
            let _ = server.ask("GET", "/api/x").try_send();
        }
        if let Some(request) = unheard.as_ref().and_then(|unheard| unheard.send(&server.address).unwrap()) {
            assert!(accepted.insert(request), "the same id was given twice");
        }
        let path = format!("/api/environment/{}/redeploy", environments[round % environments.len()]);
        let last = Keyed { path, key: format!("{round}-unheard") };
        let _unheard = last.only_send(&server.address);
        std::thread::sleep(std::time::Duration::from_micros(500 * (round as u64 % 8)));
        unheard = Some(last);
        server.kill();
        for (hand, open) in hands.into_iter().zip(&mut open) {
            let (answered, unanswered) = hand.join().unwrap();
            for request in answered {
                assert!(accepted.insert(request), "the same id was given twice");
            }
            *open = Some(unanswered);
        }
        lost += ids(&folder.0).difference(&accepted).count();
    }
    // An environment remembers its last hundred, the journal all; that nothing is set aside says that all are the same.
    let server = Server::start(&folder.0, &[]);
    for request in open.iter().chain([&unheard]).flatten() {
        if let Some(request) = request.send(&server.address).unwrap() {
            assert!(accepted.insert(request), "the same id was given twice");
        }
    }
    assert!(accepted.len() >= kills, "only {} requests were accepted in {kills} rounds", accepted.len());
    assert_eq!(ids(&folder.0), accepted, "what was answered is not what is written down");
    assert_eq!(rows(&journal(&folder.0), "damaged"), 0);
    println!("{lost} answers were lost, and given to the next try");
    println!("figure: kills survived = {kills}");
}

/// The requests that the journal holds, each once.
fn ids(data: &Path) -> BTreeSet<String> {
    let journal = journal(data);
    let mut statement = journal.prepare("SELECT accepted FROM request WHERE accepted IS NOT NULL").unwrap();
    let all: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let written: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(written.len(), all.len(), "a request stands in the journal twice");
    written
}

fn rows(journal: &rusqlite::Connection, table: &str) -> i64 {
    journal.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn a_restart_shows_the_same_history_and_lets_the_world_go_on() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &["--speed", "1000"]);
    let environment = server.environments()[0].clone();
    let path = format!("/api/environment/{environment}/deploymentHistoryV2");
    assert_eq!(server.ask("POST", &format!("/api/environment/{environment}/redeploy")).send().status, 202);
    let ended = |server: &Server| server.results(&path)[0]["action_status"] != "ONGOING";
    assert!((0..100_000).any(|_| ended(&server)), "the deployment does not end");
    let before = server.results(&path);
    server.kill();
    let server = Server::start(&folder.0, &["--scenario", "empty"]);
    assert_eq!(server.results(&path), before);
}

#[test]
fn a_deployment_goes_on_while_the_server_is_down() {
    let folder = Folder::new();
    let mut server = Server::start(&folder.0, &["--speed", "2"]);
    let environment = server.environments()[0].clone();
    let newest = |server: &Server| {
        let list = format!("/api/environment/{environment}/deploymentHistoryV2");
        server.results(&list)[0].clone()
    };
    let now = |server: &Server| server.get(&format!("/api/x/environment/{environment}/live")).json()["now"].clone();
    let accepted = server.ask("POST", &format!("/api/environment/{environment}/redeploy")).send();
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    let begun = newest(&server);
    // At once: it is where it was.
    server.kill();
    server = Server::start(&folder.0, &[]);
    let again = newest(&server);
    for part in ["identifier", "trigger_action", "action_status"] {
        assert_eq!(again[part], begun[part]);
    }
    assert_eq!((&again["action_status"], &begun["action_status"]), (&"ONGOING".into(), &"ONGOING".into()));
    assert_eq!(again["auditing_data"]["created_at"], begun["auditing_data"]["created_at"]);
    // After half an hour, in which an hour went by in the world: it ended when it would have.
    let before = (std::time::Instant::now(), now(&server));
    server.kill();
    assert_eq!(journal(&folder.0).execute("UPDATE clock SET real = real - 1800000", []).unwrap(), 1);
    server = Server::start(&folder.0, &[]);
    let over = newest(&server);
    assert_eq!((&over["identifier"], &over["action_status"]), (&begun["identifier"], &"SUCCESS".into()));
    let [ended, told] = [&over, &begun].map(|entry| &entry["auditing_data"]["updated_at"]);
    assert!(after(ended, told) < 60.0, "{begun} {over}");
    let gone = after(&now(&server), &before.1);
    let most = 3600.0 + 2.0 * before.0.elapsed().as_secs_f64();
    assert!((3600.0..most + 1.0).contains(&gone), "{gone} s went by, not {most}");
}

/// How many seconds after another a time of the world is, within a day; both such as `2026-11-28T19:30:51.159Z`.
fn after(time: &Value, other: &Value) -> f64 {
    let second = |time: &Value| {
        let text = time.as_str().unwrap();
        let part = |from: usize, to: usize| text[from..to].parse::<f64>().unwrap();
        (part(11, 13) * 60.0 + part(14, 16)) * 60.0 + part(17, text.len() - 1)
    };
    (second(time) - second(other)).rem_euclid(86_400.0)
}

#[test]
fn without_a_token_only_this_machine_is_served_and_it_says_so() {
    let folder = Folder::new();
    let mut server = Server::start(&folder.0, &[]);
    let told: Vec<String> = server.output.by_ref().lines().take(2).map(Result::unwrap).collect();
    assert!(told[1].contains("only this machine is served"), "{told:?}");
    assert_eq!(server.get("/api/x").status, 200);
    // A page that points its own name at this machine.
    assert_eq!(server.ask("GET", "/api/x").with("Host", "evil.example").send().status, 403);
    // A proxy on this machine, which speaks for others.
    assert_eq!(server.ask("GET", "/api/x").with("X-Forwarded-For", "192.0.2.1").send().status, 403);
    let other = Folder::new();
    let output = output_of(program().args(["serve", "--host", "0.0.0.0", "--port", "0", "--data"]).arg(&other.0));
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("token create"), "{told}");
}

#[test]
fn when_no_token_is_left_nobody_is_served_and_it_says_so() {
    let folder = Folder::new();
    for name in ["one", "other"] {
        made_token(&folder.0, name, "act");
    }
    let revoked = |name: &str| {
        let output = output_of(program().args(["token", "revoke", name, "--data"]).arg(&folder.0));
        assert!(output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(revoked("one"), "");
    let last = revoked("other");
    assert!(last.contains("No token is left") && last.contains("token create"), "{last}");
    let mut server = Server::start(&folder.0, &["--read-only"]);
    let told: Vec<String> = server.output.by_ref().lines().take(3).map(Result::unwrap).collect();
    assert!(told[2].contains("No token is left") && told[2].contains("token create"), "{told:?}");
    assert_eq!((server.get("/api/x").status, server.get("/metrics").status), (401, 401));
    assert_eq!(server.get("/healthz").status, 200);
    let token = made_token(&folder.0, "again", "read");
    assert_eq!(server.ask("GET", "/metrics").token(&token).send().status, 200);
    server.kill();
    let mut server = Server::start(&folder.0, &["--read-only"]);
    server.signal("-TERM");
    let mut told = String::new();
    server.output.read_to_string(&mut told).unwrap();
    assert!(told.contains("Actions are refused") && !told.contains("token"), "{told}");
}

#[test]
fn a_folder_has_one_server() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let output = output_of(program().args(["serve", "--port", "0", "--data"]).arg(&folder.0));
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("another server uses"));
    server.kill();
    drop(Server::start(&folder.0, &[]));
}

#[test]
fn what_cannot_be_written_is_not_accepted_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let environment = server.environments()[0].clone();
    let path = format!("/api/environment/{environment}/redeploy");
    let history = |server: &Server| server.results(&format!("/api/environment/{environment}/deploymentHistoryV2"));
    let before = history(&server);
    let other = journal(&folder.0);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = server.ask("POST", &path).send();
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.text().contains("not accepted"), "{}", refused.text());
    assert_eq!(history(&server), before);
    let unready = server.get("/readyz");
    assert_eq!((unready.status, server.get("/healthz").status), (503, 200));
    assert!(unready.text().contains("journal"), "{}", unready.text());
    other.execute_batch("ROLLBACK").unwrap();
    // Whoever sends nothing but probes until it is ready learns that it is.
    kit::wait_until("it is ready again", || server.get("/readyz").status == 200);
    assert_eq!(server.ask("POST", &path).send().status, 202);
    assert_eq!(history(&server).len(), before.len() + 1);
    assert!(server.get("/metrics").text().contains("playhead_journal_commits_failed_total 1\n"));
}

#[test]
fn a_log_that_cannot_be_written_stops_nothing() {
    let folder = Folder::new();
    let mut command = program();
    command.args(["serve", "--port", "0", "--data"]).arg(&folder.0);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let server = Server::spawn(command.stderr(full), &folder.0);
    let environment = server.environments()[0].clone();
    assert_eq!(server.ask("POST", &format!("/api/environment/{environment}/redeploy")).send().status, 202);
}

#[test]
fn tokens_open_what_their_scope_says_until_they_are_revoked() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let environment = server.environments()[0].clone();
    let (reader, actor) = (made_token(&folder.0, "reader", "read"), made_token(&folder.0, "robot-7", "act"));
    let read = "/api/organization";
    let act = format!("/api/environment/{environment}/redeploy");
    let status = |method: &str, path: &str, token: &str| server.ask(method, path).token(token).send().status;
    assert_eq!(server.get(read).status, 401, "from the first token on, nobody is served without");
    assert_eq!(server.get("/metrics").status, 401);
    assert_eq!(server.get("/api/x/events").status, 401);
    assert_eq!(status("GET", read, &reader), 200);
    assert_eq!(status("GET", "/metrics", &reader), 200);
    assert_eq!(status("POST", &act, &reader), 403);
    assert_eq!(status("PUT", "/api/x/faults", &reader), 403);
    assert_eq!(status("GET", read, "playhead_0000"), 401);
    let bearer = server.ask("GET", read).with("Authorization", &format!("Bearer {reader}")).send();
    assert_eq!(bearer.status, 200);
    let asking = server.ask("POST", &act).token(&actor).with("X-Playhead-Actor", "somebody else");
    assert_eq!(asking.send().status, 202);
    let path = format!("/api/environment/{environment}/deploymentHistoryV2");
    let newest = &server.ask("GET", &path).token(&reader).send().json()["results"][0];
    assert_eq!(newest["auditing_data"]["triggered_by"], "robot-7", "who has a token is called by its name");
    let revoked = program().args(["token", "revoke", "reader", "--data"]).arg(&folder.0).status().unwrap();
    assert!(revoked.success());
    assert_eq!(status("GET", read, &reader), 401);
    let last = program().args(["token", "revoke", "robot-7", "--data"]).arg(&folder.0).status().unwrap();
    assert!(last.success());
    assert_eq!(server.get(read).status, 401, "without tokens left it stays closed");
    let again = made_token(&folder.0, "reader", "read");
    assert_eq!(status("GET", read, &again), 200, "a name can be given again");
    drop(server);
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for token in [&reader, &actor] {
            assert!(!bytes.windows(token.len()).any(|part| part == token.as_bytes()), "a token was written down");
        }
    }
}

/// What the command line says of an action that is not let in, and of the reads before it.
fn not_let_in(server: &Server, token: Option<&str>, config: &Path) -> String {
    let mut command = program();
    command.args(["environment", "redeploy", "staging"]).env("PLAYHEAD_API_URL", format!("{}/api", server.address));
    command.env("XDG_CONFIG_HOME", config);
    if let Some(token) = token {
        command.env("PLAYHEAD_TOKEN", token);
    }
    let output = output_of(&mut command);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    told
}

#[test]
fn who_is_not_let_in_is_told_why_in_the_servers_own_words() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &["--read-only"]);
    let told = not_let_in(&server, None, &folder.0);
    assert!(told.contains("does not allow that: This server only reads: it was started with --read-only."), "{told}");
    assert!(!told.contains("token"), "{told}");
    server.kill();
    let server = Server::start(&folder.0, &[]);
    let reader = made_token(&folder.0, "reader", "read");
    for (token, words) in [
        (None, "wants a token: A token is needed: send `Authorization: Token <token>`."),
        (Some("playhead_0000"), "does not know this token: This token is not known (any more)."),
        (
            Some(&*reader),
            "does not let this token do that: This token may read only. `playhead token create NAME --scope act`",
        ),
    ] {
        let told = not_let_in(&server, token, &folder.0);
        assert!(told.contains(words) && !told.contains(".."), "{told}");
    }
}

#[test]
fn a_token_has_a_name_of_its_own() {
    let folder = Folder::new();
    made_token(&folder.0, "ci", "act");
    for (name, why) in [("ci", "already"), ("", "letters"), ("a\nb", "letters")] {
        let output = program().args(["token", "create", name, "--data"]).arg(&folder.0).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(why), "{told}");
    }
    let listed = program().args(["token", "list", "--data"]).arg(&folder.0).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let rows: Vec<&str> = listed.lines().skip(1).collect();
    assert!(listed.starts_with("NAME ") && rows.len() == 1 && rows[0].starts_with("ci "), "{listed}");
}

#[test]
fn pages_of_other_origins_are_not_answered_unless_they_are_on_the_list() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &["--allow-origin", "https://console.example"]);
    let from = |method: &str, origin: &str| server.ask(method, "/api/x").with("Origin", origin).send();
    // What cannot be allowed is not said to be.
    let nameless = from("GET", "null");
    assert_eq!(nameless.status, 403);
    assert!(nameless.text().contains("without an origin of their own"), "{}", nameless.text());
    assert_eq!(from("GET", "https://evil.example").status, 403);
    assert_eq!(from("POST", "https://evil.example").status, 403);
    assert_eq!(from("GET", "null").status, 403);
    let own = from("GET", &server.address);
    assert_eq!((own.status, own.header("Access-Control-Allow-Origin")), (200, None));
    let listed = from("GET", "https://console.example");
    assert_eq!(listed.header("Access-Control-Allow-Origin"), Some("https://console.example"));
    assert_eq!(listed.header("Access-Control-Allow-Credentials"), None);
    let preflight = from("OPTIONS", "https://console.example");
    assert_eq!(preflight.status, 204);
    assert!(preflight.header("Access-Control-Allow-Headers").unwrap().contains("Authorization"));
    assert!([&own, &listed].iter().all(|answer| answer.header("Set-Cookie").is_none()));
}

#[test]
fn what_is_no_origin_is_refused_and_what_is_one_is_taken_as_browsers_write_it() {
    let folder = Folder::new();
    let wrong = [
        "nonsense",
        "*",
        "null",
        "",
        "c.example",
        "https://",
        "https://*.example",
        "https://c.example/console",
        "https://c.example//",
        "https://c.example?a=b",
        "https://c.example#a",
        "https://user@c.example",
        "https://c example",
        "https://c.example,https://d.example",
        "https://c.example:",
        "https://c.example:0",
        "https://c.example:+1",
        "https://c.example:65536",
        "https://c.example:1:2",
        "https://[::1",
        "https://[::z]",
        "htps://c.example",
        "ws://c.example",
    ];
    for origin in wrong {
        let serve = ["serve", "--port", "0", "--allow-origin", origin, "--data"];
        let output = output_of(program().args(serve).arg(&folder.0));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{origin}: {told}");
        assert!(told.contains("--allow-origin") && told.contains("such as https://console.example.com"), "{told}");
    }
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0, "something was begun");
    let typed = [
        ("https://c.example/", "https://c.example"),
        ("HTTPS://C.Example:443", "https://c.example"),
        ("http://d.example:080/", "http://d.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[0:0::1]:81", "http://[::1]:81"),
        ("https://[::1]", "https://[::1]"),
    ];
    let flags: Vec<&str> = typed.iter().flat_map(|(typed, _)| ["--allow-origin", typed]).collect();
    let server = Server::start(&folder.0, &flags);
    for (_, origin) in typed {
        let answer = server.ask("GET", "/api/x").with("Origin", origin).send();
        assert_eq!((answer.status, answer.header("Access-Control-Allow-Origin")), (200, Some(origin)), "{origin}");
    }
    assert_eq!(server.ask("GET", "/api/x").with("Origin", "https://d.example").send().status, 403);
}

#[test]
fn a_read_that_is_known_already_is_not_sent_again_and_answers_are_compressed() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let path = format!("/api/environment/{}/services", server.environments()[0]);
    let first = server.get(&path);
    let tag = first.header("ETag").unwrap();
    let second = server.ask("GET", &path).with("If-None-Match", tag).send();
    assert_eq!((second.status, second.body.len()), (304, 0));
    assert_eq!(varies(&second), varies(&first), "a cache keeps apart what it is told to");
    assert!(varies(&second).contains(&"accept-encoding".to_owned()));
    let compressed = server.ask("GET", &path).with("Accept-Encoding", "br").send();
    assert_eq!(compressed.header("Content-Encoding"), Some("br"));
    assert!(compressed.body.len() < first.body.len());
    let known = server.ask("GET", &path).with("Accept-Encoding", "br").with("If-None-Match", tag).send();
    assert_eq!(known.status, 304, "the validator holds for every encoding");
}

/// What an answer depends on.
fn varies(answer: &kit::Answer) -> Vec<String> {
    let all = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("vary"));
    let mut all: Vec<String> = all.map(|(_, value)| value.to_lowercase()).collect();
    all.sort();
    all
}

#[test]
fn bodies_are_json_and_not_too_large() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let path = format!("/api/environment/{}/cancelDeployment", server.environments()[0]);
    let mut form = server.ask("POST", &path).with("Content-Type", "application/x-www-form-urlencoded");
    form.body = b"force_cancel=true".to_vec();
    assert_eq!(form.send().status, 415);
    assert_eq!(server.ask("POST", &path).json("{\"force_cancel\": 3}").send().status, 400);
    // Only a world file is large: what is sent with an action is held in memory.
    let padded = |method: &str, path: &str, length: usize| {
        let mut padded = server.ask(method, path).with("Content-Type", "application/json");
        padded.body = vec![b' '; length];
        padded.try_send()
    };
    if let Ok(answer) = padded("POST", &path, (4 << 20) + 1) {
        assert_eq!((answer.status, answer.text().contains("At most 4 MB")), (413, true), "{}", answer.text());
    }
    assert_eq!(padded("POST", &path, 4 << 20).unwrap().status, 409, "it is read, and nothing runs");
    assert_eq!(padded("PUT", "/api/x/world", 5 << 20).unwrap().status, 400, "it is read, and is no world");
    let mut large = server.ask("PUT", "/api/x/world").with("Content-Type", "application/json");
    large.body = vec![b' '; 64 * 1024 * 1024 + 1];
    // The answer comes before the body is through; some clients see the answer, some the closed connection.
    if let Ok(answer) = large.try_send() {
        assert_eq!(answer.status, 413);
    }
    assert_eq!(server.get("/api/x").status, 200);
    let unknown = server.ask("TRACE", "/api/x/faults").send();
    assert_eq!((unknown.status, unknown.header("Allow")), (405, Some("GET, PUT")));
}

#[test]
fn changes_are_pushed_as_events() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let mut stream = TcpStream::connect(server.address.trim_start_matches("http://")).unwrap();
    let host = server.address.trim_start_matches("http://");
    write!(stream, "GET /api/x/events HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let mut revision = || {
        let data = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned)).unwrap();
        serde_json::from_str::<Value>(&data).unwrap()["revision"].as_u64().unwrap()
    };
    let before = revision();
    let environment = &server.environments()[0];
    assert_eq!(server.ask("POST", &format!("/api/environment/{environment}/redeploy")).send().status, 202);
    assert!(revision() > before);
    let metrics = server.get("/metrics").text();
    assert!(metrics.contains("playhead_event_streams 1\n"), "{metrics}");
    assert!(metrics.contains("playhead_actions_accepted_total 1\n"), "{metrics}");
    // An open stream does not hold up the end.
    server.signal("-TERM");
    let mut server = server;
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn who_may_not_listen_any_more_is_not_left_to_believe_that_nothing_changes() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let token = made_token(&folder.0, "listener", "read");
    let host = server.address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET /api/x/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Token {token}\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("data: ")));
    // Nothing happens in the world, and no other token is told.
    assert!(program().args(["token", "revoke", "listener", "--data"]).arg(&folder.0).status().unwrap().success());
    // Before it is said that the stream lives.
    assert_eq!(lines.find(|line| line == "0" || line.starts_with(':')).as_deref(), Some("0"), "the stream ends");
}

/// Connections on which nothing is said.
fn idle(server: &Server, count: usize) -> Vec<TcpStream> {
    let place = server.address.trim_start_matches("http://");
    (0..count).map(|_| TcpStream::connect(place).unwrap()).collect()
}

#[test]
fn a_connection_that_sends_no_whole_head_is_closed() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let mut waiting = Vec::new();
    for (said, answered) in [
        ("", ""),
        ("GET /healthz HTTP/1.1\r\nHost: loc", ""),
        ("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "ok\n"),
    ] {
        let mut stream = idle(&server, 1).remove(0);
        stream.write_all(said.as_bytes()).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(45))).unwrap();
        waiting.push(std::thread::spawn(move || {
            let mut told = String::new();
            stream.read_to_string(&mut told).map(|_| told.ends_with(answered))
        }));
    }
    for waited in waiting {
        assert!(waited.join().unwrap().unwrap());
    }
}

#[test]
fn many_idle_connections_stop_nothing_and_too_many_are_told_so() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let environment = server.environments()[0].clone();
    let mut crowd = idle(&server, 500);
    let path = format!("/api/environment/{environment}/redeploy");
    assert_eq!(server.ask("POST", &path).send().status, 202);
    crowd.extend(idle(&server, 140));
    kit::wait_until("it is crowded", || server.get("/api/x").status == 503);
    let refused = server.ask("POST", &format!("/api/environment/{environment}/stop")).send();
    assert_eq!((refused.status, refused.header("Retry-After")), (503, Some("1")));
    assert_eq!(refused.header("Connection"), Some("close"));
    assert!(refused.json()["detail"].as_str().unwrap().contains("Too many connections"));
    assert_eq!(server.get("/healthz").status, 200, "whoever watches the server is answered");
    drop(crowd);
    kit::wait_until("there is room again", || server.get("/api/x").status == 200);
}

#[test]
fn every_answer_has_a_request_id_that_is_in_the_log() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &["--log-json"]);
    let given = server.ask("GET", "/api/x?token=canary").with("X-Request-Id", "from-the-proxy-1").send();
    assert_eq!(given.header("X-Request-Id"), Some("from-the-proxy-1"));
    let made = server.ask("GET", "/healthz").with("X-Request-Id", "two words").send();
    let made = made.header("X-Request-Id").unwrap();
    assert_ne!(made, "two words");
    server.signal("-INT");
    let mut server = server;
    assert!(server.child.wait().unwrap().success());
    let log = std::fs::read_to_string(folder.0.join("log")).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for id in ["from-the-proxy-1", made] {
        assert!(lines.iter().any(|line| line["request_id"] == id && line["status"] == 200), "{log}");
    }
    assert!(!log.contains("canary"), "a query is in the log");
}

#[test]
fn the_console_is_told_where_the_api_is_on_every_place() {
    let (folder, console) = (Folder::new(), console());
    std::fs::create_dir(console.0.join("p")).unwrap();
    std::fs::write(console.0.join("p/a.wasm"), b"\0asm").unwrap();
    std::fs::write(folder.0.join("secret.txt"), "s").unwrap();
    let server = Server::start(&folder.0, &["--console", console.0.to_str().unwrap()]);
    for path in ["/", "/index.html", "/environment/abc", "/settings"] {
        let page = server.get(path);
        assert!(page.text().contains(r#"<meta name="playhead-api" content="/api">"#), "{path}: {}", page.text());
        assert_eq!(page.header("Cache-Control"), Some("no-cache"));
    }
    let wasm = server.get("/p/a.wasm");
    assert_eq!(wasm.header("Content-Type"), Some("application/wasm"));
    assert!(wasm.header("Cache-Control").unwrap().contains("immutable"));
    assert_eq!(server.get("/p/missing.js").status, 404);
    let folder_name = folder.0.file_name().unwrap().to_str().unwrap();
    assert_ne!(server.get(&format!("/../{folder_name}/secret.txt")).text(), "s");
    assert_ne!(server.get(&format!("/..%2f{folder_name}%2fsecret.txt")).text(), "s");
    assert_eq!(server.ask("POST", "/").send().status, 405);
    assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 200));
}

#[test]
fn the_console_is_served_with_its_own_headers_narrowed_to_this_server_and_everything_else_may_do_nothing() {
    let (folder, console) = (Folder::new(), console());
    let path = console.0.to_str().unwrap();
    let server = Server::start(&folder.0, &["--console", path]);
    for path in ["/", "/environment/abc", "/index.html", "/missing.js"] {
        let answer = server.get(path);
        let policy = "script-src 'self'; connect-src 'self'; base-uri 'self'";
        assert_eq!(answer.header("Content-Security-Policy"), Some(policy), "{path}");
        assert_eq!(answer.header("X-Told"), Some("so"), "{path}");
    }
    for path in ["/api/x", "/api/nothing", "/openapi.json", "/healthz", "/metrics"] {
        let policy = Some("default-src 'none'; frame-ancestors 'none'");
        assert_eq!(server.get(path).header("Content-Security-Policy"), policy, "{path}");
    }
    for path in ["/", "/api/x"] {
        let answer = server.get(path);
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"), "{path}");
    }
    std::fs::remove_file(console.0.join("_headers")).unwrap();
    let output = program().args(["serve", "--port", "0", "--console", path, "--data"]).arg(&Folder::new().0).output();
    let output = output.unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cargo xtask build"));
}

#[test]
fn a_journal_of_a_newer_format_and_a_file_that_is_none_are_refused_and_left_alone() {
    let refused = |folder: &Folder, why: &str| {
        let output = output_of(program().args(["serve", "--port", "0", "--data"]).arg(&folder.0));
        assert!(!output.status.success());
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(why) && told.contains("journal.sqlite"), "{told}");
    };
    let newer = Folder::new();
    let path = newer.0.join("journal.sqlite");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE later (x); PRAGMA user_version = 9").unwrap();
    refused(&newer, "format 9");
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "delete", "it was changed before it was refused");
    let other = Folder::new();
    std::fs::write(other.0.join("journal.sqlite"), "this is no database, whatever its name says").unwrap();
    refused(&other, "not a database");
}

#[test]
fn a_damaged_journal_is_recovered_up_to_the_damage_and_what_is_behind_it_is_kept() {
    for (what, damage) in [
        ("cannot be read", "method = 'GO'"),
        ("cannot be read", "body = 'a text'"),
        ("cannot be read", "at = 'noon'"),
        ("cannot be read", "path = x'fffe'"),
        ("cannot be read", "key = x'00'"),
        ("was accepted and is answered with 404 now", "path = '/environment/x/stop'"),
        ("not another", "accepted = 'another'"),
    ] {
        let folder = Folder::new();
        let token = made_token(&folder.0, "ci", "act");
        let server = Server::start(&folder.0, &["--speed", "1000"]);
        let get = |path: String| server.ask("GET", &path).token(&token).send().json()["results"].clone();
        let organization = kit::id(&get("/api/organization".into())[0]);
        let project = kit::id(&get(format!("/api/organization/{organization}/project"))[0]);
        let environments = get(format!("/api/project/{project}/environment"));
        let send = |server: &Server, place: usize| {
            let path = format!("/api/environment/{}/redeploy", kit::id(&environments[place]));
            let answer = server.ask("POST", &path).token(&token).with("Idempotency-Key", &place.to_string()).send();
            assert_eq!(answer.status, 202, "{}", answer.text());
            answer.header("X-Playhead-Request").unwrap().to_owned()
        };
        let ids = [0, 1, 2].map(|place| send(&server, place));
        server.kill();
        let connection = journal(&folder.0);
        assert_eq!(connection.execute(&format!("UPDATE request SET {damage} WHERE number = 2"), []).unwrap(), 1);
        let behind = contents(&connection, "request", "number >= 2");

        for start in 0..2 {
            let mut server = Server::start(&folder.0, &[]);
            let told: Vec<String> = server.output.by_ref().lines().take(2).map(Result::unwrap).collect();
            assert!(told[1].contains("damaged: 2 requests") && told[0].contains("sqlite, with 1 "), "{told:?}");
            let known = |id: &String| server.ask("GET", &format!("/api/x/request/{id}")).token(&token).send().status;
            assert_eq!(known(&ids[0]), 200, "{damage}");
            assert_eq!((rows(&connection, "request"), rows(&connection, "damaged")), (1, 2), "{damage}");
            assert_eq!(contents(&connection, "damaged", "true"), behind, "{damage}");
            let log = std::fs::read_to_string(folder.0.join("log")).unwrap();
            let errors: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
            assert_eq!(errors.len(), 1, "{damage}, start {start}: {log}");
            for said in [what, "journal.sqlite", "request 2", "2 requests"] {
                assert!(errors[0].contains(said), "{said}: {}", errors[0]);
            }
            assert_eq!(server.get("/readyz").status, 200);
            if start == 1 {
                // What is in the world is known by its key, and what is lost may be asked for again.
                assert_eq!(send(&server, 0), ids[0]);
                send(&server, 2);
                assert_eq!((rows(&connection, "request"), rows(&connection, "damaged")), (2, 2), "{damage}");
            }
            server.kill();
        }
    }
}

#[test]
fn a_journal_with_a_page_that_cannot_be_read_is_recovered_up_to_it_and_the_file_is_kept() {
    let folder = Folder::new();
    let token = made_token(&folder.0, "ci", "act");
    let server = Server::start(&folder.0, &[]);
    let get = |path: String| server.ask("GET", &path).token(&token).send().json()["results"].clone();
    let organization = kit::id(&get("/api/organization".into())[0]);
    let project = kit::id(&get(format!("/api/organization/{organization}/project"))[0]);
    let environment = kit::id(&get(format!("/api/project/{project}/environment"))[0]);
    let services = get(format!("/api/environment/{environment}/services"));
    let application = services.as_array().unwrap().iter().find(|one| one["service_type"] == "APPLICATION").unwrap();
    let path = format!("/api/application/{}/deploy", kit::id(application));
    let version = &get(format!("/api/application/{}/commit", kit::id(application)))[1]["git_commit_id"];
    let version = serde_json::json!({ "git_commit_id": version }).to_string();
    let send = |server: &Server, key: usize| {
        let asking = server.ask("POST", &path).token(&token).with("Idempotency-Key", &key.to_string());
        let answer = asking.json(&version).send();
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.header("X-Playhead-Request").unwrap().to_owned()
    };
    // Some pages full.
    let accepted: Vec<String> = (0..90).map(|key| send(&server, key)).collect();
    server.kill();
    let file = folder.0.join("journal.sqlite");
    journal(&folder.0).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    spoil(&mut bytes, accepted[45].as_bytes());
    std::fs::write(&file, &bytes).unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();

    let mut server = Server::start(&folder.0, &[]);
    let told: Vec<String> = server.output.by_ref().lines().take(2).map(Result::unwrap).collect();
    let there = rows(&journal(&folder.0), "request");
    assert!((10..46).contains(&there), "{there}");
    assert!(told[0].contains(&format!("with {there} accepted")), "{told:?}");
    assert!(told[1].contains(&format!("damaged: behind {there} requests it cannot be read")), "{told:?}");
    let kept = told[1].rsplit(' ').next().unwrap();
    assert!(std::fs::read(kept).unwrap() == bytes, "the damaged file is not kept as it was");
    for file in [file.as_path(), Path::new(kept)] {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "others can read {}", file.display());
    }
    assert!(std::fs::read_to_string(folder.0.join("log")).unwrap().contains("ERROR"));
    // The tokens are there, the world is, and so are the keys.
    assert_eq!(server.get("/api/organization").status, 401);
    let last = usize::try_from(there).unwrap() - 1;
    assert_eq!(send(&server, last), accepted[last]);
    send(&server, 89);
    server.kill();
    let server = Server::start(&folder.0, &[]);
    assert_eq!(rows(&journal(&folder.0), "request"), there + 1);
    assert_eq!(send(&server, 0), accepted[0]);
    server.kill();
    // Without the tokens that were made nobody is served.
    let digest: Vec<u8> = journal(&folder.0).query_row("SELECT hash FROM token", [], |row| row.get(0)).unwrap();
    spoil(&mut bytes, &digest);
    std::fs::write(&file, &bytes).unwrap();
    let _ = std::fs::remove_file(folder.0.join("journal.sqlite-wal"));
    let output = output_of(program().args(["serve", "--port", "0", "--data"]).arg(&folder.0));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.contains("malformed"), "{told}");
    assert!(std::fs::read(&file).unwrap() == bytes, "the file has changed");
}

#[test]
fn what_is_set_aside_and_cannot_be_read_keeps_nobody_from_the_rest() {
    let folder = Folder::new();
    accept_one(&folder);
    let connection = journal(&folder.0);
    connection
        .execute_batch(
            "INSERT INTO damaged SELECT number + 1, at, method, path, 'stands aside', origin, body, accepted, key, asked, '', 0
             FROM request; PRAGMA wal_checkpoint(TRUNCATE);",
        )
        .unwrap();
    drop(connection);
    let file = folder.0.join("journal.sqlite");
    let mut bytes = std::fs::read(&file).unwrap();
    spoil(&mut bytes, b"stands aside");
    std::fs::write(&file, &bytes).unwrap();
    let mut server = Server::start(&folder.0, &[]);
    let told: Vec<String> = server.output.by_ref().lines().take(2).map(Result::unwrap).collect();
    assert!(told[0].contains("with 1 accepted"), "{told:?}");
    let kept = told[1].rsplit(' ').next().unwrap();
    assert!(std::fs::read(kept).unwrap() == bytes, "{told:?}");
    server.kill();
    assert_eq!((rows(&journal(&folder.0), "request"), rows(&journal(&folder.0), "damaged")), (1, 0));
}

/// Spoils the page of a file in which something stands first.
fn spoil(bytes: &mut [u8], what: &[u8]) {
    let at = bytes.windows(what.len()).position(|part| part == what).unwrap() / 4096 * 4096;
    bytes[at..at + 4096].fill(0xff);
}

/// The columns of a request in a table, as SQLite writes them.
fn contents(journal: &rusqlite::Connection, table: &str, which: &str) -> Vec<String> {
    let columns = ["number", "at", "method", "path", "actor", "origin", "body", "accepted", "key", "asked"];
    let quoted = columns.map(|column| format!("quote({column})")).join(" || ' ' || ");
    let mut statement =
        journal.prepare(&format!("SELECT {quoted} FROM {table} WHERE {which} ORDER BY number")).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Lets a server accept a request, and kills it. The request's id.
fn accept_one(folder: &Folder) -> String {
    let server = Server::start(&folder.0, &[]);
    let accepted = server.ask("POST", &format!("/api/environment/{}/redeploy", server.environments()[0])).send();
    server.kill();
    accepted.header("X-Playhead-Request").unwrap().to_owned()
}

#[test]
fn a_journal_of_a_former_format_is_read_and_goes_on_in_the_new_one() {
    // What each lacked.
    let of_2 = "ALTER TABLE request DROP COLUMN key; ALTER TABLE request DROP COLUMN asked; DROP TABLE damaged; PRAGMA user_version = 2";
    let of_1 = "ALTER TABLE request DROP COLUMN accepted; PRAGMA user_version = 1";
    for (format, lacks) in [(2, vec![of_2]), (1, vec![of_2, of_1])] {
        let folder = Folder::new();
        let before = accept_one(&folder);
        for lack in lacks {
            journal(&folder.0).execute_batch(lack).unwrap();
        }
        let server = Server::start(&folder.0, &[]);
        assert_eq!(server.get(&format!("/api/x/request/{before}")).status, 200);
        let path = format!("/api/environment/{}/redeploy", server.environments()[1]);
        let ask = |server: &Server| {
            let accepted = server.ask("POST", &path).with("Idempotency-Key", "one").send();
            accepted.header("X-Playhead-Request").unwrap().to_owned()
        };
        let accepted = ask(&server);
        server.kill();
        let server = Server::start(&folder.0, &[]);
        assert_eq!(ask(&server), accepted);
        server.kill();
        let connection = journal(&folder.0);
        let mut statement = connection.prepare("SELECT accepted FROM request ORDER BY number").unwrap();
        let ids: Vec<Option<String>> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(ids, [(format == 2).then_some(before), Some(accepted)], "format {format}");
    }
}
