//! What waits, and taking it back.

use super::host::{Host, ran};
use super::id_of;
use playhead::api::Endpoint;

/// A world in which a redeploy of staging runs and stands still, and the commands of two version requests behind it.
fn busy() -> (Host, [String; 2]) {
    let host = Host::open("shop").still();
    let list = host.run("service list -e staging --json").ends_with(0).json();
    let deploy = |name: &str| {
        let commits = host.ask(&Endpoint::Commits.request(&["application", &id_of(&list, name)]));
        let commit = commits["results"][2]["git_commit_id"].as_str().unwrap();
        format!("application deploy {name} -e staging --commit {commit}")
    };
    let later = [deploy("payments"), deploy("storefront")];
    host.run("environment redeploy staging").ends_with(0).says("it runs");
    (host, later)
}

#[test]
fn the_queue_says_place_action_services_who_from_where_and_since_when() {
    let (host, later) = busy();
    host.run("environment queue staging").ends_with(0).says("nothing waits in staging");
    assert_eq!(host.run("environment queue staging --json").ends_with(0).json(), serde_json::json!([]));
    host.run(&later[0]).ends_with(0);
    ran(host.command(&later[1]).env("CI", "true").env("PLAYHEAD_ACTOR", "Max Example")).ends_with(0);
    let table = host.run("environment queue staging").ends_with(0).out;
    let rows: Vec<Vec<&str>> =
        table.lines().map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()).collect();
    assert_eq!(rows[0], ["PLACE", "ACTION", "SERVICES", "BY", "FROM", "SINCE", "ID"]);
    assert_eq!(rows[1][..5], ["1", "deploy version", "payments", "Ada Example", "CLI"]);
    assert_eq!(rows[2][..5], ["2", "deploy version", "storefront", "Max Example", "CI_CD"]);
    let list = host.run("environment queue staging --json").ends_with(0).json();
    assert_eq!(list[0]["position"], 1, "{list}");
    assert_eq!(list[1]["services"], serde_json::json!(["storefront"]), "{list}");
    assert_eq!(list[1]["since"], rows[2][5], "{list}");
    assert_eq!(list[1]["id"], rows[2][6], "{list}");
    // The overview says how many, and where to look.
    host.run("environment status staging").ends_with(0).says("2 (playhead environment queue staging)");
}

#[test]
fn the_latest_versions_of_some_services_are_told_as_theirs_and_not_as_the_environments() {
    let (host, _) = busy();
    for (services, about) in [
        ("--services storefront,payments", "storefront, payments"),
        ("--services payments", "payments"),
        ("", "the environment"),
    ] {
        host.run(&format!("environment deploy staging --latest {services}")).ends_with(0);
        let queue = host.run("environment queue staging").ends_with(0);
        queue.says(&format!("deploy latest version  {about}  "));
        let words = format!("deploy latest version of {about} in staging: taken back");
        host.run("environment take-back staging").ends_with(0).says(&words);
    }
}

#[test]
fn the_contract_tells_the_queue_in_its_own_words() {
    let (host, later) = busy();
    host.run(&later[0]).ends_with(0);
    let host = host.plain();
    let list = host.run("environment queue staging --json").ends_with(0).json();
    // One word for Deploy, Redeploy and the versions, and one origin for the command line and CI; no scope.
    assert_eq!(list[0]["action"], "DEPLOY", "{list}");
    assert_eq!(list[0]["scope"], serde_json::Value::Null, "{list}");
    assert_eq!(list[0]["services"], serde_json::json!(["payments"]), "{list}");
    host.run("environment take-back staging").ends_with(0).says("deploy of payments in staging: taken back");
    host.run("environment queue staging").ends_with(0).says("nothing waits");
}

#[test]
fn the_only_request_that_waits_is_taken_back_without_its_id() {
    let (host, later) = busy();
    host.run("environment take-back staging").ends_with(3).tells("nothing waits in staging");
    host.run(&later[0]).ends_with(0);
    host.run("environment take-back staging").ends_with(0).says("deploy version of payments in staging: taken back");
    host.run("environment queue staging").ends_with(0).says("nothing waits");
}

#[test]
fn where_several_wait_the_id_says_which() {
    let (host, later) = busy();
    host.run(&later[0]).ends_with(0);
    host.run(&later[1]).ends_with(0);
    let before = host.actions().len();
    let list = host.run("environment queue staging --json").ends_with(0).json();
    let (first, second) = (list[0]["id"].as_str().unwrap(), list[1]["id"].as_str().unwrap());
    host.run("environment take-back staging").ends_with(2).tells(first).tells(second).tells("storefront");
    host.run("environment take-back staging first").ends_with(2).tells("not a UUID").tells("environment queue staging");
    // Another environment's requests are not reached by a slip of the name.
    host.run(&format!("environment take-back production {first}")).ends_with(3).tells("does not wait in production");
    assert_eq!(host.actions().len(), before, "nothing was sent");
    let taken = host.run(&format!("environment take-back staging {first} --json")).ends_with(0).json();
    assert_eq!((taken["request"].as_str(), taken["result"].as_str()), (Some(first), Some("taken_back")), "{taken}");
    host.run(&format!("environment take-back staging {first}")).ends_with(3).tells("does not wait");
    let left = host.run("environment queue staging --json").ends_with(0).json();
    assert_eq!((left[0]["id"].as_str(), left[0]["position"].as_u64()), (Some(second), Some(1)), "{left}");
}

#[test]
fn what_has_started_is_not_taken_back() {
    for plain in [false, true] {
        let (host, _) = busy();
        let host = if plain { host.plain() } else { host };
        let history = host.run("environment history staging --limit 1 --json").ends_with(0).json();
        let running = history[0]["id"].as_str().unwrap();
        let refused = host.run(&format!("environment take-back staging {running}")).ends_with(3);
        refused.tells("has started").tells(&format!("playhead environment cancel staging --request {running}"));
        assert_eq!(host.actions().len(), 1, "nothing was sent");
    }
}

#[test]
fn a_plan_of_a_cancel_does_not_take_what_waits_for_what_runs() {
    for plain in [false, true] {
        let host = Host::open("shop").still();
        let all = host.run("application versions payments -e staging --json").ends_with(0).json();
        host.run("application redeploy checkout-api -e staging").ends_with(0).says("it runs");
        let commit = all[3]["version"].as_str().unwrap();
        host.run(&format!("application deploy payments -e staging --commit {commit}"))
            .ends_with(0)
            .says("waits at place 1");
        let host = if plain { host.plain() } else { host };
        let plan = host.run("environment plan cancel staging").ends_with(0);
        let line = plan.out.lines().find(|line| line.contains("payments")).unwrap();
        let words = if plain { "a request that waits goes on" } else { "left out: it is not in the deployment" };
        assert!(line.ends_with(words), "{line}");
    }
}
