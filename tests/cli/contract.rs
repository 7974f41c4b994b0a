//! A server with only the public contract: every command works there, or says plainly what it cannot tell.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use playhead::api::{Method, Response};
use serde_json::{Value, json};

use super::thin::Thin;
use super::{id_of, readme};

/// How fast the world runs where only its end matters.
const FAST: &str = "1000";

/// The environment `staging`.
fn staging(thin: &Thin) -> String {
    id_of(&thin.run("environment list --json").ends_with(0).json(), "staging")
}

/// A line of the README with things of the scenario `shop` for what it leaves open.
fn filled(thin: &Thin, environment: &str, line: &str) -> String {
    let service = match line.split(' ').next().unwrap() {
        "application" => "checkout-api",
        "helm" => "ingress",
        _ => "mail-relay",
    };
    let list = thin.server().results(&format!("/api/environment/{environment}/services"));
    let id = |name: &str| id_of(&Value::Array(list.clone()), name);
    let whole = |word: &str, name: &str| thin.server().get(&format!("/api/{word}/{}", id(name))).json();
    let organization = thin.server().results("/api/organization")[0]["id"].as_str().unwrap().to_owned();
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for word in &mut words {
        *word = match word.as_str() {
            "ENV" => "staging".to_owned(),
            "SERVICE" => service.to_owned(),
            "a,b" => "checkout-api,payments".to_owned(),
            "SHA" => {
                let commits = thin.server().results(&format!("/api/application/{}/commit", id(service)));
                commits[3]["git_commit_id"].as_str().unwrap()[..9].to_owned()
            }
            "TAG" => {
                let container = whole("container", service);
                let (registry, image) = (container["registry"]["id"].as_str(), container["image_name"].as_str());
                let path = format!(
                    "/api/organization/{organization}/containerRegistry/{}/images?imageName={}",
                    registry.unwrap(),
                    image.unwrap()
                );
                thin.server().results(&path)[0]["versions"][1].as_str().unwrap().to_owned()
            }
            "V" => {
                let chart = whole("helm", service)["source"]["repository"].clone();
                let path = format!(
                    "/api/organization/{organization}/helmRepository/{}/charts?chartName={}",
                    chart["repository"]["id"].as_str().unwrap(),
                    chart["chart_name"].as_str().unwrap()
                );
                thin.server().results(&path)[0]["versions"][1].as_str().unwrap().to_owned()
            }
            other => other.to_owned(),
        };
    }
    words.join(" ")
}

#[test]
fn every_command_line_of_the_readme_works() {
    // Some gateways refuse what they do not know.
    for hidden in [404, 403] {
        let thin = Thin::open(FAST, hidden, Box::new(|_, response| response));
        let environment = staging(&thin);
        for line in readme::lines() {
            let told = thin.run(&filled(&thin, &environment, &line));
            // Those that find nothing to act on say so; everything else is done.
            match line.split(' ').nth(1).unwrap() {
                "cancel" => drop(told.ends_with(3).tells("No deployment is queued, building or deploying")),
                "take-back" => drop(told.ends_with(3).tells("nothing waits in staging")),
                "list" => drop(told.ends_with(0).says("production")),
                "status" => drop(told.ends_with(0).says("Deployment OK")),
                "history" => drop(told.ends_with(0).says("BEGAN")),
                "logs" => drop(told.ends_with(0).says("Deploy")),
                "queue" => drop(told.ends_with(0).says("nothing waits")),
                "configure" => drop(told.ends_with(0).says("mCPU").says("playhead container redeploy mail-relay")),
                "plan" => drop(told.ends_with(0).says("would act")),
                "versions" => drop(told.ends_with(0).says("deployed")),
                _ => {
                    let told = told.ends_with(0).says("accepted");
                    // Neither its place nor its id is known.
                    assert!(!told.out.contains("it runs") && !told.out.contains("request"), "{line}: {told:?}");
                }
            }
            thin.idle(&environment);
            if line.contains(" stop ") {
                let redeploy = format!("/api/environment/{environment}/redeploy");
                assert_eq!(thin.server().ask("POST", &redeploy).send().status, 202);
                thin.idle(&environment);
            }
        }
        // With the watching that a line of the table has for all of them.
        let watched = "environment redeploy staging --watch --interval 0";
        thin.run(watched).ends_with(0).says("redeploy of staging: succeeded");
        let followed = thin.run("environment logs staging --follow --interval 0").ends_with(0);
        assert_eq!(followed.out, thin.run("environment logs staging").ends_with(0).out);
    }
}

