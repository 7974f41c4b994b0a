//! The desired size of a service.

use super::host::Host;

#[test]
fn a_new_size_is_told_beside_the_old_one_and_waits_for_a_redeploy() {
    let host = Host::open("shop");
    let before = host.run("application status checkout-api -e staging --json").ends_with(0).json();
    assert_eq!(before["sync"], "UP_TO_DATE", "{before}");
    let (cpu, memory) = (before["cpu"].as_u64().unwrap(), before["memory"].as_u64().unwrap());
    let configure = format!("application configure checkout-api -e staging --cpu {} --memory {memory}", cpu + 50);
    let told = host.run(&configure).ends_with(0);
    let told = told.says("checkout-api in staging: configured").says(&format!("{cpu} → {} mCPU", cpu + 50));
    assert!(!told.out.contains("memory"), "it is what it was: {told:?}");
    told.says("playhead application redeploy checkout-api -e staging");
    let after = host.run("application status checkout-api -e staging --json").ends_with(0).json();
    assert_eq!((after["sync"].as_str(), after["cpu"].as_u64()), (Some("OUT_OF_DATE"), Some(cpu + 50)), "{after}");
    let runs = format!("{} mCPU (runs with {cpu})", cpu + 50);
    host.run("application status checkout-api -e staging").ends_with(0).says(&runs);
    // Back again: there is nothing left to apply.
    let back = host.run(&format!("application configure checkout-api -e staging --cpu {cpu} --json")).ends_with(0);
    let change = serde_json::json!([{ "setting": "cpu", "from": cpu + 50, "to": cpu }]);
    assert_eq!(back.json()["changes"], change, "{back:?}");
    assert_eq!(back.json()["sync"], "UP_TO_DATE", "{back:?}");
    assert_eq!(host.actions().len(), 2);
    host.run(&format!("application configure checkout-api -e staging --cpu {cpu}")).ends_with(0).says("set so already");
    assert_eq!(host.actions().len(), 2, "nothing was sent");
}

#[test]
fn a_redeploy_applies_it() {
    let host = Host::open("shop");
    host.run("container configure mail-relay -e staging --min-instances 2 --max-instances 2").ends_with(0);
    host.run("container redeploy mail-relay -e staging --watch --interval 0").ends_with(0);
    let after = host.run("container status mail-relay -e staging --json").ends_with(0).json();
    assert_eq!((after["sync"].as_str(), after["ready_instances"].as_u64()), (Some("UP_TO_DATE"), Some(2)), "{after}");
}

#[test]
fn a_job_that_executed_once_and_is_set_back_after_a_failure_is_planned_as_it_comes() {
    let host = Host::open("shop");
    let name = "provision-buckets";
    let is = |key: &str| host.run(&format!("job status {name} -e staging --json")).ends_with(0).json()[key].clone();
    let redeploy = format!("job redeploy {name} -e staging --watch --interval 0");
    let cpu = is("cpu").as_u64().unwrap();
    host.run(&format!("job configure {name} -e staging --cpu {}", cpu + 50)).ends_with(0);
    host.fault("pod_crashes");
    host.run(&redeploy).ends_with(1);
    assert_eq!((is("state"), is("running_state")), ("DEPLOYMENT_ERROR".into(), "ERROR".into()));
    host.fault("restart_fails");
    host.run(&format!("job configure {name} -e staging --cpu {cpu}")).ends_with(0);
    let planned = |effect: &str| {
        let plan = host.run(&format!("job plan redeploy {name} -e staging --json")).ends_with(0);
        assert_eq!(plan.json()["services"][0]["effect"], effect, "{plan:?}");
    };
    planned("NOTHING_CHANGES");
    host.run(&redeploy).ends_with(0);
    assert!(is("note").as_str().unwrap().starts_with("nothing changed"), "{}", is("note"));
    // What is stopped is brought up, whatever its last execution came to.
    host.run(&format!("job stop {name} -e staging --watch --interval 0")).ends_with(0);
    planned("STARTS");
}

#[test]
fn while_a_redeploy_is_refused_it_says_why() {
    let host = Host::open("shop").still();
    host.run("environment redeploy staging").ends_with(0);
    let told = host.run("job configure nightly-report -e staging --cpu 700").ends_with(0);
    told.says("is refused now: A deployment action is in progress");
}

#[test]
fn nonsense_is_not_sent() {
    let host = Host::open("shop");
    let refused = |arguments: &str, words: &str| {
        let ran = host.run(arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        ran.tells(words);
    };
    refused("application configure checkout-api -e staging", "--cpu");
    refused("application configure checkout-api -e staging --cpu 9", "not in 10..=128000");
    refused("application configure checkout-api -e staging --cpu many", "invalid");
    refused("application configure checkout-api -e staging --memory 0", "not in 1..=");
    refused("application configure checkout-api -e staging --min-instances 0", "not in 1..=1000");
    let crossed = "application configure checkout-api -e staging --min-instances 9 --max-instances 8";
    refused(crossed, "at least 9 instances is more than at most 8");
    refused("application configure checkout-api -e staging --min-instances 900", "is more than at most");
    refused(
        "job configure nightly-report -e staging --min-instances 2",
        "has no --min-instances. It has --cpu, --memory",
    );
    refused("helm configure ingress -e staging --cpu 500", "its own values decide");
    refused("database configure orders-db -e staging --memory 500", "its own values decide");
    refused("service configure no-such -e staging --memory 500", "no-such");
    assert!(host.actions().is_empty(), "{:?}", host.actions());
}
