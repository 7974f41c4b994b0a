//! A server with only the public contract: a thin layer in front of a real `playhead serve`. It hides the paths and headers
//! of our own, writes down when it was asked what, and bends answers as a test says.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use playhead::api::routes::encode;
use playhead::api::{Method, Request, Response};
use serde_json::Value;

use super::host::{Ran, bare, ran, read, written};
use super::kit::{Asking, Folder, Server};

/// How long anything is waited for.
const DEADLINE: Duration = Duration::from_secs(60);

/// A request that came, and when.
pub struct Seen {
    pub at: Instant,
    pub method: Method,
    pub path: String,
}

/// Changes an answer of the server, or makes one of its own.
pub type Bend = Box<dyn Fn(&Request, Response) -> Response + Send + Sync>;

struct Layer {
    /// Where the server is; that it ends with the test is not the layer's, whose thread never ends.
    behind: String,
    seen: Mutex<Vec<Seen>>,
    /// The status that paths of our own are answered with.
    hidden: u16,
    bend: Bend,
}

pub struct Thin {
    server: Server,
    layer: Arc<Layer>,
    pub url: String,
    _data: Folder,
}

impl Thin {
    /// A server of the scenario `shop` that runs so many times as fast as real time.
    pub fn open(speed: &str, hidden: u16, bend: Bend) -> Thin {
        let data = Folder::new();
        let server = Server::start(&data.0, &["--speed", speed]);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        let behind = server.address.clone();
        let layer = Arc::new(Layer { behind, seen: Mutex::default(), hidden, bend });
        let served = layer.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let layer = served.clone();
                std::thread::spawn(move || layer.serve(stream));
            }
        });
        Thin { server, layer, url, _data: data }
    }

    /// One whose answers are the server's own.
    pub fn straight(speed: &str) -> Thin {
        Thin::open(speed, 404, Box::new(|_, response| response))
    }

    /// One that changes the JSON of the answers to paths with this end.
    pub fn bent(end: &'static str, change: impl Fn(&mut Value) + Send + Sync + 'static) -> Thin {
        Thin::open(
            "1000",
            404,
            Box::new(move |request, mut response| {
                if request.path.ends_with(end) && response.is_ok() {
                    let mut body = serde_json::from_slice(&response.body).unwrap();
                    change(&mut body);
                    response.body = serde_json::to_vec(&body).unwrap();
                }
                response
            }),
        )
    }

    pub fn command(&self, arguments: &str) -> Command {
        let mut command = bare(arguments);
        command.env("PLAYHEAD_API_URL", &self.url).env("XDG_CONFIG_HOME", "/nowhere");
        command
    }

    pub fn run(&self, arguments: &str) -> Ran {
        ran(&mut self.command(arguments))
    }

    /// What was asked so far.
    pub fn seen<T>(&self, look: impl FnOnce(&[Seen]) -> T) -> T {
        look(&self.layer.seen.lock().unwrap())
    }

    /// How many actions were sent so far.
    pub fn actions(&self) -> usize {
        self.seen(|seen| seen.iter().filter(|one| one.method != Method::Get).count())
    }

    /// The server behind it.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Waits until nothing is in progress in an environment.
    pub fn idle(&self, environment: &str) {
        let deadline = Instant::now() + DEADLINE;
        let path = format!("/api/environment/{environment}/status");
        loop {
            let state = self.server().get(&path).json()["state"].as_str().unwrap().to_owned();
            if !(state.ends_with("ING") || state.ends_with("QUEUED")) {
                return;
            }
            assert!(Instant::now() < deadline, "{environment} is still {state}");
            std::thread::yield_now();
        }
    }
}

impl Layer {
    /// Answers the requests of a connection, one after another.
    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut writer = stream;
        loop {
            let request = read(&mut reader)?;
            let seen = Seen { at: Instant::now(), method: request.method, path: request.path.clone() };
            self.seen.lock().unwrap().push(seen);
            let response = self.answer(&request);
            writer.write_all(&written(response)).ok()?;
        }
    }

    fn answer(&self, request: &Request) -> Response {
        if request.path == "/api/x" || request.path.starts_with("/api/x/") {
            return Response::new(self.hidden);
        }
        let mut url = format!("{}{}", self.behind, request.path);
        for (place, (name, value)) in request.query.iter().enumerate() {
            url.push(if place == 0 { '?' } else { '&' });
            encode(name, &mut url);
            url.push('=');
            encode(value, &mut url);
        }
        let passed = ["authorization", "content-type"];
        let headers = request.headers.iter().filter(|(name, _)| passed.contains(&name.to_lowercase().as_str()));
        let method = request.method.name().to_owned();
        let asking = Asking { url, method, headers: headers.cloned().collect(), body: request.body.clone() };
        let answer = asking.send();
        (self.bend)(request, Response::new(answer.status).with_body(answer.body))
    }
}
