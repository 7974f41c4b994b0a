//! What arrives at the native server twice with one key is done once, as a browser and some proxies send it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "kit/server.rs"]
mod kit;
#[path = "kit/upstream.rs"]
mod upstream;

use kit::{Folder, Server, made_token, program};
use upstream::Upstream;

const KEY: &str = "Idempotency-Key";
const REQUEST: &str = "X-Playhead-Request";

/// A server's environment, and a version for an application in it: that may be asked for again and again, and waits.
struct Place {
    environment: String,
    deploy: String,
    version: String,
}

impl Place {
    fn of(server: &Server, token: Option<&str>) -> Place {
        let get = |path: String| {
            let ask = server.ask("GET", &path);
            let answer = token.map_or_else(|| server.get(&path), |token| ask.token(token).send());
            answer.json()["results"].as_array().unwrap().clone()
        };
        let organization = kit::id(&get("/api/organization".into())[0]);
        let project = kit::id(&get(format!("/api/organization/{organization}/project"))[0]);
        let environments = get(format!("/api/project/{project}/environment"));
        let environment = kit::id(environments.iter().find(|one| one["name"] == "staging").unwrap());
        let services = get(format!("/api/environment/{environment}/services"));
        let application = kit::id(services.iter().find(|one| one["service_type"] == "APPLICATION").unwrap());
        let commits = get(format!("/api/application/{application}/commit"));
        let version = serde_json::json!({ "git_commit_id": commits[1]["git_commit_id"] }).to_string();
        Place { environment, deploy: format!("/api/application/{application}/deploy"), version }
    }

    /// How many requests stand in the history and the queue.
    fn asked_for(&self, server: &Server) -> usize {
        let lists = ["deploymentHistoryV2", "deploymentQueue"];
        let of =
            |list: &&str| server.results(&format!("/api/environment/{}/{list}?pageSize=100", self.environment)).len();
        lists.iter().map(of).sum()
    }
}

#[test]
fn an_action_that_arrives_again_is_not_done_again_and_is_answered_as_the_first_time() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let place = Place::of(&server, None);
    let before = place.asked_for(&server);
    let ask = |key: &str| {
        let answer = server.ask("POST", &place.deploy).with(KEY, key).json(&place.version).send();
        assert_eq!(answer.status, 202, "{}", answer.text());
        (answer.header(REQUEST).map(str::to_owned), answer.body)
    };
    let first = ask("one");
    assert_eq!(ask("one"), first);
    assert_eq!(place.asked_for(&server), before + 1);
    // Another key is another request; an empty one is none.
    for key in ["two", "", ""] {
        assert_ne!(ask(key).0, first.0);
    }
    assert_eq!(place.asked_for(&server), before + 4);
}

#[test]
fn a_refusal_is_answered_again_and_a_key_belongs_to_one_path_and_body() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let place = Place::of(&server, None);
    let path = format!("/api/environment/{}/cancelDeployment", place.environment);
    let cancel = |body: &str| server.ask("POST", &path).with(KEY, "one").json(body).send();
    let refused = cancel("{}");
    assert_eq!(refused.status, 409, "nothing runs yet: {}", refused.text());
    assert_eq!(server.ask("POST", &place.deploy).with(KEY, "one").send().status, 202);
    let again = cancel("{}");
    assert_eq!((again.status, again.text()), (409, refused.text()));
    assert_eq!(cancel(r#"{"force_cancel":false}"#).status, 202);
}

#[test]
fn a_key_is_its_visitors_own() {
    let folder = Folder::new();
    let tokens = ["first", "second"].map(|name| made_token(&folder.0, name, "act"));
    let reader = made_token(&folder.0, "reader", "read");
    let server = Server::start(&folder.0, &[]);
    let place = Place::of(&server, Some(&tokens[0]));
    let ask = |token: &str| server.ask("POST", &place.deploy).token(token).with(KEY, "one").json(&place.version).send();
    let [first, second] = [&tokens[0], &tokens[1]].map(|token| ask(token));
    assert_eq!((first.status, second.status), (202, 202));
    assert_ne!(first.header(REQUEST), second.header(REQUEST));
    // Whoever may not act learns nothing by a key that somebody used.
    assert_eq!(ask(&reader).status, 403);
}

#[test]
fn what_was_accepted_with_a_key_is_not_done_again_after_a_kill() {
    const CANARY: &str = "key-canary-5b1e";
    let folder = Folder::new();
    let mut server = Server::start(&folder.0, &[]);
    let place = Place::of(&server, None);
    let before = place.asked_for(&server);
    let ask = |server: &Server, key: &str| {
        let answer = server.ask("POST", &place.deploy).with(KEY, key).json(&place.version).send();
        assert_eq!(answer.status, 202, "{}", answer.text());
        let own = ["date", "x-request-id"];
        let headers: Vec<_> = answer.headers.into_iter().filter(|(name, _)| !own.contains(&name.as_str())).collect();
        assert!(headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(REQUEST)), "{headers:?}");
        (headers, answer.body)
    };
    // The first is carried out, the second waits behind it.
    let first = [CANARY, "two"].map(|key| ask(&server, key));
    for _ in 0..2 {
        server.kill();
        server = Server::start(&folder.0, &[]);
        assert_eq!([CANARY, "two"].map(|key| ask(&server, key)), first);
        assert_eq!(place.asked_for(&server), before + 2);
    }
    let journal = || rusqlite::Connection::open(folder.0.join("journal.sqlite")).unwrap();
    let requests = || journal().query_row("SELECT count(*) FROM request", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(requests(), 2);
    assert_ne!(ask(&server, "three"), first[1]);
    server.kill();
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "a key was written down");
    }
    // As if eleven minutes had passed: then a key is a new one.
    journal().execute("UPDATE request SET asked = asked - 660000", []).unwrap();
    let server = Server::start(&folder.0, &[]);
    assert_ne!(ask(&server, CANARY), first[0]);
    assert_eq!(requests(), 4);
}

#[test]
fn what_is_passed_on_is_passed_on_once() {
    let (folder, upstream) = (Folder::new(), Upstream::start());
    let mut command = program();
    let server =
        Server::run(command.env("PLAYHEAD_UPSTREAM_TOKEN", "canary"), &folder.0, &["--upstream", &upstream.address]);
    upstream.will_answer(202, &[("Content-Type", "application/json")], r#"{"id":"first"}"#);
    let ask = |key: &str| server.ask("POST", "/api/environment/e-1/redeploy").with(KEY, key).send();
    assert_eq!(ask("one").text(), r#"{"id":"first"}"#);
    assert_eq!(ask("one").text(), r#"{"id":"first"}"#);
    let asked = upstream.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].header(KEY), None, "the key is between the page and this server");
    ask("two");
    assert_eq!(upstream.asked().len(), 1);
}
