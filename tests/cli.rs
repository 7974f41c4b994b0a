//! The command line through its public face: the program itself, against a server in this process.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "cli/configure.rs"]
mod configure;
#[path = "cli/contract.rs"]
mod contract;
#[path = "cli/host.rs"]
mod host;
#[path = "cli/interrupt.rs"]
mod interrupt;
#[path = "cli/json.rs"]
mod json;
#[path = "kit/server.rs"]
mod kit;
#[path = "cli/left_out.rs"]
mod left_out;
#[path = "cli/logs.rs"]
mod logs;
#[path = "cli/plan.rs"]
mod plan;
#[path = "cli/queue.rs"]
mod queue;
#[path = "kit/readme.rs"]
mod readme;
#[path = "cli/requests.rs"]
mod requests;
#[path = "cli/serve.rs"]
mod serve;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/terminal.rs"]
mod terminal;
#[path = "cli/thin.rs"]
mod thin;
#[path = "cli/token.rs"]
mod token;
#[path = "cli/versions.rs"]
mod versions;

use std::fs;
use std::net::TcpListener;

use host::{Host, Spoil, bare, ran};
use playhead::api::Endpoint;
use serde_json::Value;

/// The id of a thing of a list by its name.
fn id_of(list: &Value, name: &str) -> String {
    let found = list.as_array().unwrap().iter().find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {list}"))["id"].as_str().unwrap().to_owned()
}

#[test]
fn environments_and_services_are_listed_and_shown_by_name_and_by_id() {
    let host = Host::open("shop");
    host.run("environment list").ends_with(0).says("NAME").says("production").says("staging");
    let environments = host.run("environment list --json").ends_with(0).json();
    let staging = id_of(&environments, "staging");
    host.run("environment status staging").ends_with(0).says("checkout-api").says(&staging);
    host.run(&format!("environment status {staging}")).ends_with(0).says("staging");
    let status = host.run("environment status staging --json").ends_with(0).json();
    let service = id_of(&status["services"], "checkout-api");
    host.run("application status checkout-api -e staging").ends_with(0).says(&service);
    // The id of a service says which environment it is in.
    host.run(&format!("service status {service}")).ends_with(0).says("staging");
    host.run("helm list -e staging").ends_with(0).says("ingress");
    let jobs = host.run("job list --environment staging --json").ends_with(0).json();
    assert!(jobs.as_array().unwrap().iter().all(|job| job["type"] == "job"), "{jobs}");
}

#[test]
fn the_pods_of_a_chart_are_counted_and_of_a_database_at_the_provider_there_are_none() {
    let host = Host::open("shop");
    let table = host.run("service list --environment production").ends_with(0).out;
    let pods = |name: &str| {
        let (head, line) = (table.lines().next().unwrap(), table.lines().find(|line| line.starts_with(name)).unwrap());
        line[head.find("PODS").unwrap()..].split_whitespace().next().unwrap().to_owned()
    };
    let list = host.run("service list --environment production --json").ends_with(0).json();
    let of = |name: &str| {
        let one = list.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
        (one["ready_instances"].as_u64(), one["desired_instances"].as_u64())
    };
    assert!(matches!(of("ingress"), (Some(1..), None)), "{list}");
    assert_eq!(pods("ingress"), of("ingress").0.unwrap().to_string());
    let (ready, wanted) = of("storefront");
    assert_eq!(pods("storefront"), format!("{}/{}", ready.unwrap(), wanted.unwrap()));
    assert_eq!((pods("orders-db").as_str(), of("orders-db")), ("-", (None, None)));
}

#[test]
fn a_name_that_fits_nothing_or_is_missing_lists_what_there_is() {
    let host = Host::open("shop");
    host.run("environment status nowhere").ends_with(2).tells("production").tells("staging");
    host.run("application status nothing -e staging").ends_with(2).tells("checkout-api");
    // One that differs by its case is told, and not taken.
    host.run("environment stop STAGING").ends_with(2).tells("Did you mean staging?").tells("production");
    host.run("application status Checkout-API -e staging").ends_with(2).tells("Did you mean checkout-api?");
    assert!(!host.run("environment status nowhere").err.contains("mean"));
    assert!(host.actions().is_empty());
    // It is there, but it is no job.
    host.run("job status checkout-api -e staging").ends_with(2).tells("nightly-report");
    host.run("application status checkout-api").ends_with(2).tells("--environment").tells("staging");
    host.run("environment list --project Nothing").ends_with(2).tells("Shop");
    assert_eq!(host.run("environment fly staging").code, Some(2));
}

