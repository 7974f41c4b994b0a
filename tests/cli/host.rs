//! A server in the test's process, and the program against it. Its clock is turned by hand: a fixed step per request.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use playhead::api::routes::decode;
use playhead::api::{Endpoint, Method, Request, Response};
use playhead::backend::Backend;
use serde_json::Value;

const NOW: i64 = 1_790_000_000_000;
/// World milliseconds per request, unless the clock stands still.
const STEP: i64 = 2_000;
pub const TOKEN: &str = "s3cret-token-of-the-test";

struct World {
    backend: Backend,
    now: i64,
    requests: Vec<Request>,
    /// World milliseconds per request.
    step: i64,
    /// Whether answers to actions are lost.
    deaf: bool,
    /// Whether it is a server without the paths of our own.
    plain: bool,
    /// Every so many reads of it are answered with 503; 0: none.
    shaky: usize,
    /// What somebody else sends, just before the next action comes.
    overtaker: Option<Request>,
    /// What becomes of the answers to the first reads after an action.
    spoils: VecDeque<Spoil>,
}

/// Makes something else of a body.
pub type Spoil = fn(Vec<u8>) -> Vec<u8>;

/// A server with a world.
pub struct Host {
    world: Arc<Mutex<World>>,
    pub url: String,
    folder: PathBuf,
}

impl Host {
    pub fn open(scenario: &str) -> Host {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        let backend = Backend::scenario(scenario, 1, NOW);
        let world = Arc::new(Mutex::new(World {
            backend,
            now: NOW,
            requests: Vec::new(),
            step: STEP,
            deaf: false,
            plain: false,
            shaky: 0,
            overtaker: None,
            spoils: VecDeque::new(),
        }));
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("playhead-cli-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let served = world.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let world = served.clone();
                std::thread::spawn(move || serve(stream, &world));
            }
        });
        Host { world, url, folder }
    }

    /// The same without the paths of our own.
    pub fn plain(self) -> Host {
        self.world.lock().unwrap().plain = true;
        self
    }

    /// The same with a clock that stands still.
    pub fn still(self) -> Host {
        self.world.lock().unwrap().step = 0;
        self
    }

    /// The same with a connection that breaks before an action is answered.
    pub fn deaf(self) -> Host {
        self.world.lock().unwrap().deaf = true;
        self
    }

    /// The same with failing reads: every so many.
    pub fn shaky(self, every: usize) -> Host {
        self.world.lock().unwrap().shaky = every;
        self
    }

    /// The same with answers to the first reads after an action that are not what the server wrote.
    pub fn spoiled(self, spoils: impl IntoIterator<Item = Spoil>) -> Host {
        self.world.lock().unwrap().spoils.extend(spoils);
        self
    }

    /// How many answers are still to be spoiled.
    pub fn unspoiled(&self) -> usize {
        self.world.lock().unwrap().spoils.len()
    }

    /// Lets somebody else's request come just before the next action.
    pub fn overtake(&self, request: Request) {
        self.world.lock().unwrap().overtaker = Some(request);
    }

    /// What was asked so far, but for reads.
    pub fn actions(&self) -> Vec<Request> {
        let world = self.world.lock().unwrap();
        world.requests.iter().filter(|request| request.method != Method::Get).cloned().collect()
    }

    /// Whether nothing but reads came since the last action.
    pub fn is_read(&self) -> bool {
        let world = self.world.lock().unwrap();
        world.requests.last().is_some_and(|request| request.method == Method::Get)
    }

    /// Asks the backend itself.
    pub fn ask(&self, request: &Request) -> Value {
        let mut world = self.world.lock().unwrap();
        let now = world.now;
        let response = world.backend.handle(request, now);
        assert!(response.is_ok(), "{request:?}: {}", String::from_utf8_lossy(&response.body));
        serde_json::from_slice(&response.body).unwrap_or(Value::Null)
    }

    /// Lets every service fail in this way.
    pub fn fault(&self, name: &str) {
        let body = format!(r#"{{"{name}": ["*"]}}"#);
        self.ask(&Endpoint::SetFaults.request(&[]).with_body(body));
    }

    /// A file of this test.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The program with these arguments, in an environment that says nothing else.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = bare(arguments);
        command.env("PLAYHEAD_API_URL", &self.url).env("PLAYHEAD_TOKEN", TOKEN).env("PLAYHEAD_ACTOR", "Ada Example");
        command.env("XDG_CONFIG_HOME", &self.folder);
        command
    }

    /// Runs it.
    pub fn run(&self, arguments: &str) -> Ran {
        ran(&mut self.command(arguments))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The program with arguments and an empty environment.
pub fn bare(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_playhead"));
    command.args(arguments.split_whitespace()).env_clear().stdin(Stdio::null());
    command
}

/// How it ended, and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a command; whatever it says holds no token and no escape sequence.
pub fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: status.code(), out: text(stdout), err: text(stderr) };
    let all = format!("{}{}", ran.out, ran.err);
    assert!(!all.contains(TOKEN), "the token is printed: {all}");
    assert!(!all.contains('\u{1b}'), "nobody looks at a terminal: {all}");
    assert!(!all.contains("panicked"), "{all}");
    ran
}

