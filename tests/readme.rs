//! The lines to type that the README's tables name are understood: by the program, and by the server.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::process::{Command, Stdio};

#[path = "kit/server.rs"]
mod kit;
#[path = "kit/readme.rs"]
mod readme;

#[test]
fn every_command_line_of_the_table_is_understood() {
    let lines = readme::lines();
    assert!(lines.len() >= 12, "{lines:?}");
    // All at once: each asks three times before it gives up.
    let begun = lines.into_iter().map(|line| {
        let given = line.replace("ENV", "staging").replace("SERVICE", "web").replace("SHA", "0af3");
        let mut program = kit::program();
        program.args(given.split(' '));
        program.args(["--api-url", "http://127.0.0.1:1/api", "--organization", "o", "--project", "p"]);
        (line, program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
    });
    for (line, child) in begun.collect::<Vec<_>>() {
        let output = child.wait_with_output().unwrap();
        // Understood, and nobody is there: a line with a mistake in it would be refused before (2).
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "playhead {line}: {told}");
    }
}

#[test]
fn every_call_of_the_table_is_what_it_says() {
    let folder = kit::Folder::new();
    let server = kit::Server::start(&folder.0, &[]);
    let environment = server.environments()[0].clone();
    let services = server.results(&format!("/api/environment/{environment}/services"));
    let of = |word: &str| kit::id(services.iter().find(|service| service["service_type"] == word).unwrap()).to_owned();
    let (application, container) = (of("APPLICATION"), of("CONTAINER"));
    let commits = server.results(&format!("/api/application/{application}/commit"));
    let whole = server.ask("GET", &format!("/api/container/{container}")).send().json();
    // One runs, and the other waits.
    let asked = [format!("container/{container}"), format!("application/{application}")].map(|service| {
        let answer = server.ask("POST", &format!("/api/{service}/restart-service")).send();
        answer.header("x-playhead-request").unwrap().to_owned()
    });
    let calls = readme::calls();
    assert!(calls.len() >= 20, "{calls:?}");
    for call in calls {
        let mut shell = Command::new("bash");
        shell.args(["-u", "-c", &format!("{}\napi {call}", readme::api())]);
        let variables = [
            ("PLAYHEAD_API_URL", format!("{}/api", server.address)),
            ("PLAYHEAD_TOKEN", String::new()),
            ("ENV", environment.clone()),
            ("SERVICE", container.clone()),
            ("APPLICATION", application.clone()),
            ("SHA", commits[1]["git_commit_id"].as_str().unwrap().to_owned()),
            ("TAG", whole["tag"].as_str().unwrap().to_owned()),
            ("REQUEST", asked[1].clone()),
        ];
        let output = shell.envs(variables).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        // A refusal of the law is an answer to the call; anything else would mean that there is no such call.
        assert!(output.status.success() || told.contains("error: 409"), "api {call}: {told}");
    }
}
