//! What the product says by itself, over websockets: how services run, and how a deployment goes on (API contract,
//! "Reading"). A line that breaks is opened again, after 5 s at first and twice as long each time.

use futures_util::StreamExt;
use futures_util::future::{AbortHandle, abortable};
use gloo_net::websocket::Message;
use gloo_net::websocket::futures::WebSocket;
use wasm_bindgen_futures::spawn_local;

use super::{Client, Transport, timer};
use crate::api::push::RunningStatuses;
use crate::api::reading::{self, Read};
use crate::api::status::StatusesWithStages;

/// The pause before a line is opened again, in milliseconds; it doubles each time…
const FIRST_PAUSE: u32 = 5_000;
/// …up to this.
const LONGEST_PAUSE: u32 = 300_000;

/// Where the pushes come from, and the token they are asked for with.
#[derive(Clone)]
pub(in crate::client) struct Pushes {
    pub base: String,
    pub token: String,
}

/// What is listened to. The contract wants all four; a project or an environment may be left open where a whole
/// cluster is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The organization's id.
    pub organization: String,
    /// The cluster's id.
    pub cluster: String,
    /// The project's id.
    pub project: String,
    /// The environment's id.
    pub environment: Option<String>,
}

impl Scope {
    fn query(&self) -> String {
        let Scope { organization, cluster, project, environment } = self;
        let mut query = format!("organization={organization}&cluster={cluster}&project={project}");
        if let Some(environment) = environment {
            query.push_str(&format!("&environment={environment}"));
        }
        query
    }
}

/// What comes over a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard<T> {
    /// The server says this.
    Said(T),
    /// Nothing is known from now on, until it says something again.
    Lost,
}

/// A line that is listened to, until this is dropped.
#[derive(Debug)]
pub struct Line(AbortHandle);

impl Drop for Line {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Client {
    /// Listens to how services run; `None`: the server has no such line.
    pub fn running(&self, scope: &Scope, heard: impl Fn(Heard<RunningStatuses>) + 'static) -> Option<Line> {
        self.line("service/status", scope, heard)
    }

    /// Listens to how an environment's deployment goes on; `None`: the server has no such line.
    pub fn deploying(&self, scope: &Scope, heard: impl Fn(Heard<StatusesWithStages>) + 'static) -> Option<Line> {
        self.line("deployment/status", scope, heard)
    }

    fn line<T: Read + 'static>(&self, path: &str, scope: &Scope, heard: impl Fn(Heard<T>) + 'static) -> Option<Line> {
        let Transport::Http(http) = &*self.0 else { return None };
        let Pushes { base, token } = http.pushes()?;
        let url = format!("{base}/{path}?{}", scope.query());
        let mut protocols = vec![String::from("v1")];
        if !token.is_empty() {
            protocols.push(format!("auth.bearer.{token}"));
        }
        let (listening, handle) = abortable(listen(url, protocols, heard));
        spawn_local(async move {
            // Ended from outside: nobody listens any more.
            let _ = listening.await;
        });
        Some(Line(handle))
    }
}

async fn listen<T: Read>(url: String, protocols: Vec<String>, heard: impl Fn(Heard<T>)) {
    let mut pause = FIRST_PAUSE;
    loop {
        if let Ok(mut socket) = WebSocket::open_with_protocols(&url, &protocols) {
            while let Some(Ok(message)) = socket.next().await {
                let said = match &message {
                    Message::Text(text) => reading::from_slice(text.as_bytes()),
                    Message::Bytes(bytes) => reading::from_slice(bytes),
                };
                // What cannot be read is not known.
                let Ok(said) = said else { break };
                pause = FIRST_PAUSE;
                heard(Heard::Said(said));
            }
        }
        heard(Heard::Lost);
        // Many pages do not come back at the same moment.
        timer::pause(pause + timer::jitter(pause / 4)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
