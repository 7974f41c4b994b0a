//! Which server, as whom: flags, variables, the config file.

use std::fs;
use std::path::Path;

use super::host::{Host, Ran, TOKEN, bare, ran};

/// Runs a command with a config file and these variables only.
fn run(config: &Path, arguments: &str, variables: &[(&str, &str)]) -> Ran {
    let mut command = bare(arguments);
    command.env("PLAYHEAD_CONFIG", config).envs(variables.iter().copied());
    ran(&mut command)
}

#[test]
fn settings_come_from_flags_then_variables_then_the_file() {
    let host = Host::open("shop");
    let config = host.file("config.json");
    let run = |arguments: &str, variables: &[(&str, &str)]| run(&config, arguments, variables);
    let token = TOKEN;
    let wrong = "http://127.0.0.1:1";
    fs::write(&config, format!(r#"{{"api_url": "{}", "token": "{token}"}}"#, host.url)).unwrap();
    run("environment list", &[]).ends_with(0);
    run("environment list", &[("QOVERY_API_URL", wrong)]).ends_with(4);
    run("environment list", &[("QOVERY_API_URL", wrong), ("PLAYHEAD_API_URL", &host.url)]).ends_with(0);
    let flag = format!("environment list --api-url {}", host.url);
    run(&flag, &[("PLAYHEAD_API_URL", wrong)]).ends_with(0);
    let live = ("QOVERY_API_URL", host.url.as_str());
    run("environment list", &[live, ("QOVERY_CLI_ACCESS_TOKEN", "wrong")]).ends_with(3);
    run("environment list", &[live, ("QOVERY_CLI_ACCESS_TOKEN", "wrong"), ("PLAYHEAD_TOKEN", token)]).ends_with(0);
    let secret = host.file("token");
    fs::write(&secret, format!("{token}\n")).unwrap();
    let flag = format!("environment list --token-file {}", secret.display());
    run(&flag, &[("PLAYHEAD_TOKEN", "wrong")]).ends_with(0);
    run("environment list", &[("PLAYHEAD_PROJECT", "Nothing")]).ends_with(2).tells("Shop");

    fs::write(&config, r#"{"api_url": 3}"#).unwrap();
    run("environment list", &[]).ends_with(2).tells("config.json").tells("\"api_url\"");
    fs::write(&config, r#"{"apiurl": "x"}"#).unwrap();
    run("environment list", &[]).ends_with(2).tells("\"apiurl\"").tells("organization");
    fs::write(&config, format!("{{\"token\": \"{token}\" \"\"}}")).unwrap();
    run("environment list", &[]).ends_with(2).tells("line 1");
    fs::remove_file(&config).unwrap();
    run("environment list", &[]).ends_with(2).tells("config.json");
    run("environment list --api-url nonsense", &[("PLAYHEAD_CONFIG", "")]).ends_with(2).tells("--api-url");
}

#[test]
fn how_the_token_is_presented_is_a_setting_too() {
    // The server takes it as an API token only.
    let host = Host::open("shop");
    let config = host.file("config.json");
    let write = |auth: &str| {
        let (url, quoted) = (&host.url, serde_json::json!(auth));
        fs::write(&config, format!(r#"{{"api_url": "{url}", "token": "{TOKEN}", "auth": {quoted}}}"#)).unwrap();
    };
    let run = |arguments: &str, variables: &[(&str, &str)]| run(&config, arguments, variables);
    write("");
    run("environment list", &[]).ends_with(0);
    write("bearer");
    run("environment list", &[]).ends_with(3);
    run("environment list", &[("PLAYHEAD_AUTH", "")]).ends_with(3);
    run("environment list", &[("PLAYHEAD_AUTH", "token")]).ends_with(0);
    run("environment list --auth token", &[("PLAYHEAD_AUTH", "bearer")]).ends_with(0);
    write("token");
    run("environment list", &[("PLAYHEAD_AUTH", "bearer")]).ends_with(3);
    run("environment list --auth bearer", &[("PLAYHEAD_AUTH", "token")]).ends_with(3);
    // A word that is wrong is told with its place, and nothing is sent.
    let wrong = run("environment list", &[("PLAYHEAD_AUTH", "basic")]).ends_with(2);
    wrong.tells("PLAYHEAD_AUTH").tells("\"basic\"").tells("token and bearer");
    write("Basic");
    run("environment list", &[])
        .ends_with(2)
        .tells("\"auth\" in the config file")
        .tells("config.json")
        .tells("\"Basic\"");
    assert_eq!(run("environment list --auth basic", &[]).code, Some(2));
}

#[test]
fn the_token_of_a_live_account_goes_to_its_own_address_only() {
    let host = Host::open("shop");
    let config = host.file("config.json");
    let live = ("QOVERY_CLI_ACCESS_TOKEN", TOKEN);
    let (url, other) = (host.url.as_str(), ("PLAYHEAD_API_URL", "http://127.0.0.1:1/api"));
    fs::write(&config, "{}").unwrap();
    let account = ("QOVERY_API_URL", url);
    run(&config, "environment list", &[live, account]).ends_with(0);
    // Whoever names it once more.
    run(&config, "environment list", &[live, account, ("PLAYHEAD_API_URL", &format!("{url}/"))]).ends_with(0);
    run(&config, &format!("environment list --api-url {url}"), &[live, account]).ends_with(0);
    // The address of a variable, of a flag and of the file: none of them is the account's.
    let held = "QOVERY_CLI_ACCESS_TOKEN is sent to the address of QOVERY_API_URL only";
    let named = ("QOVERY_API_URL", "http://127.0.0.1:1/api");
    run(&config, "environment list", &[live, ("PLAYHEAD_API_URL", url)]).ends_with(3).tells(held);
    run(&config, "environment list", &[live, named, ("PLAYHEAD_API_URL", url)]).ends_with(3).tells(held);
    run(&config, &format!("environment list --api-url {url}"), &[live, named]).ends_with(3).tells(held);
    fs::write(&config, format!(r#"{{"api_url": "{url}"}}"#)).unwrap();
    run(&config, "environment list", &[live]).ends_with(3).tells(held);
    run(&config, "environment list", &[live, other]).ends_with(4);
    run(&config, "environment list", &[live, ("PLAYHEAD_TOKEN", TOKEN)]).ends_with(0);
}

#[test]
fn the_token_of_the_config_file_goes_to_the_address_there_only() {
    let host = Host::open("shop");
    let config = host.file("config.json");
    let (url, list) = (host.url.as_str(), "environment list");
    let held =
        "The token of the config file is sent to the address there (\"api_url\", else http://127.0.0.1:8080/api) only";
    let write = |address: &str| {
        fs::write(&config, format!(r#"{{{address} "token": "{TOKEN}"}}"#)).unwrap();
    };
    let here = format!("{list} --api-url {url}");
    // Without an address it is that of a server on this machine.
    for other in [r#""api_url": "http://127.0.0.1:1/api","#, r#""api_url": "https://api.qovery.com","#, ""] {
        write(other);
        run(&config, &here, &[]).ends_with(3).tells(held);
        run(&config, list, &[("PLAYHEAD_API_URL", url)]).ends_with(3).tells(held);
        run(&config, list, &[("QOVERY_API_URL", url)]).ends_with(3).tells(held);
        // A token that is given for the command is for the address of the command.
        run(&config, &here, &[("PLAYHEAD_TOKEN", TOKEN)]).ends_with(0);
    }
    // The same scheme, host and port: whatever the path, and however it is written.
    let same = url.replace("/api", "/elsewhere").replace("http", "HTTP");
    write(&format!(r#""api_url": "{same}","#));
    run(&config, &here, &[]).ends_with(0);
    write(&format!(r#""api_url": "{}","#, url.replace("http", "https")));
    run(&config, &here, &[]).ends_with(3).tells(held);
}

#[test]
fn an_address_with_a_password_is_refused_and_the_password_is_not_told() {
    let host = Host::open("shop");
    let config = host.file("config.json");
    // In place of a password, the token: no test may see it printed.
    let secret = TOKEN;
    let bare = host.url.trim_start_matches("http://");
    for address in [
        format!("http://ada:{secret}@{bare}"),
        format!("http://{secret}@{bare}"),
        format!("http://ada:{secret}/@{bare}"),
        format!("ada:{secret}@{bare}"),
    ] {
        fs::write(&config, "{}").unwrap();
        let refused = |ran: Ran| ran.ends_with(2).tells("a user name or a password in it");
        refused(run(&config, &format!("environment list --api-url {address}"), &[]));
        refused(run(&config, "environment list --json", &[("PLAYHEAD_API_URL", &address)]));
        refused(run(&config, "environment list", &[("QOVERY_API_URL", &address)]));
        fs::write(&config, format!(r#"{{"api_url": "{address}"}}"#)).unwrap();
        refused(run(&config, "environment list", &[]));
    }
    for end in ["?token=", "#"] {
        let address = format!("environment list --api-url {}{end}{secret}", host.url);
        run(&config, &address, &[]).ends_with(2).tells("is no address of an API");
    }
    assert!(host.actions().is_empty());
}

#[test]
fn no_token_goes_to_another_machine_in_clear() {
    let host = Host::open("shop");
    let config = host.file("config.json");
    fs::write(&config, "{}").unwrap();
    // A name that no resolver knows (RFC 6761): nothing leaves the machine.
    let away = [
        "http://playhead.invalid/api",
        "http://192.0.2.1:1/api",
        "http://localhost.invalid/api",
        "http://[2001:db8::1]/api",
    ];
    for url in away {
        let refused =
            run(&config, &format!("environment list --api-url {url}"), &[("PLAYHEAD_TOKEN", TOKEN)]).ends_with(2);
        refused.tells("in clear").tells("--insecure-http");
        let refused = run(&config, "environment list", &[("QOVERY_API_URL", url), ("QOVERY_CLI_ACCESS_TOKEN", TOKEN)]);
        refused.ends_with(2).tells("in clear");
    }
    let list = format!("environment list --api-url {}", away[0]);
    run(&config, &list, &[]).ends_with(4).tells("cannot be reached");
    run(&config, &format!("{list} --insecure-http"), &[("PLAYHEAD_TOKEN", TOKEN)]).ends_with(4);
    run(&config, &list, &[("PLAYHEAD_TOKEN", TOKEN), ("PLAYHEAD_INSECURE_HTTP", "1")]).ends_with(4);
    run(&config, &list, &[("PLAYHEAD_TOKEN", TOKEN), ("PLAYHEAD_INSECURE_HTTP", "0")]).ends_with(2);
    // Over https, and to this machine by all its names, it goes.
    for url in [
        "https://playhead.invalid/api",
        "http://localhost:1/api",
        "http://LOCALHOST:1/api",
        "http://127.1.2.3:1/api",
        "http://[::1]:1/api",
    ] {
        run(&config, &format!("environment list --api-url {url}"), &[("PLAYHEAD_TOKEN", TOKEN)]).ends_with(4);
    }
}

#[test]
fn an_origin_is_one_of_the_known_words() {
    let host = Host::open("shop");
    for origin in ["foo", "cli", "CI-CD"] {
        let refused = host.run(&format!("environment list --origin {origin}")).ends_with(2);
        refused.tells(origin).tells("CI_CD, API, CLI, CONSOLE, GIT, QOVERY_INTERNAL, SKILL, TERRAFORM_PROVIDER");
        ran(host.command("environment list").env("PLAYHEAD_ORIGIN", origin)).ends_with(2).tells("is no origin");
    }
    let help = ran(&mut bare("environment list --help")).ends_with(0);
    for origin in ["CI_CD", "API", "CLI", "CONSOLE", "GIT", "QOVERY_INTERNAL", "SKILL", "TERRAFORM_PROVIDER"] {
        host.run(&format!("environment list --origin {origin}")).ends_with(0);
        assert!(help.out.contains(origin), "{origin}: {help:?}");
    }
}
