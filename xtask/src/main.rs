//! The project's commands: `cargo xtask help` lists them.

mod arguments;
mod bench;
mod build;
mod deny;
mod e2e;
mod policy;
mod process;
mod program;
mod report;
mod screenshot;
mod serve;
mod server;
mod setup;
mod size;
mod test;
mod verify;

use std::process::ExitCode;

use arguments::Arguments;

const HELP: &str = "\
cargo xtask <command>

  serve [--port N] [--release]   set up, build and serve the page; builds again when a file is saved
  serve --native                 the page on the native server, with its API and its journal
                                 (words after -- go to `playhead serve`)
  test [--only SUITE]...         all checks and tests; SUITE: format, clippy, clippy-wasm, native,
                                 browser, contract, e2e, size
                                 (words after -- go to Playwright)
  verify [--only STEP]...        the long checks: deny, model, dst, mutants, fuzz, hostile, kills, troubles,
                                 schemathesis
  build [--base /path/] [--connect ORIGIN]...
                                 dist/ for any static host, from any path; ORIGIN, such as https://api.example.com:
                                 the page may connect to these only
  bench                          the figures: sizes, paint, tables of 10,000 services, memory
  screenshot                     the README's picture, from the built page
  static [--root DIR] [--prefix /path/] [--port N] [--fallback 404|index]
                                 only serve a folder, as a static host would
  help                           this text
";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_default();
    let mut arguments = Arguments::new(words);
    let result = match name.as_str() {
        "serve" => serve::serve(&mut arguments),
        "static" => serve::folder(&mut arguments),
        "build" => build::release(&mut arguments),
        "test" => test::test(&mut arguments),
        "verify" => verify::verify(&mut arguments),
        "bench" => bench::bench(&mut arguments),
        "screenshot" => screenshot::screenshot(&mut arguments),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("unknown command {other}\n\n{HELP}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // The failing tests are already counted in the last line of `test`.
            if !failure.is_empty() {
                eprintln!("\nerror: {failure}");
            }
            ExitCode::FAILURE
        }
    }
}
