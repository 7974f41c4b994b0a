//! `playhead serve --upstream`: the contract's websockets, joined to those of a small API that repeats what it hears.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::net::TcpStream;
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

#[path = "kit/server.rs"]
mod kit;
#[path = "kit/upstream.rs"]
mod upstream;

use kit::{Folder, Server, made_token, program, wait_until};
use upstream::Upstream;

const SECRET: &str = "upstream-canary-7d1f";
const PATH: &str = "/api/service/status";

fn in_front_of(address: &str, folder: &Folder, more: &[&str]) -> Server {
    let arguments = [&["--upstream", address], more].concat();
    Server::run(program().env("PLAYHEAD_UPSTREAM_TOKEN", SECRET), &folder.0, &arguments)
}

type Page = WebSocket<TcpStream>;

/// Opens a websocket as a page does; an error is the status that was answered instead, with its words.
fn open(
    server: &Server,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<(Page, Option<String>), (u16, String)> {
    let place = server.address.trim_start_matches("http://");
    let mut request = format!("ws://{place}{path}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(place).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    match tungstenite::client(request, stream) {
        Ok((page, answer)) => {
            let chosen = answer.headers().get("Sec-WebSocket-Protocol").map(|name| name.to_str().unwrap().to_owned());
            Ok((page, chosen))
        }
        Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
            let body = String::from_utf8(answer.body().clone().unwrap_or_default()).unwrap();
            Err((answer.status().as_u16(), body))
        }
        Err(error) => panic!("{error}"),
    }
}

const SPOKEN: [(&str, &str); 1] = [("Sec-WebSocket-Protocol", "v1")];

fn opened(server: &Server) -> Page {
    let (mut page, chosen) = open(server, PATH, &SPOKEN).unwrap();
    assert_eq!(chosen.as_deref(), Some("v1"));
    assert_eq!(heard(&mut page), Message::text("hello"));
    page
}

/// The next message that is no ping, which comes within ten seconds.
fn heard(page: &mut Page) -> Message {
    let deadline = Instant::now() + Duration::from_secs(10);
    while Instant::now() < deadline {
        match page.read().unwrap() {
            Message::Ping(_) | Message::Pong(_) => {}
            message => return message,
        }
    }
    panic!("nothing but pings for ten seconds")
}

/// The code a page is closed with.
fn closed(page: &mut Page) -> u16 {
    match heard(page) {
        Message::Close(Some(frame)) => frame.code.into(),
        other => panic!("{other:?} instead of a close"),
    }
}

#[test]
fn a_page_is_joined_to_the_upstream_with_the_servers_token() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let server = in_front_of(&format!("{}/base", upstream.address), &folder, &[]);
    for path in ["/service/status", "/deployment/status"] {
        let query = "?organization=o%2F1&cluster=c&project=p&environment=e&token=x";
        let own = [("Sec-WebSocket-Protocol", "v1"), ("Origin", server.address.as_str()), ("Cookie", "a=b")];
        let (mut page, chosen) = open(&server, &format!("/api{path}{query}"), &own).unwrap();
        assert_eq!(chosen.as_deref(), Some("v1"));
        assert_eq!(heard(&mut page), Message::text("hello"));
        for message in [Message::text("ä"), Message::binary(vec![0, 159]), Message::text("x".repeat(60_000))] {
            page.send(message.clone()).unwrap();
            assert_eq!(heard(&mut page), message);
        }
        let asked = upstream.asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].path, format!("/base{path}?organization=o%2F1&cluster=c&project=p&environment=e"));
        let offered = format!("v1, auth.bearer.{SECRET}");
        assert_eq!(asked[0].header("Sec-WebSocket-Protocol"), Some(offered.as_str()));
        assert_eq!((asked[0].header("Cookie"), asked[0].header("Origin")), (None, None));
        assert_eq!(asked[0].header("Authorization"), None);
        assert!(server.get("/metrics").text().contains("playhead_websockets 1\n"));
        drop(page);
        wait_until("it is not counted any more", || server.get("/metrics").text().contains("playhead_websockets 0\n"));
    }
}

#[test]
fn a_close_passes_both_ways_and_who_vanishes_takes_the_other_along() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let server = in_front_of(&upstream.address, &folder, &[]);
    let mut page = opened(&server);
    page.send(Message::text("close")).unwrap();
    assert_eq!(closed(&mut page), 4001);

    let mut page = opened(&server);
    page.close(Some(CloseFrame { code: 4321.into(), reason: "enough".into() })).unwrap();
    wait_until("the upstream hears the page's code", || upstream.closed().contains(&4321));

    let mut page = opened(&server);
    page.send(Message::text("drop")).unwrap();
    assert_eq!(closed(&mut page), 1011);

    drop(opened(&server));
    wait_until("the upstream hears that the page is gone", || upstream.closed().contains(&1001));

    let mut page = opened(&server);
    page.send(Message::text("large")).unwrap();
    assert_eq!(closed(&mut page), 1011, "messages have a limit");
    let mut page = opened(&server);
    page.send(Message::text("x".repeat(70_000))).unwrap();
    // It is not read to its end, so that the connection may break before the reason is there.
    assert!(!matches!(page.read(), Ok(Message::Text(_))), "messages of a page have a lower one");
}

