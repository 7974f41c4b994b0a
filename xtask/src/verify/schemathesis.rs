//! Schemathesis asks the native server what its own OpenAPI document allows and what it does not, and judges every answer
//! by the document: a server without tokens, one with tokens, asked by everybody there is, and one in front of another.
//! Seed and number of examples are fixed: the same program is asked the same.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};

use crate::process::{Failure, command, read, root, run, step, watch};
use crate::{build, setup};

use super::Figure;

/// How many examples each operation is tried with at most: where the program itself is what is asked about.
const MANY: u32 = 60;
/// The same where it is who asks, or by which way, and the program was asked that often already.
const SOME: u32 = 20;
/// The same where next to everything is answered alike.
const FEW: u32 = 5;
const SEED: &str = "1";
/// No 5xx, and nothing that the document does not say. Whether wrong requests are refused is not asked: fields that are
/// not known are passed over by design.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      unsupported_method,allow_header_conformance";

/// Which operations are asked.
type Operations = &'static [&'static str];
/// All there are: for who is let in nowhere, and where there is nothing but the contract's.
const ALL: Operations = &[];
/// All that have an end: a stream has none.
const ENDING: Operations = &["--exclude-operation-id", "get_x_events"];
/// Those of them that leave the world, and with it the ids, in place.
const LASTING: Operations = &[
    "--exclude-operation-id",
    "get_x_events",
    "--exclude-operation-id",
    "post_x_scenario",
    "--exclude-operation-id",
    "put_x_world",
];
/// The others of them, which are tried last.
const REPLACING: Operations = &["--include-operation-id", "post_x_scenario", "--include-operation-id", "put_x_world"];

/// A server with a world, quick, so that deployments end while it is asked.
const WORLD: [&str; 2] = ["--speed", "1000"];

/// Asks everything. Schemathesis prints how many answers it has judged; it tells no figure to be counted.
pub fn verify() -> Result<Vec<Figure>, Failure> {
    let tool = setup::schemathesis()?;
    let program = step("Build the native server", build::program)?;
    let folder = std::env::temp_dir().join(format!("playhead-verify-{}", std::process::id()));
    let kit = Kit { tool, program, folder };
    let results = [open(&kit), guarded(&kit), in_front(&kit)];
    let _ = fs::remove_dir_all(&kit.folder);
    all(results).map(|()| Vec::new())
}

/// A server without tokens.
fn open(kit: &Kit) -> Result<(), Failure> {
    let mut server = Server::start(kit, "open", &WORLD, None)?;
    server.learn_ids(None)?;
    all([
        server.ask("Ask everything that leaves the world in place", None, LASTING, MANY),
        server.ask("Ask what puts another world in its place", None, REPLACING, MANY),
    ])
}

/// A server with tokens: who has none, a wrong one, one to read with, one to act with.
fn guarded(kit: &Kit) -> Result<(), Failure> {
    let mut server = Server::start(kit, "guarded", &WORLD, None)?;
    let (reader, actor) = (server.token("read")?, server.token("act")?);
    server.learn_ids(Some(&reader))?;
    all([
        server.ask("Ask without a token", None, ALL, FEW),
        server.ask("Ask with a token that nobody has made", Some("playhead_unknown"), ALL, FEW),
        server.ask("Ask with a token that may read", Some(&reader), ENDING, SOME),
        server.ask("Ask with a token that may act", Some(&actor), LASTING, SOME),
        server.ask("Ask with it what puts another world in its place", Some(&actor), REPLACING, SOME),
    ])
}

/// A server in front of another one, both with tokens; then the same for reading only.
fn in_front(kit: &Kit) -> Result<(), Failure> {
    let mut behind = Server::start(kit, "behind", &WORLD, None)?;
    let token = behind.token("act")?;
    let api = behind.api();
    let ask = |title, name, more: &[&str], examples| {
        let arguments = [&["--upstream", &api], more].concat();
        let mut server = Server::start(kit, name, &arguments, Some(&token))?;
        let actor = server.token("act")?;
        server.learn_ids(Some(&actor))?;
        server.ask(title, Some(&actor), ALL, examples)
    };
    all([
        ask("Ask a server in front of another one", "in-front", &[], SOME),
        ask("Ask one in front that only reads", "reading", &["--read-only"], FEW),
        behind.is_there(),
    ])
}

