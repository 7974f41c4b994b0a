//! Whom an action on several leaves out: named with the reason before anything is sent, as the plan says it.

use playhead::api::Endpoint;
use serde_json::{Value, json};

use super::host::Host;

/// Names and reasons of a plan.
fn planned(host: &Host, arguments: &str) -> Vec<(String, String)> {
    let plan = host.run(&format!("environment plan {arguments} --json")).ends_with(0).json();
    let left = |one: &Value| Some((one["name"].as_str()?.to_owned(), one["left_out"].as_str()?.to_owned()));
    plan["services"].as_array().unwrap().iter().filter_map(left).collect()
}

/// The same of what is said before an action is sent.
fn told(err: &str) -> Vec<(String, String)> {
    let each = err.lines().filter_map(|line| line.strip_prefix("left out: ")?.split_once(": "));
    each.map(|(name, reason)| (name.to_owned(), reason.to_owned())).collect()
}

/// A world in which a redeploy of one service runs and stands still.
fn busy() -> Host {
    let host = Host::open("shop").still();
    host.run("application redeploy checkout-api -e staging").ends_with(0).says("it runs");
    host
}

#[test]
fn who_is_left_out_is_named_as_the_plan_says_it_and_as_the_server_then_does() {
    let some = "staging --services checkout-api,payments,sessions,notifications";
    for (world, arguments, count) in [
        (busy as fn() -> Host, format!("deploy {some}"), 1),
        (busy, format!("redeploy {some}"), 1),
        (busy, format!("stop {some}"), 3),
        (|| Host::open("shop").still(), "stop staging".to_owned(), 2),
        (|| Host::open("shop").still(), "stop development".to_owned(), 6),
    ] {
        for plain in [false, true] {
            let host = if plain { world().plain() } else { world() };
            let plan = planned(&host, &arguments);
            assert_eq!(plan.len(), count, "{arguments}: {plan:?}");
            let sent = host.run(&format!("environment {arguments}")).ends_with(0).says("accepted");
            assert_eq!(told(&sent.err), plan, "{arguments}: {sent:?}");
            assert_eq!(sent.err.lines().count(), count, "said once, and nothing else: {sent:?}");
            if plain {
                continue;
            }
            let request = sent.out.split_once("(request ").unwrap().1.trim_end().trim_end_matches(')');
            let outcome = host.ask(&Endpoint::Outcome.request(&[request]));
            let skipped = outcome["items"].as_array().unwrap().iter().filter(|item| item["outcome"] == "SKIPPED");
            let name = |item: &Value| item["name"].as_str().unwrap().to_owned();
            let (mut skipped, mut plan): (Vec<String>, Vec<String>) =
                (skipped.map(name).collect(), plan.into_iter().map(|(name, _)| name).collect());
            skipped.sort();
            plan.sort();
            assert_eq!(skipped, plan, "{arguments}: {outcome}");
        }
    }
}

#[test]
fn it_is_said_before_anything_is_sent() {
    let host = Host::open("shop").deaf();
    let plan = planned(&host, "stop staging");
    let lost = host.run("environment stop staging").ends_with(4).tells("not known whether the request was accepted");
    assert_eq!(told(&lost.err), plan, "{lost:?}");
    assert!(lost.err.starts_with("left out: ") && !plan.is_empty(), "{lost:?}");
}

#[test]
fn machines_are_told_in_the_answer() {
    for more in ["", "--watch --interval 0"] {
        let host = Host::open("shop");
        let plan = planned(&host, "stop staging");
        let sent = host.run(&format!("environment stop staging --json {more}")).ends_with(0);
        assert_eq!(sent.err, "");
        let each = plan.iter().map(|(name, reason)| json!({ "name": name, "reason": reason }));
        assert_eq!(sent.json()["left_out"], each.collect::<Value>(), "{sent:?}");
    }
}

#[test]
fn where_all_are_left_out_the_refusal_says_it_alone() {
    let host = busy();
    for command in ["environment stop staging", "environment redeploy staging --services checkout-api"] {
        let refused = host.run(command).ends_with(3);
        assert_eq!(refused.err.lines().count(), 1, "{refused:?}");
    }
}

#[test]
fn a_cancel_names_the_lifecycle_jobs_that_go_on() {
    let job = "migrate-orders";
    let (all, alone) = ("environment redeploy staging", "job redeploy migrate-orders -e staging");
    for (deploy, cancel, goes_on) in [
        (all, "environment cancel staging", true),
        (all, "job cancel migrate-orders -e staging", true),
        (all, "environment cancel staging --request", true),
        (all, "environment cancel staging --force", false),
        (alone, "environment cancel staging", true),
        (alone, "job cancel migrate-orders -e staging", true),
        (alone, "environment cancel staging --force", false),
    ] {
        let host = Host::open("shop");
        host.run(&format!("job configure {job} -e staging --cpu 700")).ends_with(0);
        let deploy = host.run(&format!("{deploy} --json")).ends_with(0).json();
        let state = || host.run(&format!("job status {job} -e staging --json")).ends_with(0).json()["state"].clone();
        assert!((0..500).any(|_| state() == "DEPLOYING"), "it never executes");
        let host = host.still();
        // A plan of what will be accepted says no less.
        let plan = host.run("environment plan cancel staging").ends_with(0);
        assert!(plan.out.contains("goes on to its end"), "{plan:?}");
        let request = if cancel.ends_with("--request") { deploy["request"].as_str().unwrap() } else { "" };
        let sent = host.run(&format!("{cancel} {request}")).ends_with(0).says("accepted");
        let reason = "a lifecycle job that executes goes on to its end; --force interrupts it";
        let expected = if goes_on { vec![(job.to_owned(), reason.to_owned())] } else { Vec::new() };
        assert_eq!(told(&sent.err), expected, "{cancel}: {sent:?}");
        assert_eq!(sent.err.lines().count(), expected.len(), "{sent:?}");
    }
}