#[test]
fn only_who_may_read_opens_a_websocket() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let server = in_front_of(&upstream.address, &folder, &["--read-only", "--upstream-ping", "1"]);
    let refused = |headers: &[(&'static str, &str)], status: u16| {
        let (answered, words) = open(&server, PATH, headers).map(|_| ()).unwrap_err();
        assert_eq!(answered, status, "{headers:?}: {words}");
        assert!(words.contains("\"detail\""), "{words}");
    };
    for (name, value) in
        [("Origin", "https://evil.example"), ("Host", "evil.example"), ("X-Forwarded-For", "192.0.2.1")]
    {
        refused(&[SPOKEN[0], (name, value)], 403);
    }
    assert_eq!(server.get(PATH).status, 426);
    drop(opened(&server));
    let reader = made_token(&folder.0, "reader", "read");
    refused(&SPOKEN, 401);
    refused(&[("Sec-WebSocket-Protocol", "v1, auth.bearer.unknown")], 401);
    refused(&[("Sec-WebSocket-Protocol", &format!("v1, auth.bearer.{SECRET}"))], 401);
    upstream.asked();
    let offer = format!("v1, auth.bearer.{reader}");
    let (mut page, chosen) = open(&server, PATH, &[("Sec-WebSocket-Protocol", &offer)]).unwrap();
    assert_eq!((chosen.as_deref(), heard(&mut page)), (Some("v1"), Message::text("hello")));
    assert!(!format!("{:?}", upstream.asked()).contains(&reader), "the visitor's token is this server's");
    // A token that is revoked meanwhile hears nothing more.
    assert!(program().args(["token", "revoke", "reader", "--data"]).arg(&folder.0).status().unwrap().success());
    assert_eq!(closed(&mut page), 1008);
}

#[test]
fn an_upstream_without_a_websocket_is_told_before_the_page_is_joined() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let refused = |server: &Server, why: &str| {
        let (status, words) = open(server, PATH, &SPOKEN).map(|_| ()).unwrap_err();
        assert_eq!(status, 502);
        assert!(words.contains(why), "{words}");
    };
    let server = in_front_of(&upstream.address, &folder, &[]);
    for (status, why) in [(401, "PLAYHEAD_UPSTREAM_TOKEN"), (404, "answers 404"), (302, "answers 302")] {
        upstream.will_answer(status, &[("Location", "/elsewhere")], "");
        refused(&server, why);
    }
    assert_eq!(upstream.asked().len(), 3, "nothing is tried again or elsewhere");
    drop(server);
    // It speaks no TLS.
    let secure = upstream.address.replace("http:", "wss:");
    let server = in_front_of(&upstream.address, &folder, &["--upstream-ws", &secure]);
    refused(&server, "not securely");
}

#[test]
fn the_end_of_the_server_is_told_to_both_sides() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let mut server = in_front_of(&upstream.address, &folder, &[]);
    let mut page = opened(&server);
    server.signal("-TERM");
    assert_eq!(closed(&mut page), 1001);
    assert!(page.read().is_err());
    wait_until("the upstream hears it too", || upstream.closed() == [1001]);
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn who_does_not_answer_to_pings_is_gone() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let server = in_front_of(&upstream.address, &folder, &["--upstream-ping", "1"]);
    // Reading is what answers pings: this page is there for longer than two of them.
    let mut lively = opened(&server);
    lively.get_ref().set_read_timeout(Some(Duration::from_secs(4))).unwrap();
    assert!(matches!(lively.read(), Ok(Message::Ping(_))));
    assert!(matches!(lively.read(), Ok(Message::Ping(_))));
    assert!(matches!(lively.read(), Ok(Message::Ping(_))));
    lively.close(Some(CloseFrame { code: 1000.into(), reason: "".into() })).unwrap();
    wait_until("the upstream hears its farewell", || upstream.closed() == [1000]);
    // One that does not read any more.
    let deaf = opened(&server);
    wait_until("the upstream hears that the page is gone", || upstream.closed() == [1000, 1001]);
    drop(deaf);
    // An upstream that does not.
    let mut page = opened(&server);
    page.send(Message::text("sleep")).unwrap();
    assert_eq!(closed(&mut page), 1011);
}
