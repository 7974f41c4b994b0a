//! Schemathesis asks the native server what its own OpenAPI document allows and what it does not, and judges every answer
//! by the document. Seed and number of examples are fixed: the same program is asked the same.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::process::{Failure, command, root, step, watch};
use crate::{build, setup};

use super::Figure;

/// How many examples each operation is tried with at most.
const EXAMPLES: &str = "60";
const SEED: &str = "1";
/// No 5xx, and nothing that the document does not say. Whether wrong requests are refused is not asked: fields that are
/// not known are passed over by design.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      unsupported_method,allow_header_conformance";
/// Operations that end the world the ids are of, and are tried after all others.
const ENDING: [&str; 2] = ["post_x_scenario", "put_x_world"];
/// A stream without an end.
const STREAM: &str = "get_x_events";

/// Asks everything. Schemathesis prints how many answers it has judged; it tells no figure to be counted.
pub fn verify() -> Result<Vec<Figure>, Failure> {
    let tool = setup::schemathesis()?;
    let program = step("Build the native server", build::program)?;
    let folder = std::env::temp_dir().join(format!("playhead-verify-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    let result = with_server(&tool, &program, &folder);
    let _ = fs::remove_dir_all(&folder);
    result.map(|()| Vec::new())
}

fn with_server(tool: &Path, program: &Path, folder: &Path) -> Result<(), Failure> {
    let log =
        fs::File::create(folder.join("log")).map_err(|error| format!("cannot write the server's log: {error}"))?;
    let mut child = command(program)
        .args(["serve", "--port", "0", "--speed", "1000", "--data"])
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .map_err(|error| format!("cannot start the server: {error}"))?;
    let result = ask(tool, folder, &mut child);
    let _ = child.kill();
    let _ = child.wait();
    result
}

fn ask(tool: &Path, folder: &Path, child: &mut Child) -> Result<(), Failure> {
    // Held to the end, so that the server has somebody to print to.
    let mut output = BufReader::new(child.stdout.take().ok_or("the server has no output")?);
    let mut line = String::new();
    output.read_line(&mut line).map_err(|error| format!("the server does not say where it is: {error}"))?;
    let address = line.split_whitespace().find(|word| word.starts_with("http://"));
    let address = address.ok_or("the server does not say where it is")?.trim_end_matches('/');
    let api = format!("{address}/api");
    let configuration = folder.join("schemathesis.toml");
    let script = root().join("xtask/src/verify/schemathesis.py");
    crate::process::run(command(tool.join("bin/python")).arg(script).arg(&api).arg(&configuration))?;
    let run = |only: &[&str]| {
        let mut run = command(tool.join("bin/schemathesis"));
        run.arg("--config-file").arg(&configuration).arg("run").arg(format!("{address}/openapi.json"));
        run.args(["--url", &api, "--checks", CHECKS, "--seed", SEED, "--max-examples", EXAMPLES]);
        run.args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--request-timeout", "10"]);
        run.args(["--generation-database", "none", "--warnings", "off"]).args(only).current_dir(folder);
        match watch(&mut run)? {
            (_, true) => Ok(()),
            (_, false) => Err("answers are not as the document says: see above".to_owned()),
        }
    };
    let all = step("Ask everything that leaves the world in place", || {
        run(&[
            "--exclude-operation-id",
            STREAM,
            "--exclude-operation-id",
            ENDING[0],
            "--exclude-operation-id",
            ENDING[1],
        ])
    });
    let ending = step("Ask what puts another world in its place", || {
        run(&["--include-operation-id", ENDING[0], "--include-operation-id", ENDING[1]])
    });
    let alive = child.try_wait().map_err(|error| format!("lost the server: {error}"))?;
    match alive {
        Some(status) => Err(format!("the server ended by itself ({status})")),
        None => all.and(ending),
    }
}