#[test]
fn a_cancel_and_a_place_in_the_queue_need_no_more_than_the_contract() {
    let thin = Thin::straight("1");
    thin.run("environment deploy staging --latest").ends_with(0);
    let [commit, later] = [3, 4].map(|place| {
        let all = thin.run("application versions payments -e staging --json").ends_with(0).json();
        all[place]["version"].as_str().unwrap().to_owned()
    });
    for commit in [&commit, &later] {
        thin.run(&format!("application deploy payments -e staging --commit {commit}")).ends_with(0);
    }
    let queue = thin.run("environment queue staging --json").ends_with(0).json();
    assert_eq!(queue.as_array().unwrap().len(), 2, "{queue}");
    for one in queue.as_array().unwrap() {
        thin.run(&format!("environment take-back staging {}", one["id"].as_str().unwrap())).ends_with(0);
    }
    thin.run("environment plan cancel staging").ends_with(0).says("10 would act, 9 left out");
    thin.run("environment cancel staging --watch --interval 0").ends_with(0).says("cancel of staging: succeeded");
    let history = thin.run("environment history staging --limit 1 --json").ends_with(0).json();
    assert_eq!(history[0]["action_status"], "CANCELED", "{history}");
}

#[test]
fn what_the_contract_does_not_tell_is_not_told() {
    let thin = Thin::straight(FAST);
    let row = |table: &str, name: &str| -> Vec<String> {
        let line = table.lines().find(|line| line.starts_with(name)).unwrap();
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
    };
    let list = thin.run("environment list").ends_with(0).out;
    assert_eq!(row(&list, "production")[1..5], ["Deployment OK", "-", "-", "production"], "{list}");
    let all = thin.run("environment list --json").ends_with(0).json();
    assert_eq!((&all[0]["running_state"], &all[0]["services"]), (&Value::Null, &Value::Null), "{all}");
    let status = thin.run("environment status staging").ends_with(0).out;
    let head: Vec<&str> = status.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(head.len(), 4, "name, id, status, last: {head:?}");
    assert!(head[3].starts_with("last         deployment by "), "which action it was is not told: {head:?}");
    let checkout = row(&status, "checkout-api");
    assert_eq!(checkout[3..6], ["Deployment OK", "-", "-"], "{checkout:?}");
    let service = thin.run("application status checkout-api -e staging").ends_with(0).out;
    for word in ["running", "pods", "desired ", "runs with", "note"] {
        assert!(
            service.lines().all(|line| !line.starts_with(word)) && !service.contains("runs with"),
            "{word}: {service}"
        );
    }
    let status = thin.run("environment status staging --json").ends_with(0).json();
    for key in ["running_state", "cancelable", "queue_length", "last_operation"] {
        assert_eq!(status[key], Value::Null, "{key}: {status}");
    }
    thin.run("world export").ends_with(2).tells("this server has no world");
}

/// Changes each status of the lists by type.
fn each_status(body: &mut Value, change: impl Fn(&mut Value)) {
    for list in ["applications", "containers", "jobs", "databases", "helms"] {
        body[list].as_array_mut().unwrap().iter_mut().for_each(&change);
    }
}

#[test]
fn a_status_that_is_unknown_is_shown_as_it_came_and_judged_by_the_server() {
    let thin = Thin::bent("/statuses", |body| each_status(body, |status| status["state"] = json!("THAWING")));
    thin.run("service list -e staging").ends_with(0).says("THAWING");
    let plan = thin.run("application plan restart checkout-api -e staging").ends_with(3);
    plan.tells("The status THAWING is unknown to this version of Playhead");
    assert_eq!(thin.actions(), 0);
    thin.run("application restart checkout-api -e staging").ends_with(0).says("accepted");
    thin.run("environment redeploy development --watch --interval 0 --timeout 0").ends_with(4).tells("goes on");
}

