//! The request of an action, kept in a file: a cancel by it is of that request, and of no other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, mpsc};

use playhead::api::{Endpoint, Method};
use serde_json::Value;

use super::host::{Host, ran};
use super::id_of;
use super::kit::Asking;
use super::thin::Thin;

/// A world in which a redeploy of staging runs and stands still; a version of payments that can be deployed meanwhile.
fn busy(plain: bool) -> (Host, String) {
    let host = Host::open("shop").still();
    let list = host.run("service list -e staging --json").ends_with(0).json();
    let commits = host.ask(&Endpoint::Commits.request(&["application", &id_of(&list, "payments")]));
    let commit = commits["results"][2]["git_commit_id"].as_str().unwrap();
    let deploy = format!("application deploy payments -e staging --commit {commit}");
    host.run("environment redeploy staging").ends_with(0).says("it runs");
    (if plain { host.plain() } else { host }, deploy)
}

/// The requests that wait in staging.
fn waiting(host: &Host) -> Vec<String> {
    let list = host.run("environment queue staging --json").ends_with(0).json();
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn status(host: &Host) -> String {
    host.run("environment history staging --limit 1 --json").ends_with(0).json()[0]["action_status"].to_string()
}

fn written(file: &Path) -> String {
    fs::read_to_string(file).unwrap().trim().to_owned()
}

#[test]
fn a_request_that_waits_is_taken_back_and_what_runs_goes_on() {
    for plain in [false, true] {
        let (host, deploy) = busy(plain);
        let file = host.file("request");
        let keep = format!("--request-file {}", file.display());
        // Somebody else's waits for the same service, before it and behind it.
        host.run(&deploy).ends_with(0);
        host.run(&format!("{deploy} {keep}")).ends_with(0);
        host.run(&deploy).ends_with(0);
        let before = waiting(&host);
        assert_eq!(written(&file), before[1]);
        let canceled = host.run(&format!("application cancel payments -e staging {keep} --watch")).ends_with(0);
        canceled.says("taken back").says(&before[1]);
        assert_eq!(waiting(&host), [before[0].clone(), before[2].clone()]);
        assert_eq!(status(&host), "\"ONGOING\"");
        // It is over now, and nobody else's is taken for it.
        let sent = host.actions().len();
        let again = host.run(&format!("environment cancel staging {keep} --json")).ends_with(0).json();
        assert_eq!(
            (again["result"].as_str(), again["request"].as_str()),
            (Some("nothing_to_cancel"), Some(&*before[1]))
        );
        assert_eq!(host.actions().len(), sent, "nothing was sent");
    }
}

#[test]
fn a_request_that_runs_is_canceled() {
    for plain in [false, true] {
        let host = Host::open("shop").still();
        let host = if plain { host.plain() } else { host };
        let keep = format!("--request-file {}", host.file("request").display());
        host.run(&format!("environment deploy staging --latest {keep}")).ends_with(0);
        host.run(&format!("environment cancel staging {keep}")).ends_with(0).says("cancel of staging: accepted");
        assert_eq!(status(&host), "\"CANCELED\"");
        let sent = host.actions().len();
        host.run(&format!("environment cancel staging {keep}")).ends_with(0).says("nothing to cancel").says("is over");
        assert_eq!(host.actions().len(), sent, "nothing was sent");
    }
}

#[test]
fn where_nothing_was_asked_for_nothing_is_canceled() {
    let (host, _) = busy(false);
    let file = host.file("request");
    let cancel =
        |more: &str| host.run(&format!("service cancel payments -e staging --request-file {} {more}", file.display()));
    cancel("--watch").ends_with(0).says("nothing to cancel: nothing was asked for");
    fs::write(&file, "").unwrap();
    assert_eq!(cancel("--json").ends_with(0).json()["result"], "nothing_to_cancel");
    fs::write(&file, "me").unwrap();
    cancel("").ends_with(2).tells("not a UUID");
    // What is refused leaves nothing behind, whatever was written there before.
    fs::write(&file, "11111111-1111-4111-8111-111111111111").unwrap();
    host.run(&format!("service redeploy payments -e staging --request-file {}", file.display())).ends_with(3);
    assert!(!file.exists());
    // So does what goes wrong before it is sent.
    for action in
        ["service redeploy nothing -e staging", "environment stop nowhere", "environment stop staging --origin foo"]
    {
        fs::write(&file, "11111111-1111-4111-8111-111111111111").unwrap();
        host.run(&format!("{action} --request-file {}", file.display())).ends_with(2);
        assert!(!file.exists(), "{action}");
    }
    host.run("environment cancel staging --request 11111111-1111-4111-8111-111111111111")
        .ends_with(0)
        .says("the server knows no request");
    host.run("environment cancel staging --request first").ends_with(2).tells("not a UUID");
    assert_eq!(host.actions().len(), 2, "the redeploy, and the one that was refused");
    assert_eq!(status(&host), "\"ONGOING\"");
}

#[test]
fn a_request_of_another_environment_is_not_canceled() {
    let (host, _) = busy(false);
    let history = host.run("environment history staging --limit 1 --json").ends_with(0).json();
    let foreign = format!("environment cancel production --request {}", history[0]["id"].as_str().unwrap());
    host.run(&foreign).ends_with(2).tells("of another environment than production");
    assert_eq!(status(&host), "\"ONGOING\"");
}

#[test]
fn an_answer_that_is_lost_leaves_it_open_whether_there_is_something_to_cancel() {
    let host = Host::open("shop").deaf();
    let keep = format!("--request-file {}", host.file("request").display());
    host.run(&format!("environment redeploy staging {keep}")).ends_with(4).tells("not known");
    host.run(&format!("environment cancel staging {keep}")).ends_with(3).tells("is not known");
    assert_eq!(host.actions().len(), 1);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_sent() {
    let host = Host::open("shop");
    let file = host.file("no/such/folder");
    host.run(&format!("environment redeploy staging --request-file {}", file.display()))
        .ends_with(2)
        .tells("no/such/folder");
    assert!(host.actions().is_empty());
}

#[test]
fn a_file_that_cannot_be_written_any_more_is_told_when_the_action_has_ended() {
    let folder = std::env::temp_dir().join(format!("playhead-cli-gone-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let gone = folder.clone();
    let thin = Thin::open(
        "1000",
        404,
        Box::new(move |request, response| {
            if request.method == Method::Post {
                fs::remove_dir_all(&gone).unwrap();
            }
            response
        }),
    );
    let redeploy =
        format!("environment redeploy staging --request-file {} --watch --interval 0", folder.join("r").display());
    thin.run(&redeploy).ends_with(2).says("succeeded").tells("error: ").tells("playhead-cli-gone");
}

/// A server with only the public contract, on which a deployment of somebody else runs.
fn running(change: impl Fn(&mut Value) + Send + Sync + 'static) -> (Thin, String) {
    let thin = Thin::open(
        "1",
        404,
        Box::new(move |request, mut response| {
            if request.path.ends_with("/statuses") {
                let mut body = serde_json::from_slice(&response.body).unwrap();
                change(&mut body);
                response.body = serde_json::to_vec(&body).unwrap();
            }
            response
        }),
    );
    thin.run("environment deploy staging --latest").ends_with(0);
    let history = thin.run("environment history staging --limit 1 --json").ends_with(0).json();
    (thin, history[0]["id"].as_str().unwrap().to_owned())
}

#[test]
fn where_the_contract_does_not_tell_what_runs_nothing_is_canceled() {
    let (thin, runs) =
        running(|body| drop(body["environment"].as_object_mut().unwrap().remove("deployment_request_id")));
    let own = thin.run(&format!("environment cancel staging --request {runs}")).ends_with(3);
    own.tells("this server does not tell which request runs").tells("Nothing was canceled");
    assert_eq!(thin.actions(), 1);
    let (thin, runs) = running(|_| ());
    let other = "environment cancel staging --request 11111111-1111-4111-8111-111111111111";
    thin.run(other).ends_with(0).says("another one runs");
    assert_eq!(thin.actions(), 1);
    thin.run(&format!("environment cancel staging --request {runs}")).ends_with(0).says("accepted");
}

#[test]
fn a_server_that_names_no_request_is_told_so_and_its_deployments_are_left_alone() {
    let thin = Thin::open(
        "1",
        404,
        Box::new(|request, mut response| {
            if request.path.ends_with("/statuses") || request.method == Method::Post {
                let mut body: Value = serde_json::from_slice(&response.body).unwrap();
                body["deployment_request_id"] = Value::Null;
                body["environment"]["deployment_request_id"] = Value::Null;
                response.body = serde_json::to_vec(&body).unwrap();
            }
            response
        }),
    );
    let file = std::env::temp_dir().join(format!("playhead-cli-unnamed-{}", std::process::id()));
    let keep = format!("--request-file {}", file.display());
    thin.run(&format!("environment redeploy staging {keep}")).ends_with(0).tells("does not tell which request it is");
    thin.run(&format!("environment cancel staging {keep}")).ends_with(3).tells("may be somebody else's");
    assert_eq!(thin.actions(), 1);
    fs::remove_file(file).unwrap();
}

#[test]
fn a_request_that_comes_at_the_same_moment_is_not_taken_for_ones_own() {
    let stranger: Arc<OnceLock<Asking>> = Arc::default();
    let told = stranger.clone();
    let thin = Thin::open(
        "1",
        404,
        Box::new(move |request, response| {
            if let (Method::Post, Some(asking)) = (request.method, told.get()) {
                assert_eq!(asking.clone().send().status, 202);
            }
            response
        }),
    );
    thin.run("environment deploy staging --latest").ends_with(0);
    let list = thin.run("application versions payments -e staging --json").ends_with(0).json();
    let commit = list[3]["version"].as_str().unwrap();
    let id = thin.run("application status payments -e staging --json").ends_with(0).json()["id"].clone();
    let path = format!("/api/application/{}/deploy", id.as_str().unwrap());
    let body = serde_json::json!({ "git_commit_id": commit }).to_string();
    assert!(stranger.set(thin.server().ask("POST", &path).json(&body)).is_ok());
    let file = std::env::temp_dir().join(format!("playhead-cli-twins-{}", std::process::id()));
    let keep = format!("--request-file {}", file.display());
    let deploy = format!("application deploy payments -e staging --commit {commit} {keep}");
    thin.run(&deploy).ends_with(0).tells("does not tell which request it is");
    thin.run(&format!("application cancel payments -e staging {keep}")).ends_with(3).tells("may be somebody else's");
    let queue = thin.run("environment queue staging --json").ends_with(0).json();
    assert_eq!(queue.as_array().unwrap().len(), 2, "both wait: {queue}");
    fs::remove_file(file).unwrap();
}

#[test]
fn a_cancel_that_comes_too_late_is_not_of_the_next_deployment() {
    let (thin, runs) = running(|_| ());
    let environment = id_of(&thin.run("environment list --json").ends_with(0).json(), "staging");
    let path = format!("/api/environment/{environment}/cancelDeployment");
    let cancel = |request: &str| thin.server().ask("POST", &path).with("X-Playhead-Request", request).send();
    let refused = cancel("11111111-1111-4111-8111-111111111111");
    assert_eq!((refused.status, refused.text().contains("does not run")), (409, true), "{}", refused.text());
    assert_eq!(cancel(&runs).status, 202);
}

#[test]
fn a_cancel_of_one_request_that_ends_in_that_very_moment_is_not_of_the_next() {
    let (host, deploy) = busy(false);
    let history = host.run("environment history staging --limit 1 --json").ends_with(0).json();
    let runs = history[0]["id"].as_str().unwrap();
    host.run(&deploy).ends_with(0).says("waits at place 1");
    let environment = id_of(&host.run("environment list --json").ends_with(0).json(), "staging");
    // What was seen running is over when the cancel arrives, and the next one runs.
    host.overtake(Endpoint::CancelEnvironment.request(&[&environment]).with_body("{}"));
    let cancel = host.run(&format!("environment cancel staging --request {runs}")).ends_with(0);
    cancel.says("nothing to cancel").says("is over");
    let sent = host.actions();
    assert_eq!(sent.last().unwrap().header("X-Playhead-Request"), Some(runs));
    assert!(waiting(&host).is_empty());
    assert_eq!(status(&host), "\"ONGOING\"");
}

#[test]
fn an_interrupt_waits_until_it_is_written_down_what_was_accepted() {
    for (signal, code, watch) in [("-INT", 130, ""), ("-TERM", 143, "--watch")] {
        // The answer is held back until the signal has been sent.
        let (release, held) = mpsc::channel::<()>();
        let held = Mutex::new(held);
        let thin = Thin::open(
            "1",
            404,
            Box::new(move |request, response| {
                if request.method == Method::Post {
                    // Nobody ever sends: it ends when the other end is gone.
                    let _ = held.lock().unwrap().recv();
                }
                response
            }),
        );
        let file: PathBuf = std::env::temp_dir().join(format!("playhead-cli-held{signal}-{}", std::process::id()));
        let deploy = format!("environment deploy staging --latest --request-file {} {watch}", file.display());
        let child = thin.command(&deploy).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while thin.actions() == 0 {
            std::thread::yield_now();
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        drop(release);
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains("goes on"), "{told}");
        let mut cancel = thin.command("environment cancel staging --request-file");
        ran(cancel.arg(&file)).ends_with(0).says("accepted");
        fs::remove_file(file).unwrap();
    }
}
