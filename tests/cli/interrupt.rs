//! What is said when the watching ends before the deployment: the way to cancel the own request, and no other.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::host::Host;

/// Ways to be told to end, and the exit codes.
const SIGNALS: [(&str, i32); 2] = [("-INT", 130), ("-TERM", 143)];
/// An action that waits in these tests, and is watched.
const WAITS: &str = "environment deploy staging --latest --watch --interval 60";

/// A world in which somebody else's deployment of staging runs and stands still.
fn busy() -> (Host, String) {
    let host = Host::open("shop").still();
    host.run("environment redeploy staging").ends_with(0).says("it runs");
    let runs = newest(&host);
    (host, runs["id"].as_str().unwrap().to_owned())
}

fn newest(host: &Host) -> Value {
    host.run("environment history staging --limit 1 --json").ends_with(0).json()[0].clone()
}

/// The ids of those that wait in staging.
fn waiting(host: &Host) -> Vec<String> {
    let list = host.run("environment queue staging --json").ends_with(0).json();
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// Starts watching what waits behind it, and waits until that is followed.
fn watch(host: &Host, arguments: &str) -> Child {
    let before = host.actions().len();
    let mut command = host.command(arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while host.actions().len() == before || !host.is_read() {
        assert_eq!(child.try_wait().unwrap(), None, "it is over before it is followed");
        std::thread::yield_now();
    }
    child
}

/// Tells it to end; what it said.
fn end(child: Child, signal: &str, code: i32) -> String {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{told}");
    told
}

/// Types the command that words end with.
fn obey(host: &Host, words: &str) {
    let (_, command) = words.trim_end().rsplit_once("To cancel it: playhead ").unwrap_or_else(|| panic!("{words}"));
    host.run(command).ends_with(0).says("taken back");
}

#[test]
fn an_interrupt_says_how_to_cancel_the_own_request_and_not_what_runs() {
    for (signal, code) in SIGNALS {
        let (host, runs) = busy();
        let told = end(watch(&host, WAITS), signal, code);
        assert!(told.contains("goes on"), "{told}");
        assert_eq!(waiting(&host).len(), 1);
        obey(&host, &told);
        assert!(waiting(&host).is_empty());
        let newest = newest(&host);
        assert_eq!((newest["id"].as_str(), newest["action_status"].as_str()), (Some(&*runs), Some("ONGOING")));
    }
}

#[test]
fn an_interrupted_stop_that_waits_can_be_taken_back() {
    let host = Host::open("shop").still();
    host.run("application redeploy checkout-api --environment staging").ends_with(0).says("it runs");
    let told =
        end(watch(&host, "application stop storefront --environment staging --watch --interval 60"), "-INT", 130);
    let (_, command) = told.trim_end().rsplit_once("To take it back while it waits: playhead ").expect(&told);
    host.run(command).ends_with(0).says("taken back");
    assert!(waiting(&host).is_empty());
}

#[test]
fn an_interrupt_names_the_request_for_machines() {
    let (host, _) = busy();
    for (signal, code) in SIGNALS {
        let told: Value = serde_json::from_str(&end(watch(&host, &format!("{WAITS} --json")), signal, code)).unwrap();
        assert_eq!(told["code"], code, "{told}");
        assert_eq!(told["request"].as_str(), waiting(&host).last().map(String::as_str), "{told}");
        let status = host.run("environment status staging --json").ends_with(0).json();
        assert_eq!(told["environment"], status["id"], "{told}");
    }
}

#[test]
fn what_a_flag_said_is_said_by_the_command_that_cancels_too() {
    let (host, _) = busy();
    let told = end(watch(&host, &format!("{WAITS} --project Shop --api-url {}", host.url)), "-INT", 130);
    let flags = format!("cancel staging --api-url '{}' --project 'Shop' --request ", host.url);
    assert!(told.contains(&flags), "{told}");
}

#[test]
fn a_timeout_says_how_to_cancel_the_own_request() {
    let (host, _) = busy();
    let ran = host.run("environment deploy staging --latest --watch --timeout 0").ends_with(4);
    obey(&host, &ran.err);
    let ran = host.run("environment deploy staging --latest --watch --timeout 0 --json").ends_with(4);
    let told: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(told["request"].as_str(), waiting(&host).first().map(String::as_str), "{told}");
}

#[test]
fn where_the_request_is_not_told_nothing_is_said_that_could_cancel_somebody_elses() {
    let (host, _) = busy();
    let host = host.plain();
    let told = end(watch(&host, WAITS), "-INT", 130);
    assert!(told.contains("may be somebody else's") && told.contains("environment queue staging"), "{told}");
    assert!(!told.contains("environment cancel"), "{told}");
    // The file knows it, and so does who keeps one.
    let keep = format!("{WAITS} --request-file {}", host.file("request").display());
    obey(&host, &end(watch(&host, &keep), "-INT", 130));
}