#[test]
fn a_name_that_fits_several_asks_for_an_id() {
    let host = Host::open("shop");
    let ids = host.run("environment list --json").json();
    let world = host.run("world export").ends_with(0).out;
    let file = host.file("twice.json");
    fs::write(&file, world.replace(r#""name":"production""#, r#""name":"staging""#)).unwrap();
    host.run(&format!("world import {}", file.display())).ends_with(0);
    let (one, other) = (id_of(&ids, "production"), id_of(&ids, "staging"));
    host.run("environment stop staging").ends_with(2).tells(&one).tells(&other);
    host.run(&format!("environment status {other}")).ends_with(0);
    assert_eq!(host.actions().len(), 1);
}

#[test]
fn a_refusal_ends_with_3_and_says_the_laws_reason() {
    let host = Host::open("shop");
    host.run("database stop sessions -e production").ends_with(3).tells("A managed Redis cannot be paused");
    host.run("environment cancel staging").ends_with(3).tells("No deployment is queued, building or deploying");
    host.run("job restart nightly-report -e staging").ends_with(3).tells("A job has no pods that stay up");
    host.run("service cancel checkout-api -e staging").ends_with(3).tells("checkout-api: No deployment");
    // The last two have no call that could be refused.
    assert_eq!(host.actions().len(), 2);
}

#[test]
fn a_restart_is_of_one_service_also_where_it_is_asked_of_the_environment() {
    let host = Host::open("shop");
    host.run("environment restart staging")
        .ends_with(3)
        .tells("Restart is for a single service. Restart the services one");
    let many = "environment restart staging --services checkout-api,payments";
    host.run(many).ends_with(3).tells("Restart is for a single service");
    host.run("environment restart staging --services nightly-report")
        .ends_with(3)
        .tells("A job has no pods that stay up");
    assert!(host.actions().is_empty());
    let one = host.run("environment restart staging --services checkout-api").ends_with(0);
    one.says("restart of checkout-api in staging: accepted");
    let help = ran(&mut bare("environment --help")).ends_with(0);
    assert!(!help.out.contains("restart"), "{help:?}");
}

#[test]
fn an_address_that_is_the_consoles_is_told_where_the_api_is() {
    let (data, page) = (kit::Folder::new(), kit::console());
    let server = kit::Server::start(&data.0, &["--console", page.0.to_str().unwrap()]);
    for end in ["", "/"] {
        let mut list = bare(&format!("environment list --api-url {}{end}", server.address));
        let told = ran(&mut list).ends_with(4);
        told.tells("answers with a web page").tells(&format!("try --api-url {}/api", server.address));
    }
    ran(&mut bare(&format!("environment list --api-url {}/api", server.address))).ends_with(0);
}

#[test]
fn a_server_that_is_not_there_ends_with_4_and_a_token_that_is_wrong_with_3() {
    let host = Host::open("shop");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut there = host.command("environment list");
    ran(there.env("PLAYHEAD_API_URL", format!("http://{nobody}"))).ends_with(4).tells("cannot be reached");
    ran(host.command("environment list").env("PLAYHEAD_TOKEN", "wrong")).ends_with(3).tells("token");
    ran(host.command("environment list").env_remove("PLAYHEAD_TOKEN")).ends_with(3).tells("wants a token");
    ran(host.command("environment list --auth bearer").env("PLAYHEAD_API_URL", &host.url)).ends_with(3);
}

#[test]
fn watching_ends_with_the_outcome() {
    let host = Host::open("shop");
    let redeploy = "application redeploy checkout-api -e staging --watch --interval 0";
    host.run(redeploy).ends_with(0).says("redeploy of checkout-api in staging: succeeded");
    let whole = host.run("environment redeploy staging --watch --interval 0 --json").ends_with(0).json();
    assert_eq!(whole["result"], "succeeded", "{whole}");
    assert_eq!(whole["outcome"]["state"], "ENDED", "{whole}");
    assert_eq!(host.actions().len(), 2);

    host.fault("build_fails");
    let version = "environment deploy staging --latest --services checkout-api --watch --interval 0";
    host.run(version).ends_with(1).says("failed").tells("failed");
    assert_eq!(host.actions().len(), 3);
}

#[test]
fn watching_works_by_statuses_where_the_server_tells_no_more() {
    let host = Host::open("shop").plain();
    let stop = host.run("application stop checkout-api -e staging --watch --interval 0").ends_with(0);
    stop.says("checkout-api: Stopped").says("succeeded");
    host.run("environment redeploy staging --watch --interval 0").ends_with(0).says("succeeded");
    host.fault("build_fails");
    host.run("environment deploy staging --latest --watch --interval 0").ends_with(1).tells("failed");
    host.run("environment status staging").ends_with(0);
    assert_eq!(host.actions().len(), 3);
}

#[test]
fn a_read_that_fails_meanwhile_is_tried_again_and_the_action_is_not() {
    let host = Host::open("shop").shaky(9);
    host.run("application restart checkout-api -e staging --watch --interval 0").ends_with(0).says("succeeded");
    assert_eq!(host.actions().len(), 1);
}

#[test]
fn an_answer_that_cannot_be_read_meanwhile_is_asked_for_again() {
    let page: Spoil = |_| b"<!doctype html><title>Back in a minute</title>".to_vec();
    let cut: Spoil = |body| body[..body.len() / 2].to_vec();
    let trouble = "the server's answer cannot be read, it is asked again";
    let deploy = "environment deploy staging --latest --services checkout-api --watch --interval 0";
    for (plain, fails) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut host = Host::open("shop").spoiled([page, cut]);
        if plain {
            host = host.plain();
        }
        if fails {
            host.fault("build_fails");
        }
        let ran = host.run(deploy).ends_with(i32::from(fails)).says(if fails { "failed" } else { "succeeded" });
        assert_eq!(host.unspoiled(), 0, "{ran:?}");
        assert_eq!(ran.err.matches(trouble).count(), 1, "said once: {ran:?}");
        assert_eq!(host.actions().len(), 1);
    }
    // Until the time is over.
    let host = Host::open("shop").spoiled([page; 9]);
    let ran = host.run(&format!("{deploy} --timeout 0")).ends_with(4);
    ran.tells("was accepted, but could not be followed to its end").tells("it is a web page");
    assert_eq!(host.actions().len(), 1);
}

#[test]
fn an_action_whose_answer_is_lost_is_not_sent_again() {
    let host = Host::open("shop").deaf();
    let lost = host.run("environment redeploy staging --watch --interval 0").ends_with(4);
    lost.tells("not known whether the request was accepted").tells("environment status");
    assert_eq!(host.actions().len(), 1);
}

#[test]
fn a_request_that_waits_says_its_place() {
    let host = Host::open("shop").still();
    host.run("environment redeploy staging").ends_with(0).says("it runs");
    let list = host.run("service list -e staging --json").json();
    let commits = host.ask(&Endpoint::Commits.request(&["application", &id_of(&list, "payments")]));
    let commit = commits["results"][2]["git_commit_id"].as_str().unwrap();
    let deploy = format!("application deploy payments -e staging --commit {commit}");
    host.run(&deploy).ends_with(0).says("deploy version of payments in staging: accepted, it waits at place 1");
    let followed = host.run(&format!("{deploy} --watch --timeout 0")).ends_with(4);
    followed.tells("waits at place 2").tells("goes on");
}

#[test]
fn watching_that_takes_too_long_ends_with_4() {
    let host = Host::open("shop");
    let watch = "environment stop staging --watch --timeout 0 --interval 0";
    assert_eq!(host.run("environment stop staging --watch --timeout 18446744073709551615").code, Some(2));
    host.run(watch).ends_with(4).tells("goes on").tells("environment status staging");
}

#[test]
fn a_cancel_is_planned_and_followed_to_the_end_of_the_deployment() {
    let host = Host::open("shop");
    host.fault("readiness_never_ok");
    let deploy = "environment deploy staging --latest --services checkout-api,payments";
    host.run(deploy).ends_with(0).says("2 services in staging: accepted, it runs");
    let plan = host.run("environment plan cancel staging").ends_with(0);
    plan.says("2 would act").says("goes back to what it ran before").says("it is not in the deployment");
    host.run("service cancel orders-db -e staging").ends_with(3);
    host.run("service cancel payments -e staging --watch --interval 0")
        .ends_with(0)
        .says("cancel of staging: succeeded");
    let history = host.run("environment history staging --json").ends_with(0).json();
    assert_eq!(history[0]["status"], "CANCELED", "{history}");
}

#[test]
fn a_plan_says_who_acts_and_who_does_not_and_sends_nothing() {
    let host = Host::open("shop");
    let plan = host.run("environment plan redeploy staging").ends_with(0);
    plan.says("redeploy of staging:").says("checkout-api");
    let plan = host.run("environment plan stop production --json").ends_with(0).json();
    assert_eq!(plan["accepted"], true, "{plan}");
    assert!(plan["services"].as_array().unwrap().iter().any(|one| one["effect"] == "STOPS"), "{plan}");
    host.run("environment plan cancel staging").ends_with(3).tells("would be refused");
    host.run("job plan restart nightly-report -e staging").ends_with(3).tells("A job has no pods");
    host.run("environment plan stop staging --services checkout-api,payments").ends_with(0).says("2 would act");
    assert!(host.actions().is_empty());
}

#[test]
fn a_plan_says_what_then_happens() {
    for action in ["deploy", "redeploy", "stop", "cancel"] {
        let host = Host::open("trouble").still();
        let environments = host.run("environment list --json").ends_with(0).json();
        for environment in environments.as_array().unwrap() {
            let id = environment["id"].as_str().unwrap();
            let plan = host.run(&format!("environment plan {action} {id}"));
            let sent = host.run(&format!("environment {action} {id}"));
            assert_eq!(plan.code, sent.code, "{plan:?} {sent:?}");
            assert!(plan.err.ends_with(sent.err.trim_start_matches("error: ")), "{plan:?} {sent:?}");
        }
    }
    for action in ["deploy", "redeploy", "stop", "restart"] {
        let host = Host::open("trouble").still();
        let environments = host.run("environment list --json").ends_with(0).json();
        let home = environments[0]["id"].as_str().unwrap();
        let services = host.run(&format!("service list -e {home} --json")).ends_with(0).json();
        for service in services.as_array().unwrap() {
            let id = service["id"].as_str().unwrap();
            let plan = host.run(&format!("service plan {action} {id}"));
            let sent = host.run(&format!("service {action} {id}"));
            assert_eq!(plan.code, sent.code, "{service} {plan:?} {sent:?}");
        }
    }
}

#[test]
fn a_subset_is_sent_as_one_request() {
    let host = Host::open("shop");
    host.run("environment redeploy staging --services checkout-api,orders-db").ends_with(0).says("2 services");
    let actions = host.actions();
    assert_eq!(actions.len(), 1);
    assert!(actions[0].path.ends_with("/service/deploy"), "{actions:?}");
    // A script's variable that is empty is not the whole environment.
    for services in ["", ",", "payments,"] {
        let mut stop = host.command("environment stop staging --services");
        assert_eq!(ran(stop.arg(services)).code, Some(2), "{services:?}");
    }
    assert_eq!(host.actions().len(), 1);
}

#[test]
fn the_history_says_from_where_it_was_asked() {
    let host = Host::open("shop");
    host.run("application restart checkout-api -e staging --watch --interval 0").ends_with(0);
    let history = host.run("environment history staging --json").ends_with(0).json();
    assert_eq!(history[0]["origin"], "CLI", "{history}");
    assert_eq!(history[0]["triggered_by"], "Ada Example", "{history}");
    host.run("application history checkout-api -e staging").ends_with(0).says("restart").says("CLI");
    // One that it was in, not one of the last one.
    host.run("application restart storefront -e staging --watch --interval 0").ends_with(0);
    let own = host.run("application history checkout-api -e staging --limit 1 --json").ends_with(0).json();
    let parts = own[0]["services"].as_array().unwrap();
    assert_eq!((own.as_array().unwrap().len(), &parts[0]["name"]), (1, &"checkout-api".into()), "{own}");
    let mut ci = host.command("application redeploy payments -e staging --watch --interval 0");
    ran(ci.env("CI", "true")).ends_with(0);
    let newest = host.run("environment history staging --limit 1 --json").ends_with(0).json();
    assert_eq!((&newest[0]["origin"], &newest[0]["action"]), (&"CI_CD".into(), &"REDEPLOY".into()), "{newest}");
    let status = host.run("environment status staging --json").ends_with(0).json();
    assert_eq!(status["last_operation"]["origin"], "CI_CD", "{status}");
    let mut told = host.command("application restart payments -e staging --origin TERRAFORM_PROVIDER");
    ran(told.env("CI", "true")).ends_with(0);
    let actions = host.actions();
    assert_eq!(actions[3].header("X-Playhead-Origin"), Some("TERRAFORM_PROVIDER"));
}

#[test]
fn help_is_also_a_word_before_what_it_is_about() {
    for about in ["", "environment", "environment deploy"] {
        let flag = ran(&mut bare(&format!("{about} --help"))).ends_with(0);
        assert_eq!(ran(&mut bare(&format!("help {about}"))).ends_with(0).out, flag.out);
    }
    assert_eq!(ran(&mut bare("help nothing")).code, Some(2));
}

#[test]
fn the_help_of_each_noun_says_by_itself_what_it_is_about() {
    for (noun, about) in [
        ("application", "Lists applications"),
        ("container", "Lists containers"),
        ("job", "Lists lifecycle jobs and cron jobs"),
        ("helm", "Lists Helm charts"),
        ("database", "Lists databases"),
    ] {
        assert!(ran(&mut bare(&format!("{noun} --help"))).ends_with(0).out.starts_with(about), "{noun}");
    }
}

#[test]
fn completions_and_manual_pages_are_made() {
    for shell in ["bash", "zsh", "fish"] {
        ran(&mut bare(&format!("completions {shell}"))).ends_with(0).says("playhead").says("redeploy");
    }
    ran(&mut bare("man")).ends_with(0).says(".TH playhead");
    let host = Host::open("empty");
    let folder = host.file("man");
    ran(&mut bare(&format!("man --dir {}", folder.display()))).ends_with(0);
    for page in ["playhead.1", "playhead-environment.1", "playhead-environment-deploy.1", "playhead-world-import.1"] {
        assert!(folder.join(page).exists(), "{page}");
    }
    assert_eq!(bare("--help").output().unwrap().status.code(), Some(0));
    assert_eq!(bare("").output().unwrap().status.code(), Some(2));
}

#[test]
fn a_world_goes_out_and_comes_back() {
    let host = Host::open("trouble");
    let file = host.file("world.json");
    host.run(&format!("world export {}", file.display())).ends_with(0);
    let standard = host.run("world export").ends_with(0);
    assert!(standard.json().is_object());
    let other = Host::open("shop");
    other.run(&format!("world import {}", file.display())).ends_with(0).says("open");
    let there = host.run("environment list --json").json();
    let here = other.run("environment list --json").json();
    assert_eq!(there, here);
    fs::write(&file, "{}").unwrap();
    other.run(&format!("world import {}", file.display())).ends_with(2).tells("world.json: ");
    other.run(&format!("world import {}", other.file("none").display())).ends_with(2).tells("none");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let host = Host::open("shop");
    let mut command = host.command("environment status staging");
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(done.stderr.is_empty(), "{done:?}");
}
