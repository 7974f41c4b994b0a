//! `playhead serve --upstream`: the program itself, in front of a small API that notes what it is asked.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use playhead::api::Method;
use playhead::api::routes::table;

#[path = "kit/server.rs"]
mod kit;
#[path = "kit/upstream.rs"]
mod upstream;

use kit::{Answer, Folder, Server, console, made_token, output_of, program};
use upstream::Upstream;

const SECRET: &str = "upstream-canary-7d1f";
const ID: &str = "00000000-0000-4000-8000-000000000001";

fn in_front_of(address: &str, folder: &Folder, more: &[&str]) -> Server {
    let arguments = [&["--upstream", address], more].concat();
    Server::run(program().env("PLAYHEAD_UPSTREAM_TOKEN", SECRET), &folder.0, &arguments)
}

/// The contract's calls, their placeholders filled.
fn contract() -> Vec<(Method, String)> {
    let rows = table().filter(|(_, pattern, _)| !pattern.starts_with("/x"));
    let filled = |pattern: &str| {
        let pattern = pattern.replace("{service}", "job").replace("{restartable}", "container");
        pattern.replace("{}", ID)
    };
    rows.map(|(method, pattern, _)| (method, filled(pattern))).collect()
}

fn words(answer: &Answer) -> String {
    let body = answer.json();
    assert_eq!(body["status"], answer.status, "an error in the contract's words");
    assert_eq!(body["detail"], body["message"]);
    body["detail"].as_str().unwrap().to_owned()
}

#[test]
fn a_call_passes_with_the_servers_token_and_without_what_is_the_visitors() {
    for (scheme, authorization) in [("token", format!("Token {SECRET}")), ("bearer", format!("Bearer {SECRET}"))] {
        let (folder, upstream) = (Folder::new(), Upstream::start());
        let own = made_token(&folder.0, "visitor", "act");
        let server = in_front_of(&format!("{}/base", upstream.address), &folder, &["--upstream-auth", scheme]);
        upstream.will_answer(
            202,
            &[("Content-Type", "application/json"), ("X-RateLimit-Reset", "60")],
            "{\"id\":\"a\"}",
        );
        let answer = server
            .ask("POST", &format!("/api/environment/{ID}/service/deploy?a=1%202&b=%2F"))
            .token(&own)
            .with("Cookie", "session=visitor")
            .with("Origin", &server.address)
            .with("X-Forwarded-For", "192.0.2.7")
            .with("X-Playhead-Actor", "somebody")
            .with("Accept", "application/json")
            .json("{\"databases\":[\"d\"]}")
            .send();
        assert_eq!((answer.status, answer.text().as_str()), (202, "{\"id\":\"a\"}"));
        assert_eq!(answer.header("X-RateLimit-Reset"), Some("60"));
        let asked = upstream.asked();
        assert_eq!(asked.len(), 1);
        let asked = &asked[0];
        assert_eq!(asked.method, "POST");
        assert_eq!(asked.path, format!("/base/environment/{ID}/service/deploy?a=1%202&b=%2F"));
        assert_eq!(asked.body, "{\"databases\":[\"d\"]}");
        assert_eq!(asked.header("Authorization"), Some(authorization.as_str()));
        let mut names: Vec<_> = asked.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let expected =
            ["accept", "accept-encoding", "authorization", "content-length", "content-type", "host", "user-agent"];
        assert_eq!(names, expected);
        let all = format!("{asked:?}");
        assert!(!all.contains(&own) && !all.contains("visitor") && !all.contains("somebody"), "{all}");

        let read = server.ask("GET", "/api/organization").token(&own).send();
        assert_eq!((read.status, read.header("X-RateLimit-Remaining")), (200, Some("41")));
        assert_eq!((read.header("Set-Cookie"), read.header("X-Internal")), (None, None));
        let tag = read.header("ETag").unwrap();
        let again = server.ask("GET", "/api/organization").token(&own).with("If-None-Match", tag).send();
        assert_eq!((again.status, again.header("X-RateLimit-Remaining")), (304, Some("41")));
    }
}

