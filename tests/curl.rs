//! The lines that the console copies are run by a shell, and do what the console does: what a server writes into its
//! journal is the same.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::process::{Command, Output};

use playhead::client::curl::line;
use playhead::client::unseen::unseen;
use playhead::client::{Item, Order};
use playhead::lifecycle::{Action, EnvironmentId, Kind, Scope, ServiceId, Source};
use serde_json::Value;

#[path = "kit/server.rs"]
mod kit;

use kit::{Folder, Server, program};

/// A shell runs the line, with the variables that it may use.
fn run(line: &str, variables: &[(&str, &str)]) -> Output {
    let mut shell = Command::new("bash");
    shell.args(["-eu", "-c", line]).env_remove("PLAYHEAD_API_URL").env_remove("PLAYHEAD_TOKEN");
    for (name, value) in variables {
        shell.env(name, value);
    }
    shell.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What was accepted, as it stands in the journal: the call without its headers.
fn accepted(folder: &Folder) -> Vec<(String, String, String)> {
    let journal = rusqlite::Connection::open(folder.0.join("journal.sqlite")).unwrap();
    let mut rows = journal.prepare("SELECT method, path, body FROM request ORDER BY number").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, text(&row.get::<_, Vec<u8>>(2)?)))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Orders of every shape, on the first environment of the shop.
fn orders(server: &Server) -> Vec<Order> {
    let environment = server.environments()[0].parse::<EnvironmentId>().unwrap();
    let services = server.results(&format!("/api/environment/{environment}/services"));
    let of = |word: &str, kind, source, version: Option<&str>| {
        let service = services.iter().find(|service| service["service_type"] == word).unwrap();
        Item { service: kit::id(service).parse::<ServiceId>().unwrap(), kind, source, version: version.map(Into::into) }
    };
    let application = of("APPLICATION", Kind::Application, Source::Git, None);
    let container = of("CONTAINER", Kind::Container, Source::Image, None);
    let commits = server.results(&format!("/api/application/{}/commit", application.service));
    let commit = commits[2]["git_commit_id"].as_str().unwrap();
    let chosen = Item { version: Some(commit.into()), ..application.clone() };
    let order = |action, scope, items: &[&Item]| Order {
        environment,
        action,
        scope,
        items: items.iter().map(|item| (*item).clone()).collect(),
        force: false,
    };
    vec![
        order(Action::Redeploy, Scope::Environment, &[]),
        Order { force: true, ..order(Action::Cancel, Scope::Environment, &[]) },
        order(Action::Restart, Scope::Service, &[&application]),
        order(Action::DeployVersion, Scope::Service, &[&chosen]),
        order(Action::DeployLatest, Scope::Environment, &[&chosen]),
        order(Action::Stop, Scope::Subset, &[&application, &container]),
    ]
}

#[test]
fn a_copied_line_does_what_the_console_does() {
    let (by_shell, by_console) = (Folder::new(), Folder::new());
    let (shell, console) = (Server::start(&by_shell.0, &[]), Server::start(&by_console.0, &[]));
    let address = format!("{}/api", shell.address);
    let orders = orders(&shell);
    for (turn, order) in orders.iter().enumerate() {
        let request = order.request().unwrap();
        // Where the server is not known, the line leaves it to whoever runs it.
        let base = (turn % 2 == 0).then_some(address.as_str());
        let ran = run(&line(&request, base, None), &[("PLAYHEAD_API_URL", &address)]);
        assert!(ran.status.success(), "{order:?}: {}{}", text(&ran.stdout), text(&ran.stderr));
        let mut asked = console.ask(request.method.name(), &format!("/api{}", request.path));
        if !request.body.is_empty() {
            asked = asked.json(&text(&request.body));
        }
        assert!(asked.send().status < 300, "{order:?}");
    }
    let accepted_by_shell = accepted(&by_shell);
    assert_eq!(accepted_by_shell.len(), orders.len());
    assert_eq!(accepted_by_shell, accepted(&by_console));
}

#[test]
fn a_line_has_no_token_but_takes_the_shells() {
    let folder = Folder::new();
    let made =
        program().args(["token", "create", "shell", "--scope", "act", "--data"]).arg(&folder.0).output().unwrap();
    let token = text(&made.stdout).trim().to_owned();
    let server = Server::start(&folder.0, &[]);
    let environment = {
        let organization = kit::id(&server.ask("GET", "/api/organization").token(&token).send().json()["results"][0]);
        let path = format!("/api/organization/{organization}/project");
        let project = kit::id(&server.ask("GET", &path).token(&token).send().json()["results"][0]);
        let path = format!("/api/project/{project}/environment");
        kit::id(&server.ask("GET", &path).token(&token).send().json()["results"][0])
    };
    let request = Order {
        environment: environment.parse().unwrap(),
        action: Action::Redeploy,
        scope: Scope::Environment,
        items: Vec::new(),
        force: false,
    }
    .request()
    .unwrap();
    let base = format!("{}/api", server.address);
    let line = line(&request, Some(&base), Some("Token"));
    assert!(!line.contains(&token));
    assert!(run(&line, &[("PLAYHEAD_TOKEN", &token)]).status.success());
    // A refusal is a failure of the line, with the server's words on its output.
    let refused = run(&line, &[("PLAYHEAD_TOKEN", "not-this-one")]);
    assert!(!refused.status.success());
    let body: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(body["status"], 401);
}

#[test]
fn nothing_in_a_line_is_anything_but_text_to_a_shell() {
    let hostile = [
        "'; exit 7; '",
        "$(id)",
        "`id`",
        "a\\'b",
        "\"; exit 7; \"",
        "!! \u{202e} \u{7}",
        "x\u{7f}\u{7f}\u{9b}A\u{200b}",
    ];
    for words in hostile {
        let item =
            Item { service: ServiceId(1), kind: Kind::Container, source: Source::Image, version: Some(words.into()) };
        let order = Order {
            environment: EnvironmentId(1),
            action: Action::DeployVersion,
            scope: Scope::Service,
            items: vec![item],
            force: false,
        };
        let request = order.request().unwrap();
        let base = "http://api.example.com/$(id)'";
        // In the place of curl something that tells its words, each with a NUL at its end.
        let line = format!("curl() {{ printf '%s\\0' \"$@\"; }}; {}", line(&request, Some(base), Some("Bearer")));
        // Nothing in it is a key when a terminal is given it.
        assert!(!line.contains(|character| character != '\n' && unseen(' ', character)), "{line:?}");
        let ran = run(&line, &[("PLAYHEAD_TOKEN", "t0ken $(id) '")]);
        assert!(ran.status.success(), "{words}: {}", text(&ran.stderr));
        let told = text(&ran.stdout);
        let mut told: Vec<&str> = told.trim_end_matches('\0').split('\0').collect();
        let body = told.pop().and_then(|body| serde_json::from_str::<Value>(body).ok());
        assert_eq!(body, serde_json::from_slice(&request.body).ok(), "{words}");
        let url = format!("{base}{}", request.path);
        assert_eq!(
            told,
            [
                "--fail-with-body",
                "--request",
                "POST",
                &url,
                "--header",
                "Authorization: Bearer t0ken $(id) '",
                "--header",
                "Content-Type: application/json",
                "--data"
            ]
        );
    }
}
