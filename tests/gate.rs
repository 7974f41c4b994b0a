//! The native server's gate: every way in, walked one by one; and connections that want too much of it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use playhead::api::Method;
use playhead::api::routes::table;

#[path = "kit/server.rs"]
mod kit;
#[path = "kit/upstream.rs"]
mod upstream;

use kit::{Folder, Server, made_token, program};
use upstream::Upstream;

const ID: &str = "00000000-0000-4000-8000-000000000001";

/// What a websocket asks for.
const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A way in.
struct Way {
    method: &'static str,
    path: String,
    headers: &'static str,
}

/// The contract's calls, and with `more` ours, their placeholders filled.
fn calls(more: bool) -> Vec<Way> {
    let rows = table().filter(|(_, pattern, _)| more || !pattern.starts_with("/x"));
    let filled = |pattern: &str| {
        let pattern = pattern.replace("{service}", "job").replace("{restartable}", "container");
        format!("/api{}", pattern.replace("{}", ID))
    };
    rows.map(|(method, pattern, _)| Way { method: method.name(), path: filled(pattern), headers: "" }).collect()
}

fn read(path: &str, headers: &'static str) -> Way {
    Way { method: "GET", path: path.to_owned(), headers }
}

fn connected(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(45))).unwrap();
    stream
}

/// The status of the answer to a head and a body; a stream that follows is not waited for.
fn status(server: &Server, way: &Way, more: &str, body: &str) -> u16 {
    let mut stream = connected(server);
    let host = server.address.trim_start_matches("http://");
    let Way { method, path, headers } = way;
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}{more}Content-Length: {length}\r\n\r\n{body}")
        .unwrap();
    status_line(&mut BufReader::new(stream))
}

fn status_line(reader: &mut impl BufRead) -> u16 {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {line:?}")).parse().unwrap()
}

/// A server with a world, and one in front of a live API: each with all that there is to ask it.
fn servers(folders: &[Folder; 2], upstream: &Upstream) -> [(Server, Vec<Way>); 2] {
    let mut ours = calls(true);
    ours.extend([read("/metrics", ""), read("/api/x/events", "")]);
    let mut passed = calls(false);
    passed.push(read("/metrics", ""));
    passed.extend(
        ["/service/status", "/deployment/status", "/deployment/logs"].map(|path| read(&format!("/api{path}"), UPGRADE)),
    );
    let socket = upstream.address.replacen("http", "ws", 1);
    let arguments = ["--upstream", &upstream.address, "--upstream-ws", &socket];
    let proxy = Server::run(program().env("PLAYHEAD_UPSTREAM_TOKEN", "upstream"), &folders[1].0, &arguments);
    [(Server::start(&folders[0].0, &[]), ours), (proxy, passed)]
}

#[test]
fn every_way_in_asks_for_a_token_and_heeds_its_scope() {
    let (folders, upstream) = ([Folder::new(), Folder::new()], Upstream::start());
    let tokens = folders.each_ref().map(|folder| ["read", "act"].map(|scope| made_token(&folder.0, scope, scope)));
    for ((server, ways), [reader, actor]) in servers(&folders, &upstream).iter().zip(tokens) {
        assert!(ways.len() > 30, "{}", ways.len());
        let with = |token: &str| format!("Content-Type: application/json\r\nAuthorization: Token {token}\r\n");
        for way in ways {
            let Way { method, path, .. } = way;
            let acts = *method != "GET";
            let body = if acts { "{}" } else { "" };
            assert_eq!(status(server, way, "", ""), 401, "{method} {path} without a token");
            assert_eq!(status(server, way, &with("unknown"), body), 401, "{method} {path} with one that is not known");
            let read = status(server, way, &with(&reader), body);
            assert_eq!(read == 403, acts, "{method} {path} with one that reads: {read}");
            assert_ne!(read, 401, "{method} {path}");
            // Asked in words that change nothing, nothing is done.
            for method in ["HEAD", "OPTIONS"].into_iter().filter(|_| acts) {
                let way = Way { method, path: path.clone(), headers: "" };
                let told = status(server, &way, &with(&reader), "");
                assert!([404, 405].contains(&told) || table_reads(path), "{method} {path}: {told}");
            }
            let acted = status(server, way, &with(&actor), body);
            assert!(![401, 403].contains(&acted), "{method} {path} with one that acts: {acted}");
        }
    }
}