#[test]
fn the_contracts_calls_pass_and_nothing_else() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let server = in_front_of(&upstream.address, &folder, &[]);
    for (method, path) in contract() {
        assert_eq!(server.ask(method.name(), &format!("/api{path}")).send().status, 200, "{method} {path}");
        let asked = upstream.asked();
        assert_eq!((asked.len(), asked[0].method.as_str(), asked[0].path.as_str()), (1, method.name(), path.as_str()));
    }
    let others = [
        ("DELETE", "/environment/a.b".to_owned()),
        ("GET", format!("/environment/{ID}/environmentVariable")),
        ("POST", format!("/environment/{ID}/secret")),
        ("PUT", format!("/organization/{ID}")),
        ("GET", "/organization/".to_owned()),
        ("GET", "/service/status".to_owned() + "/more"),
        ("GET", "/account".to_owned()),
        ("GET", "/x".to_owned()),
        ("GET", "/x/events".to_owned()),
        ("GET", "/x/world".to_owned()),
        ("PUT", "/x/world".to_owned()),
        ("DELETE", "/x/world".to_owned()),
        ("GET", "/application/..%2f..%2fenvironment%2fsecret".to_owned()),
        ("GET", "/application/%2e%2e".to_owned()),
        ("GET", "/application/a%3Fb".to_owned()),
        ("GET", "/application/a;b".to_owned()),
        ("GET", "/application/%0d%0a".to_owned()),
        ("GET", String::new()),
    ];
    for (method, path) in others {
        let answer = server.ask(method, &format!("/api{path}")).send();
        assert_eq!(answer.status, 404, "{method} {path}");
        assert!(words(&answer).contains("the contract's calls only"), "{method} {path}: {}", answer.text());
    }
    // Where only the method is not the contract's, those are named that are.
    for (method, path, allowed) in [
        ("DELETE", format!("/environment/{ID}"), "GET"),
        ("PATCH", format!("/application/{ID}"), "GET, PUT"),
        ("TRACE", format!("/environment/{ID}/deploy"), "POST"),
        ("POST", "/organization".to_owned(), "GET"),
    ] {
        let answer = server.ask(method, &format!("/api{path}")).send();
        assert_eq!((answer.status, answer.header("Allow")), (405, Some(allowed)), "{method} {path}");
        assert!(words(&answer).contains("the contract's calls only"), "{method} {path}: {}", answer.text());
    }
    // Clients resolve dots themselves; a hand does not.
    for path in ["/api/application/..", "/api/environment/../status", "/api/application/../../secret"] {
        let told = by_hand(&server, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        assert!(told.starts_with("HTTP/1.1 404"), "{path}: {told}");
    }
    assert_eq!(upstream.asked().len(), 0);
    assert_eq!(server.get("/openapi.json").json()["openapi"], "3.1.0");
    let metrics = server.get("/metrics").text();
    assert!(metrics.contains("playhead_http_requests_total{method=\"GET\",status=\"404\"}"), "{metrics}");
}

fn by_hand(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address.trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    told
}

#[test]
fn the_gate_stands_in_front() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let server = in_front_of(&upstream.address, &folder, &[]);
    let act = format!("/api/environment/{ID}/redeploy");
    for (name, value) in
        [("Origin", "https://evil.example"), ("Host", "evil.example"), ("X-Forwarded-For", "192.0.2.1")]
    {
        assert_eq!(server.ask("POST", &act).with(name, value).send().status, 403, "{name}");
    }
    assert_eq!(server.ask("POST", &act).token("unknown").send().status, 401);
    assert_eq!(server.ask("POST", &act).token(SECRET).send().status, 401, "the upstream's token opens nothing here");
    let reader = made_token(&folder.0, "reader", "read");
    assert_eq!(server.ask("POST", &act).send().status, 401);
    assert_eq!(server.ask("POST", &act).token(&reader).send().status, 403);
    let mut form = server.ask("POST", &act).token(&made_token(&folder.0, "actor", "act"));
    form.body = b"a=b".to_vec();
    assert_eq!(form.send().status, 415);
    assert_eq!(upstream.asked().len(), 0);
    assert_eq!(server.ask("GET", "/api/organization").token(&reader).send().status, 200);
}

