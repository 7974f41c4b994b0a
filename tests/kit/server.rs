//! The native program as a process: a server of its own, asked over real HTTP.
#![allow(dead_code)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// A folder that goes with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("playhead-server-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

/// A folder with a console in it: an empty page, and the headers that a host sends with it.
pub fn console() -> Folder {
    let folder = Folder::new();
    let headers =
        "/*\n  Content-Security-Policy: script-src 'self'; connect-src 'self' https:; base-uri 'self'\n  X-Told: so\n";
    for (name, text) in [("index.html", "<!doctype html><html><head></head></html>"), ("_headers", headers)] {
        std::fs::write(folder.0.join(name), text).unwrap();
    }
    folder
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server that runs, and is killed with the test.
pub struct Server {
    pub child: Child,
    /// Such as `http://127.0.0.1:4711`.
    pub address: String,
    pub output: BufReader<std::process::ChildStdout>,
}

pub fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_playhead"));
    let names =
        ["PLAYHEAD_DATA", "PLAYHEAD_API_URL", "PLAYHEAD_TOKEN", "PLAYHEAD_UPSTREAM_TOKEN", "QOVERY_CLI_ACCESS_TOKEN"];
    for name in names {
        program.env_remove(name);
    }
    program
}

impl Server {
    pub fn start(data: &Path, more: &[&str]) -> Server {
        Server::run(&mut program(), data, more)
    }

    /// The same by a command with an environment of its own.
    pub fn run(command: &mut Command, data: &Path, more: &[&str]) -> Server {
        command.args(["serve", "--port", "0", "--data"]).arg(data).args(more);
        let log = std::fs::File::options().create(true).append(true).open(data.join("log")).unwrap();
        Server::spawn(command.stderr(log), data)
    }

    pub fn spawn(command: &mut Command, data: &Path) -> Server {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address =
            line.split_whitespace().find(|word| word.starts_with("http")).map(|word| word.trim_end_matches('/'));
        let log = || std::fs::read_to_string(data.join("log")).unwrap_or_default();
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}: {}", log())).to_owned();
        Server { child, address, output }
    }

    pub fn ask(&self, method: &str, path: &str) -> Asking {
        Asking {
            url: format!("{}{path}", self.address),
            method: method.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send()
    }

    pub fn results(&self, path: &str) -> Vec<Value> {
        self.get(path).json()["results"].as_array().unwrap().clone()
    }

    pub fn environments(&self) -> Vec<String> {
        let organization = id(&self.results("/api/organization")[0]);
        let project = id(&self.results(&format!("/api/organization/{organization}/project"))[0]);
        self.results(&format!("/api/project/{project}/environment")).iter().map(id).collect()
    }

    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token of the server's own.
pub fn made_token(data: &Path, name: &str, scope: &str) -> String {
    let output = program().args(["token", "create", name, "--scope", scope, "--data"]).arg(data).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What a program that ends by itself has printed; one that has not ended after ten seconds is killed.
pub fn output_of(command: &mut Command) -> std::process::Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while child.try_wait().unwrap().is_none() {
        if std::time::Instant::now() > deadline {
            child.kill().unwrap();
            panic!("{command:?} does not end: {:?}", child.wait_with_output().unwrap());
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

/// Looks again and again whether something is so; it has ten seconds to become so.
pub fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !so() {
        assert!(std::time::Instant::now() < deadline, "not within ten seconds: {what}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

#[derive(Clone)]
pub struct Asking {
    pub url: String,
    pub method: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Asking {
    pub fn with(mut self, name: &str, value: &str) -> Asking {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn token(self, token: &str) -> Asking {
        self.with("Authorization", &format!("Token {token}"))
    }

    pub fn json(mut self, body: &str) -> Asking {
        self.body = body.as_bytes().to_vec();
        self.with("Content-Type", "application/json")
    }

    pub fn try_send(self) -> Result<Answer, ureq::Error> {
        // No pool and no decompression: what comes over the wire is what is looked at.
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(0).build().into();
        let mut request = ureq::http::Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = agent.run(request.body(self.body).unwrap())?;
        let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap().to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let status = response.status().as_u16();
        Ok(Answer { status, headers, body: response.body_mut().with_config().limit(1 << 30).read_to_vec()? })
    }

    pub fn send(self) -> Answer {
        self.try_send().unwrap()
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