/// Whether there is something to read at the path too.
fn table_reads(path: &str) -> bool {
    calls(true).iter().any(|way| way.method == Method::Get.name() && way.path == path)
}

#[test]
fn every_body_is_json_by_its_content_type() {
    let (folders, upstream) = ([Folder::new(), Folder::new()], Upstream::start());
    // What a page's form or a plain request can send without being asked first, what is none of it, and what looks like it.
    let kinds =
        ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "application/jsonx"];
    for (server, ways) in servers(&folders, &upstream) {
        for way in ways.iter().filter(|way| way.method != "GET") {
            for kind in kinds {
                let header = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
                assert_eq!(status(&server, way, &header, "{}"), 415, "{} {} as {kind:?}", way.method, way.path);
            }
        }
    }
    assert_eq!(upstream.asked().len(), 0);
}

#[test]
fn a_connection_that_wants_too_much_is_answered_and_let_go() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let host = server.address.trim_start_matches("http://").to_owned();
    let head = format!(
        "POST /api/environment/{ID}/cancelDeployment HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    );
    let long = "a".repeat(1 << 20);
    // What is said, whether our half of the connection is closed then, and what is answered.
    let cases: [(&str, String, bool, &[u16]); 4] = [
        ("a body that does not come", format!("{head}Content-Length: 100\r\n\r\n{{"), false, &[408]),
        (
            "a body that is announced larger than all",
            format!("{head}Content-Length: 99999999999\r\n\r\n{{"),
            false,
            &[408, 413],
        ),
        ("a body that breaks off", format!("{head}Content-Length: 100\r\n\r\n{{"), true, &[413]),
        ("a head without an end", format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nA: {long}"), false, &[431]),
    ];
    let waiting = cases.map(|(what, said, half_closed, answered)| {
        let mut stream = connected(&server);
        std::thread::spawn(move || {
            // The answer may come, and the connection close, before all is said.
            let _ = stream.write_all(said.as_bytes());
            if half_closed {
                stream.shutdown(Shutdown::Write).unwrap();
            }
            let mut told = Vec::new();
            let _ = stream.read_to_end(&mut told);
            let told = String::from_utf8_lossy(&told).into_owned();
            let status = told.split(' ').nth(1).map_or(0, |status| status.parse::<u16>().unwrap());
            assert!(answered.contains(&status), "{what}: {status} {told}");
            if status == 408 {
                let body: serde_json::Value = serde_json::from_str(told.split("\r\n\r\n").nth(1).unwrap()).unwrap();
                assert_eq!((&body["status"], &body["error"]), (&408.into(), &"Request Timeout".into()), "{what}");
                assert!(body["detail"].as_str().is_some_and(|words| words.contains("longer than 30 s")), "{body}");
            }
        })
    });
    let started = Instant::now();
    for waited in waiting {
        waited.join().unwrap();
    }
    assert!(started.elapsed() < Duration::from_secs(44), "a connection was held open");
    assert_eq!(server.get("/api/x").status, 200);
}

#[test]
fn five_hundred_ask_at_once_while_actions_go_on() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &["--speed", "1000"]);
    let environments = server.environments();
    let mut crowd: Vec<_> = (0..500).map(|_| BufReader::new(connected(&server))).collect();
    let mut accepted = 0;
    for round in 0..3 {
        for one in &mut crowd {
            write!(
                one.get_mut(),
                "GET /api/environment/{}/statuses HTTP/1.1\r\nHost: localhost\r\n\r\n",
                environments[0]
            )
            .unwrap();
        }
        for environment in &environments {
            let verb = if round % 2 == 0 { "redeploy" } else { "stop" };
            let answer = server.ask("POST", &format!("/api/environment/{environment}/{verb}")).send();
            assert!([202, 409].contains(&answer.status), "{}", answer.text());
            accepted += usize::from(answer.status == 202);
        }
        for one in &mut crowd {
            assert_eq!(status_line(one), 200);
            let mut length = 0;
            for line in one.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()) {
                if let Some((name, value)) = line.split_once(": ") {
                    length = if name.eq_ignore_ascii_case("content-length") { value.parse().unwrap() } else { length };
                }
            }
            let mut body = vec![0; length];
            one.read_exact(&mut body).unwrap();
            assert!(body.starts_with(b"{") && body.ends_with(b"}"));
        }
    }
    assert!(accepted >= environments.len(), "{accepted}");
}