#[test]
fn a_server_that_only_reads_refuses_every_action_and_the_page_knows() {
    let (folder, console, upstream) = (Folder::new(), console(), Upstream::start());
    let page = ["--console", console.0.to_str().unwrap()];
    for read_only in [false, true] {
        let more = [&page[..], if read_only { &["--read-only"] } else { &[] }].concat();
        let server = in_front_of(&upstream.address, &folder, &more);
        let meta = r#"<head><meta name="playhead-api" content="/api" data-kind="live">"#;
        assert!(server.get("/").text().contains(meta), "{}", server.get("/").text());
        for (method, path) in contract() {
            let answer = server.ask(method.name(), &format!("/api{path}")).send();
            let refused = read_only && method != Method::Get;
            assert_eq!(answer.status, if refused { 403 } else { 200 }, "{method} {path}");
            let scope = answer.header("X-Playhead-Scope");
            assert_eq!(scope, (!refused).then_some(if read_only { "read" } else { "act" }), "{method} {path}");
            assert_eq!(upstream.asked().len(), usize::from(!refused), "{method} {path}");
            if refused {
                assert!(words(&answer).contains("only reads"));
            }
        }
    }
}

#[test]
fn what_the_upstream_answers_is_answered_and_what_it_does_not_is_told() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let server = in_front_of(&upstream.address, &folder, &[]);
    let json = ("Content-Type", "application/json");
    let act = || server.ask("POST", &format!("/api/environment/{ID}/redeploy")).send();

    upstream.will_answer(409, &[json], "{\"status\":409,\"error\":\"Conflict\",\"detail\":\"busy\"}");
    let refused = act();
    assert_eq!((refused.status, words_of(&refused)), (409, "busy".to_owned()));

    upstream.will_answer(429, &[json, ("Retry-After", "7"), ("X-RateLimit-Remaining", "0")], "{}");
    let limited = act();
    assert_eq!(limited.status, 429);
    assert_eq!((limited.header("Retry-After"), limited.header("X-RateLimit-Remaining")), (Some("7"), Some("0")));

    // It may have been accepted all the same.
    let broken = [
        ("text/plain", "down for repair", "answered 503."),
        ("application/json", "{\"detail\":\"no disk.\"}", "503 no disk. It"),
    ];
    for (kind, body, said) in broken {
        upstream.will_answer(503, &[("Content-Type", kind)], body);
        let down = act();
        assert_eq!(down.status, 504);
        assert!(words(&down).contains(said) && words(&down).contains("not known whether"), "{}", down.text());
        upstream.will_answer(503, &[("Content-Type", kind)], body);
        let read = server.get("/api/organization");
        assert_eq!((read.status, read.text().as_str()), (503, body));
    }

    for status in [301, 302, 303, 307, 308] {
        // A 303 is how some say that it was accepted. With a key it is not sent again: its fate is no better known then.
        upstream.will_answer(status, &[("Location", "/organization"), json], "{}");
        for _ in 0..2 {
            let key = format!("moved-{status}");
            let moved = server.ask("POST", &format!("/api/environment/{ID}/redeploy")).with("Idempotency-Key", &key);
            let moved = moved.send();
            assert_eq!((moved.status, moved.header("Location")), (504, None));
            assert!(words(&moved).contains("redirect") && words(&moved).contains("not known whether"));
        }
        upstream.will_answer(status, &[("Location", "/organization"), json], "{}");
        let moved = server.get("/api/organization");
        assert_eq!((moved.status, moved.header("Location")), (502, None));
        assert!(words(&moved).contains("redirect"));
    }
    upstream.will_answer(401, &[json, ("WWW-Authenticate", "Token")], "{}");
    let stranger = act();
    assert_eq!((stranger.status, stranger.header("WWW-Authenticate")), (502, None));
    assert!(words(&stranger).contains("PLAYHEAD_UPSTREAM_TOKEN"));
    assert_eq!(upstream.asked().len(), 2 + 4 + 10 + 1, "nothing is asked again or elsewhere");
    assert!(server.get("/metrics").text().contains("playhead_upstream_failures_total 13\n"));
    assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 200));
    assert_eq!(upstream.asked().len(), 0, "a probe spends no request");
}