#[test]
fn a_service_of_an_unknown_kind_is_shown_and_nothing_is_sent_for_it() {
    let thin = Thin::bent("/services", |body| {
        let all = body["results"].as_array_mut().unwrap();
        let one = all.iter_mut().find(|service| service["name"] == "ingress").unwrap();
        one["service_type"] = json!("TERRAFORM");
        let one = all.iter_mut().find(|service| service["name"] == "nightly-report").unwrap();
        one["job_type"] = json!("WEEKLY");
    });
    let list = thin.run("service list -e staging").ends_with(0).says("TERRAFORM").says("WEEKLY");
    assert!(!list.out.to_lowercase().contains("unknown"), "{list:?}");
    thin.run("service status ingress -e staging").ends_with(0).says("TERRAFORM");
    let one = thin.run("service status ingress -e staging --json").ends_with(0).json();
    assert_eq!((&one["type"], &one["kind"]), (&json!("TERRAFORM"), &json!("TERRAFORM")));
    let one = thin.run("service status nightly-report -e staging --json").ends_with(0).json();
    assert_eq!((&one["type"], &one["kind"]), (&json!("JOB"), &json!("WEEKLY")));
    for command in [
        "service redeploy ingress -e staging",
        "service cancel ingress -e staging",
        "service plan redeploy ingress -e staging",
        "environment redeploy staging --services checkout-api,ingress",
        "environment stop staging --services ingress",
        "environment deploy staging --services ingress,payments",
    ] {
        thin.run(command).ends_with(3).tells("This kind of service is unknown to this version of Playhead");
    }
    thin.run("service configure ingress -e staging --cpu 500").ends_with(2).tells("ingress");
    assert_eq!(thin.actions(), 0, "nothing was sent");
    // The environment's own calls name no service: they take it in.
    thin.run("environment redeploy staging --watch --interval 0").ends_with(0).says("ingress: Deployment OK");
}

#[test]
fn without_statuses_nothing_is_said_of_them_and_the_server_decides() {
    let thin = Thin::bent("/statuses", |body| *body = json!({}));
    let status = thin.run("environment status staging --json").ends_with(0).json();
    assert_eq!((&status["state"], &status["services"][0]["state"]), (&Value::Null, &Value::Null), "{status}");
    assert_eq!(status["services"][0]["sync"], Value::Null, "{status}");
    let shown = thin.run("application status checkout-api -e staging").ends_with(0).out;
    assert!(shown.lines().any(|line| line.starts_with("status") && line.ends_with(" -")), "{shown}");
    assert!(shown.lines().any(|line| line.starts_with("up to date") && line.ends_with(" -")), "{shown}");
    thin.run("environment plan redeploy staging").ends_with(0).says("its status is not told: the server decides");
    thin.run("application plan cancel checkout-api -e staging").ends_with(0).says("the server decides");
    thin.run("application cancel checkout-api -e staging").ends_with(3).tells("No deployment is queued");
    let watched = thin.run("application restart checkout-api -e staging --watch --interval 0 --timeout 0").ends_with(4);
    watched.tells("the server tells no status of it");
    // Whom a source without commits leaves out needs no status.
    let latest = thin.run("environment plan deploy-latest staging").ends_with(0).says("10 would act, 9 left out");
    latest.says("its status is not told: the server decides").says("Only services with a git source have a latest");
    let latest = thin.run("environment deploy staging --latest").ends_with(0);
    assert_eq!(latest.err.matches("left out: ").count(), 9, "{latest:?}");
}

#[test]
fn where_one_status_is_told_it_refuses_nothing_for_the_others() {
    // The only one that is told is stopped already.
    let thin = Thin::bent("/statuses", |body| {
        let mut told = body["applications"][0].take();
        told["state"] = json!("STOPPED");
        *body = json!({"applications": [told]});
    });
    let plan = thin.run("environment plan stop staging").ends_with(0).says("18 would act, 1 left out");
    plan.says("its status is not told: the server decides");
    let json = thin.run("environment plan stop staging --json").ends_with(0).json();
    assert_eq!((&json["accepted"], &json["reason"]), (&Value::Bool(true), &Value::Null), "{json}");
    let told = thin.run("environment stop staging").ends_with(0);
    assert_eq!(told.err.matches("left out: ").count(), 1, "{told:?}");
}