impl Ran {
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{self:?}");
        let told = self.err.contains("error: ") || self.error().is_some();
        assert_eq!(code != 0, told, "{self:?}");
        self
    }

    /// The words of an error as JSON: all that the standard error has then.
    pub fn error(&self) -> Option<(String, u64)> {
        let told: Value = serde_json::from_str(&self.err).ok()?;
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        Some((told["error"].as_str()?.to_owned(), told["code"].as_u64()?))
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Ran {
        assert!(self.out.contains(words), "{words:?} is not in {self:?}");
        self
    }

    #[track_caller]
    pub fn tells(self, words: &str) -> Ran {
        assert!(self.err.contains(words), "{words:?} is not in {self:?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Answers the requests of a connection, one after another.
fn serve(stream: TcpStream, world: &Mutex<World>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let request = read(&mut reader)?;
        let acts = request.method != Method::Get;
        let response = answer(request, &mut world.lock().unwrap());
        if acts && world.lock().unwrap().deaf {
            return None;
        }
        writer.write_all(&written(response)).ok()?;
    }
}

/// An answer as it goes over the wire, in one piece: two would wait for each other's acknowledgement.
pub fn written(response: Response) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} .\r\nContent-Length: {}\r\n", response.status, response.body.len());
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.into_bytes(), response.body].concat()
}

/// Reads a request off a connection; `None`: nobody asks any more.
pub fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let method = Method::from_name(words.next()?)?;
    let target = words.next()?.to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut request = Request::new(method, path);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        request.query.push((decode(name)?, decode(value)?));
    }
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = request.header("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn answer(mut request: Request, world: &mut World) -> Response {
    let Some(path) = request.path.strip_prefix("/api").map(str::to_owned) else { return Response::new(404) };
    request.path = path;
    if request.header("Authorization") != Some(&format!("Token {TOKEN}")) {
        return Response::new(401);
    }
    world.requests.push(request.clone());
    world.now += world.step;
    if world.plain && request.path.starts_with("/x/") {
        return Response::new(404);
    }
    let reads = world.requests.len();
    if world.shaky > 0 && request.method == Method::Get && reads.is_multiple_of(world.shaky) {
        return Response::new(503);
    }
    let now = world.now;
    if request.method != Method::Get
        && let Some(first) = world.overtaker.take()
    {
        assert!(world.backend.handle(&first, now).is_ok());
    }
    let mut response = world.backend.handle(&request, now);
    let acted = world.requests.iter().any(|request| request.method != Method::Get);
    if acted
        && request.method == Method::Get
        && let Some(spoil) = world.spoils.pop_front()
    {
        response.body = spoil(response.body);
    }
    if world.plain {
        response.headers.retain(|(name, _)| !name.starts_with("X-Playhead"));
    }
    response
}