fn words_of(answer: &Answer) -> String {
    answer.json()["detail"].as_str().unwrap().to_owned()
}

#[test]
fn an_upstream_that_cannot_be_reached_is_told_so() {
    let act = format!("/api/environment/{ID}/redeploy");
    let folder = Folder::new();
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = in_front_of(&format!("http://{free}"), &folder, &[]);
    let answer = server.ask("POST", &act).send();
    assert_eq!(answer.status, 502);
    assert!(words(&answer).contains("Nothing was sent"));
    assert_eq!((server.get("/healthz").status, server.get("/readyz").status), (200, 503));
    drop(server);
    // It speaks no TLS: no certificate, no request.
    let upstream = Upstream::start();
    let server = in_front_of(&upstream.address.replace("http:", "https:"), &folder, &[]);
    let answer = server.get("/api/organization");
    assert_eq!(answer.status, 504);
    assert!(words(&answer).contains("no answer that can be read"));
    let log = std::fs::read_to_string(folder.0.join("log")).unwrap();
    assert!(log.contains("the upstream gives no answer") && log.contains("InvalidContentType"), "{log}");
    assert_eq!(upstream.asked().len(), 0);
}

/// An upstream that reads each request, answers the reads, and treats actions as `how` says. Counts the actions.
fn losing(how: fn(TcpStream)) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let actions = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&actions);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, count) = (stream.unwrap(), Arc::clone(&count));
            std::thread::spawn(move || {
                loop {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        if stream.read_exact(&mut byte).is_err() {
                            return;
                        }
                        head.push(byte[0]);
                    }
                    if head.starts_with(b"POST") {
                        count.fetch_add(1, Ordering::SeqCst);
                        return how(stream);
                    }
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
                }
            });
        }
    });
    (address, actions)
}