#[test]
fn whether_something_differs_is_said_only_where_it_is_told() {
    let thin = Thin::bent("/statuses", |body| {
        each_status(body, |status| status["service_deployment_status"] = json!("PERHAPS"));
    });
    let plan = thin.run("application plan redeploy checkout-api -e staging").ends_with(0);
    plan.says("whether it differs is not told");
    let status = thin.run("application status checkout-api -e staging --json").ends_with(0).json();
    assert_eq!(status["sync"], Value::Null, "{status}");
}

#[test]
fn a_list_without_results_is_empty() {
    for (end, command, words) in [
        ("/deploymentHistoryV2", "environment history staging", "BEGAN"),
        ("/deploymentQueue", "environment queue staging", "nothing waits"),
        ("/services", "environment status staging", "NAME"),
        ("/deploymentStage", "service list -e staging", "checkout-api"),
        ("/environment/status", "environment list", "staging"),
    ] {
        let thin = Thin::bent(end, |body| *body = json!({}));
        thin.run(command).ends_with(0).says(words);
    }
    let thin = Thin::bent("/organization", |body| *body = json!({}));
    thin.run("environment list").ends_with(2).tells("there is no organization that this token can see");
    let thin = Thin::bent("/deploymentHistoryV2", |body| *body = json!({}));
    thin.run("environment logs staging").ends_with(0).tells("there is no log");
    let thin = Thin::bent("/services", |body| *body = json!("soon"));
    thin.run("environment status staging")
        .ends_with(4)
        .tells("/services cannot be read")
        .tells("an object is expected");
}

#[test]
fn watching_stays_within_a_thousand_requests_an_hour() {
    let thin = Thin::straight("1");
    thin.run("environment redeploy staging --watch --timeout 11").ends_with(4).tells("goes on");
    let (before, looks) = thin.seen(|seen| {
        let sent = seen.iter().position(|one| one.method == Method::Post).unwrap();
        let looks: Vec<_> = seen[sent + 1..].iter().map(|one| (one.path.clone(), one.at)).collect();
        (sent + 1, looks)
    });
    assert!(looks.len() >= 3 && looks.iter().all(|(path, _)| path.ends_with("/statuses")), "{looks:?}");
    // By when they came: how many an hour has, with those before the action. The last of all is asked as the time is over.
    let regular = &looks[..looks.len() - 1];
    let took = regular[regular.len() - 1].1 - regular[0].1;
    let hour = Duration::from_secs(3600).as_secs_f64() / took.as_secs_f64() * (regular.len() - 1) as f64;
    assert!(hour + before as f64 <= 1000.0, "{hour} an hour and {before}: {looks:?}");
}

#[test]
fn a_server_that_counts_is_asked_again_when_it_said() {
    type Told = (&'static str, fn() -> u64);
    let moment = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3;
    let told: [Told; 3] = [
        ("Retry-After", || 2),
        ("X-RateLimit-Reset", || 2),
        // As a moment, in Unix seconds.
        ("X-RateLimit-Reset", moment),
    ];
    for (header, value) in told {
        let (posted, limited) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let thin = Thin::open(
            FAST,
            404,
            Box::new(move |request, response| {
                posted.fetch_add(usize::from(request.method == Method::Post), Ordering::SeqCst);
                let looks = posted.load(Ordering::SeqCst) > 0 && request.path.ends_with("/statuses");
                match looks && limited.fetch_add(1, Ordering::SeqCst) == 0 {
                    true => Response::new(429).with_header(header, value().to_string()),
                    false => response,
                }
            }),
        );
        let watch = "environment redeploy staging --watch --interval 0 --timeout 20";
        let ran = thin.run(watch).ends_with(0).says("succeeded");
        ran.tells("too many requests for this token, it is asked again in");
        thin.seen(|seen| {
            let sent = seen.iter().position(|one| one.method == Method::Post).unwrap();
            let gap = seen[sent + 2].at - seen[sent + 1].at;
            assert!((2..15).contains(&gap.as_secs()), "{header}: {gap:?}");
        });
    }
}

#[test]
fn a_command_that_is_not_watched_is_not_repeated_against_the_limit() {
    let thin = Thin::open(FAST, 404, Box::new(|_, _| Response::new(429).with_header("Retry-After", "40")));
    thin.run("environment list").ends_with(4).tells("too many requests for this token. Try again in 40 s");
    assert_eq!(thin.seen(<[_]>::len), 1);
}
