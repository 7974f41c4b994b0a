//! A live API to stand behind the server: it notes what it is asked, and answers as it is told.
#![allow(dead_code)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// With its query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Status, headers, body.
type Answer = (u16, Vec<(&'static str, String)>, String);

#[derive(Clone, Default)]
struct Notes {
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    /// The codes of closed websockets; 0: without one.
    closed: Arc<Mutex<Vec<u16>>>,
}

pub struct Upstream {
    pub address: String,
    notes: Notes,
    _runtime: tokio::runtime::Runtime,
}

impl Upstream {
    pub fn start() -> Upstream {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let notes = Notes::default();
        let router = Router::new().fallback(answer).with_state(notes.clone());
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router).await });
        Upstream { address, notes, _runtime: runtime }
    }

    /// The next answer that is not told yet; then it is an empty list again.
    pub fn will_answer(&self, status: u16, headers: &[(&'static str, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.notes.answers.lock().unwrap().push_back((status, headers, body.to_owned()));
    }

    /// What was asked since the last look.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.notes.asked.lock().unwrap())
    }

    pub fn closed(&self) -> Vec<u16> {
        self.notes.closed.lock().unwrap().clone()
    }
}

async fn answer(State(notes): State<Notes>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    let (method, path) = (parts.method.to_string(), parts.uri.to_string());
    notes.asked.lock().unwrap().push(Asked { method, path, headers, body });
    let told = notes.answers.lock().unwrap().pop_front();
    if told.is_none()
        && let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await
    {
        return upgrade.protocols(["v1"]).on_upgrade(|socket| talk(socket, notes.closed));
    }
    let (status, headers, body) = told.unwrap_or_else(|| {
        let headers = vec![
            ("Content-Type", "application/json"),
            ("Set-Cookie", "session=1"),
            ("X-Internal", "yes"),
            ("X-RateLimit-Remaining", "41"),
        ];
        (200, headers.into_iter().map(|(name, value)| (name, value.to_owned())).collect(), "{\"results\":[]}".into())
    });
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap()
}

/// Greets, repeats what it hears, and does what some words say.
async fn talk(mut socket: WebSocket, closed: Arc<Mutex<Vec<u16>>>) {
    let _ = socket.send(Message::Text("hello".into())).await;
    while let Some(Ok(message)) = socket.recv().await {
        match message {
            Message::Text(text) if text.as_str() == "close" => {
                let _ = socket.send(Message::Close(Some(CloseFrame { code: 4001, reason: "told to".into() }))).await;
            }
            Message::Text(text) if text.as_str() == "drop" => return,
            Message::Text(text) if text.as_str() == "sleep" => std::future::pending().await,
            Message::Text(text) if text.as_str() == "large" => {
                let _ = socket.send(Message::Text("x".repeat(17 << 20).into())).await;
            }
            Message::Close(frame) => closed.lock().unwrap().push(frame.map_or(0, |frame| frame.code)),
            message @ (Message::Text(_) | Message::Binary(_)) => _ = socket.send(message).await,
            Message::Ping(_) | Message::Pong(_) => {}
        }
    }
}