#[test]
fn an_action_whose_answer_is_lost_is_not_sent_again_and_its_fate_is_not_known() {
    let drops: fn(TcpStream) = |stream| drop(stream);
    let half: fn(TcpStream) = |mut stream| {
        stream
            .write_all(b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
            .unwrap();
    };
    let silent: fn(TcpStream) = |mut stream| _ = stream.read(&mut [0]);
    for (how, times) in [(drops, 2), (half, 2), (silent, 1)] {
        let folder = Folder::new();
        let (address, actions) = losing(how);
        let server = in_front_of(&address, &folder, &[]);
        for sent in 1..=times {
            // A connection that is kept open meanwhile is what tempts a client to try again.
            assert_eq!(server.get("/api/organization").status, 200);
            let answer = server.ask("POST", &format!("/api/environment/{ID}/stop")).send();
            assert_eq!(answer.status, 504);
            assert!(words(&answer).contains("not known whether"), "{}", answer.text());
            assert_eq!(actions.load(Ordering::SeqCst), sent);
        }
    }
}

#[test]
fn without_a_token_or_with_a_wrong_address_there_is_no_server() {
    let folder = Folder::new();
    let refused = |more: &[&str], token: Option<&str>, why: &str| {
        let mut command = program();
        command.args(["serve", "--port", "0", "--data"]).arg(&folder.0).args(more);
        if let Some(token) = token {
            command.env("PLAYHEAD_UPSTREAM_TOKEN", token);
        }
        let output = output_of(&mut command);
        assert!(!output.status.success(), "{more:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(why) && !told.contains("canary"), "{more:?}: {told}");
    };
    let good = ["--upstream", "https://api.example"];
    refused(&good, None, "PLAYHEAD_UPSTREAM_TOKEN");
    refused(&good, Some("  "), "PLAYHEAD_UPSTREAM_TOKEN");
    refused(&good, Some("two canary words"), "Copy it again");
    for url in
        ["ftp://api.example", "api.example", "https://", "https://me:canary@api.example", "https://a.example?canary"]
    {
        refused(&["--upstream", url], Some(SECRET), "--upstream is no address");
    }
    refused(
        &[&good[..], &["--upstream-ws", "https://ws.example"]].concat(),
        Some(SECRET),
        "--upstream-ws is no address",
    );
    refused(&[&good[..], &["--seed", "3"]].concat(), Some(SECRET), "--seed");
    refused(&["--upstream-ws", "wss://ws.example"], Some(SECRET), "--upstream");
    // The official client's variable does too.
    let upstream = Upstream::start();
    let mut command = program();
    let server =
        Server::run(command.env("QOVERY_CLI_ACCESS_TOKEN", "theirs"), &folder.0, &["--upstream", &upstream.address]);
    assert_eq!(server.get("/api/organization").status, 200);
    assert_eq!(upstream.asked()[0].header("Authorization"), Some("Token theirs"));
}

#[test]
fn the_websockets_are_where_the_product_has_them_unless_told() {
    for (upstream, told, sockets) in [
        ("https://api.example.test", None, "wss://ws.example.test"),
        ("https://api.example.test:8443/base/", None, "wss://ws.example.test:8443"),
        ("http://127.0.0.1:4711/api/", None, "ws://127.0.0.1:4711/api"),
        ("https://console.example.test/api", None, "wss://console.example.test/api"),
        ("https://api.example.test", Some("wss://push.example.test/v2"), "wss://push.example.test/v2"),
    ] {
        let folder = Folder::new();
        let more = told.map_or(Vec::new(), |told| vec!["--upstream-ws", told]);
        let mut server = in_front_of(upstream, &folder, &more);
        let mut line = String::new();
        server.output.read_line(&mut line).unwrap();
        let upstream = upstream.trim_end_matches('/');
        assert_eq!(line, format!("The contract's calls are passed on to {upstream}, its websockets to {sockets}\n"));
    }
}

#[test]
fn the_upstreams_token_is_in_no_answer_no_log_and_no_file() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let server = in_front_of(&upstream.address, &folder, &["--log-json"]);
    let mut told = String::new();
    upstream.will_answer(401, &[], "");
    upstream.will_answer(302, &[("Location", "http://127.0.0.1:1/")], "");
    for (method, path) in [
        ("GET", "/api/organization"),
        ("GET", "/api/organization"),
        ("GET", "/api/organization"),
        ("POST", "/api/nothing"),
        ("GET", "/api/service/status"),
        ("GET", "/"),
        ("GET", "/metrics"),
        ("GET", "/openapi.json"),
        ("GET", "/readyz"),
    ] {
        let answer = server.ask(method, path).send();
        told.push_str(&format!("{:?}{}", answer.headers, answer.text()));
    }
    let mut server = server;
    server.signal("-TERM");
    assert!(server.child.wait().unwrap().success());
    server.output.read_to_string(&mut told).unwrap();
    assert!(told.contains(&upstream.address), "the output names the upstream");
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        told.push_str(&String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap()));
    }
    assert!(!told.contains(SECRET));
    let requests: i64 = rusqlite::Connection::open(folder.0.join("journal.sqlite"))
        .unwrap()
        .query_row("SELECT count(*) FROM request", [], |row| row.get(0))
        .unwrap();
    assert_eq!(requests, 0);
}