/// The first failure, after all was tried.
fn all<const N: usize>(results: [Result<(), Failure>; N]) -> Result<(), Failure> {
    results.into_iter().collect()
}

/// What asks and what is asked, and where files go.
struct Kit {
    tool: PathBuf,
    program: PathBuf,
    folder: PathBuf,
}

/// A server to ask; it goes when nobody holds it.
struct Server<'a> {
    kit: &'a Kit,
    child: Child,
    /// Held, so that the server has somebody to print to.
    _output: BufReader<ChildStdout>,
    address: String,
    data: PathBuf,
}

impl Server<'_> {
    /// One on a folder of its own; with the token for the API behind it, where there is one.
    fn start<'a>(kit: &'a Kit, name: &str, arguments: &[&str], upstream: Option<&str>) -> Result<Server<'a>, Failure> {
        let data = kit.folder.join(name);
        fs::create_dir_all(&data).map_err(|error| format!("cannot create {}: {error}", data.display()))?;
        let log =
            fs::File::create(data.join("log")).map_err(|error| format!("cannot write the server's log: {error}"))?;
        let mut program = command(&kit.program);
        program.args(["serve", "--port", "0", "--data"]).arg(&data).args(arguments);
        program.envs(upstream.map(|token| ("PLAYHEAD_UPSTREAM_TOKEN", token)));
        let mut child = program
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("cannot start the server: {error}"))?;
        let mut output = BufReader::new(child.stdout.take().ok_or("the server has no output")?);
        // From here on it is ended however this ends.
        let mut line = String::new();
        let said = output.read_line(&mut line);
        let mut server = Server { kit, child, _output: output, address: String::new(), data };
        said.map_err(|error| format!("the server does not say where it is: {error}"))?;
        let address = line.split_whitespace().find(|word| word.starts_with("http://"));
        server.address = address.ok_or("the server does not say where it is")?.trim_end_matches('/').to_owned();
        Ok(server)
    }

    fn api(&self) -> String {
        format!("{}/api", self.address)
    }

    fn configuration(&self) -> PathBuf {
        self.data.join("schemathesis.toml")
    }

    /// Makes a token, as whoever runs a server does.
    fn token(&self, scope: &str) -> Result<String, Failure> {
        let mut create = command(&self.kit.program);
        let token = read(create.args(["token", "create", scope, "--scope", scope, "--data"]).arg(&self.data))?;
        Ok(token.trim().to_owned())
    }

    /// Looks which ids there are, with a token where one is needed, for all that is asked from then on.
    fn learn_ids(&self, token: Option<&str>) -> Result<(), Failure> {
        let script = root().join("xtask/src/verify/schemathesis.py");
        let mut learn = command(self.kit.tool.join("bin/python"));
        run(learn.arg(script).arg(self.api()).arg(self.configuration()).args(token))
    }

    /// Asks these operations with this token, and judges what is answered by the server's own document.
    fn ask(&mut self, title: &str, token: Option<&str>, only: Operations, examples: u32) -> Result<(), Failure> {
        let mut ask = command(self.kit.tool.join("bin/schemathesis"));
        ask.arg("--config-file").arg(self.configuration()).arg("run").arg(format!("{}/openapi.json", self.address));
        ask.args(["--url", &self.api(), "--checks", CHECKS, "--seed", SEED, "--max-examples", &examples.to_string()]);
        ask.args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--request-timeout", "10"]);
        ask.args(["--generation-database", "none", "--warnings", "off"]).args(only).current_dir(&self.data);
        if let Some(token) = token {
            ask.args(["--header", &format!("Authorization: Token {token}")]);
        }
        let answered = step(title, || match watch(&mut ask)? {
            (_, true) => Ok(()),
            (_, false) => Err("answers are not as the document says: see above".to_owned()),
        });
        all([self.is_there(), answered])
    }

    /// No answer at all may be what ends it.
    fn is_there(&mut self) -> Result<(), Failure> {
        match self.child.try_wait().map_err(|error| format!("lost the server: {error}"))? {
            Some(status) => Err(format!("the server ended by itself ({status})")),
            None => Ok(()),
        }
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
