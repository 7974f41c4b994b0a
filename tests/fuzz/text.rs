//! Targets without a world: readers of answers and pushes, texts that are printed, URLs, and the search of lists.

use playhead::api;
use playhead::api::reading::{Read, from_slice};
use playhead::api::{Endpoint, ErrorBody, Results, Time};
use playhead::cli::foreign;
use playhead::client::logged;
use playhead::client::unseen;
use serde_json::{Value, json};

use crate::console::legible::{self, legible};
use crate::console::list::{Item, lines, sort};
use crate::console::route::query::Query;
use crate::console::route::{Group, Page, Place};
use crate::hostile::Hostile;
use crate::world::{ENVIRONMENT, NOW, READS, small};

type Reader = fn(&[u8]) -> Result<(), String>;

fn reads<T: Read>(body: &[u8]) -> Result<(), String> {
    from_slice::<T>(body).map(drop).map_err(|error| error.to_string())
}

/// Every answer there is.
const ANSWERS: [(&str, Reader); 22] = [
    ("organizations", reads::<Results<api::organization::Organization>>),
    ("projects", reads::<Results<api::organization::Project>>),
    ("environment", reads::<api::environment::Environment>),
    ("environments", reads::<Results<api::environment::Environment>>),
    ("environments status", reads::<Results<api::status::EnvironmentStatus>>),
    ("statuses", reads::<api::status::Statuses>),
    ("by stage", reads::<api::status::StatusesWithStages>),
    ("service status", reads::<api::status::ServiceStatus>),
    ("services", reads::<Results<api::service::Service>>),
    ("stages", reads::<Results<api::stage::Stage>>),
    ("history", reads::<api::history::History>),
    ("queue", reads::<Results<api::queue::Queued>>),
    ("logs", reads::<Vec<api::log::LogLine>>),
    ("commits", reads::<Results<api::version::Commit>>),
    ("images", reads::<Results<api::version::ImageVersions>>),
    ("charts", reads::<Results<api::version::ChartVersions>>),
    ("project live", reads::<api::live::ProjectLive>),
    ("environment live", reads::<api::live::EnvironmentDetail>),
    ("outcome", reads::<api::outcome::Outcome>),
    ("scenarios", reads::<api::scenario::Scenarios>),
    ("faults", reads::<api::fault::Faults>),
    ("error", reads::<ErrorBody>),
];

fn read_all(readers: &[(&str, Reader)], input: &[u8]) -> String {
    let told = readers.iter().map(|(name, reader)| match reader(input) {
        Ok(()) => format!("{name} ok "),
        Err(problem) => {
            assert!(problem.len() <= 2 * input.len() + 400, "more is said of an input than is in it");
            problem
        }
    });
    told.collect()
}

pub fn answers() -> Vec<Vec<u8>> {
    let mut world = small();
    world.handle(&Endpoint::RedeployEnvironment.request(&[ENVIRONMENT]), NOW);
    let redeployed = world.handle(&Endpoint::RedeployEnvironment.request(&[ENVIRONMENT]), NOW + 9_000);
    let mut all = vec![redeployed.body];
    all.extend(READS.map(|endpoint| world.handle(&endpoint.request(&[ENVIRONMENT]), NOW + 9_000).body));
    let service = ["application", "22222222-2222-4222-8222-222222222221"];
    for endpoint in [Endpoint::Commits, Endpoint::ServiceStatus] {
        all.push(world.handle(&endpoint.request(&service), NOW + 9_000).body);
    }
    for (endpoint, parameters) in [
        (Endpoint::Organizations, &[][..]),
        (Endpoint::Projects, &["o-1"]),
        (Endpoint::EnvironmentsStatus, &["p-1"]),
        (Endpoint::ProjectLive, &["p-1"]),
        (Endpoint::Logs, &[ENVIRONMENT]),
        (Endpoint::Images, &["o-1", "r-1"]),
        (Endpoint::Faults, &[]),
        (Endpoint::Scenarios, &[]),
    ] {
        all.push(world.handle(&endpoint.request(parameters), NOW + 9_000).body);
    }
    all
}

pub fn answer(input: &[u8]) -> String {
    read_all(&ANSWERS, input)
}

/// What the product says by itself.
const PUSHES: [(&str, Reader); 2] =
    [("running", reads::<api::push::RunningStatuses>), ("by stage", reads::<api::status::StatusesWithStages>)];

pub fn pushes() -> Vec<Vec<u8>> {
    let pod = json!({ "name": "a-1", "state": "RUNNING", "restart_count": 1, "state_message": "" });
    let service = json!({ "id": ENVIRONMENT, "state": "RUNNING", "pods": [pod] });
    let running =
        json!({ "environments": [{ "id": ENVIRONMENT, "state": "WARNING", "applications": [service], "jobs": [] }] });
    vec![running.to_string().into_bytes(), answers()[4].clone()]
}

pub fn push(input: &[u8]) -> String {
    read_all(&PUSHES, input)
}

fn texts() -> Vec<Vec<u8>> {
    Hostile::read().texts.into_iter().map(|(_, text)| text.into_bytes()).filter(|text| text.len() < 10_000).collect()
}

pub fn logs() -> Vec<Vec<u8>> {
    texts()
}

/// What is printed of any text is text, in one line or in those it has; the console's is one short line.
pub fn log(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    let lines = logged::lines(&text);
    let obeyed = |text: &str| {
        text.chars().any(|one| one.is_control() || "\u{202e}\u{2066}\u{2067}\u{2069}\u{2028}".contains(one))
    };
    for line in lines.iter().map(String::as_str).chain([&*text]) {
        let shown = foreign::shown(line);
        assert!(!obeyed(&shown), "{shown:?} is obeyed");
        // Nothing is left to be shown otherwise.
        assert_eq!(foreign::shown(&shown), shown);
    }
    let document = json!({ "text": text }).to_string();
    let printed = unseen::json(&document);
    assert!(!obeyed(&printed));
    assert_eq!(serde_json::from_str::<Value>(&printed).ok(), serde_json::from_str(&document).ok());
    let called = foreign::word(&text, ENVIRONMENT);
    assert!(called.len() <= 64 && called.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
    let name = legible::name(&text);
    // 200, where an escape counts for eight and has nine, the sign that there is more, and two isolates.
    assert!(!name.is_empty() && name.chars().count() <= 240);
    let isolated = name.starts_with('\u{2068}') && name.ends_with('\u{2069}');
    let inner = if isolated { name.trim_matches(['\u{2068}', '\u{2069}']) } else { &name };
    assert!(!obeyed(inner) && !inner.contains(['\u{2068}', '\u{200b}']), "{name:?} turns what is beside it");
    // The page shows it as it is, and whoever types it has typed it.
    assert!(legible::plain((&*name).into()) == *name);
    assert!(legible::is_typed(&name, &name, &text) && !legible::is_typed(" ", &name, &text));
    assert!(text.trim().is_empty() || legible::is_typed(&text, &name, &text));
    let plain = legible::plain((&*text).into());
    let (opens, closes) = (plain.matches('\u{2068}').count(), plain.matches('\u{2069}').count());
    assert!(opens == closes && !obeyed(&plain.replace(['\n', '\t', '\u{2069}'], "")), "{plain:?} is obeyed");
    assert!(plain.chars().count() <= 2_270 + closes);
    let time = Time::parse(&text);
    if let Some(time) = time {
        assert_eq!(Time::parse(&time.to_string()), Some(time), "{time}");
    }
    format!("{} {} {} {}", time.is_some(), "line ".repeat(lines.len().min(4)), called == text, isolated)
        + if lines.concat().len() < text.len() { " sequence" } else { "" }
}

pub fn urls() -> Vec<Vec<u8>> {
    let id = ENVIRONMENT;
    [
        "environments",
        "?q=api+staging&sort=-status&status=error,progress&mode=STAGING",
        &format!("environment/{id}?panel=stop&service={id}&clock=paused&seed=3"),
        &format!("environment/{id}?panel=version&service={id}&q=%E2%80%AE"),
        &format!("?panel=outcome&request={id}&environment={id}"),
        &format!("environment/{id}?panel=redeploy&services=selected"),
        "a/b%2fc/%00?x=%zz&=&&a&__proto__=1",
    ]
    .map(|url| url.as_bytes().to_vec())
    .to_vec()
}

/// A URL is read as a place; the place's own URL is that place again.
pub fn url(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    let (path, query) = text.split_once('?').unwrap_or((&text, ""));
    let place = Place::read(path, &Query::read(query));
    let url = place.url();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    // A path that is no place of ours stays as it came, a question mark in it too.
    if !matches!(place.page, Page::Missing(_)) {
        let again = Place::read(path, &Query::read(query));
        assert_eq!(again.url(), url, "{place:?}");
        assert_eq!((&again.page, &again.panel, &again.search), (&place.page, &place.panel, &place.search));
    }
    let page = if matches!(place.page, Page::Services(_)) { "services" } else { "other" };
    let panel = place.panel.map(|panel| format!("{panel:?}"));
    let panel = panel.as_deref().and_then(|panel| panel.split(|one: char| !one.is_alphabetic()).next());
    let (groups, modes) = ("group ".repeat(place.groups.len().min(2)), "mode ".repeat(place.modes.len().min(2)));
    format!("{} {} {:?} {groups} {modes}", page, panel.unwrap_or_default(), place.sort)
}

pub fn searches() -> Vec<Vec<u8>> {
    let texts: Vec<String> =
        Hostile::read().texts.into_iter().map(|(_, text)| text).filter(|text| text.len() < 300).collect();
    let search = |query: &str| {
        json!({ "query": query, "names": texts, "modes": ["PRODUCTION", "", "ODD"] }).to_string().into_bytes()
    };
    vec![search("?q=a+b&status=ok"), search("?sort=-name&mode=PRODUCTION"), search("")]
}

/// The lines of a list are items of it, each once, under the head of their section.
pub fn search(input: &[u8]) -> String {
    let Ok(document) = serde_json::from_slice::<Value>(input) else { return String::new() };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let modes = document["modes"].as_array().cloned().unwrap_or_default();
    let names = document["names"].as_array().cloned().unwrap_or_default();
    let item = |(place, name): (usize, &Value)| Item {
        key: place as u128,
        haystack: text(name).to_lowercase().into(),
        group: Group::ALL[place % Group::ALL.len()],
        section: modes.get(place % modes.len().max(1)).map(&text).unwrap_or_default().into(),
        rank: (place % 3) as i64,
        text: legible(&text(name)),
    };
    let mut items: Vec<Item> = names.iter().enumerate().map(item).collect();
    let place = Place::read("", &Query::read(&text(&document["query"])));
    sort(&mut items, place.sort.is_some_and(|sort| sort.descending));
    let found = lines(&items, &place);
    let mut keys: Vec<u128> = found.keys().collect();
    assert_eq!(keys.len(), found.rows());
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), found.rows(), "a row is there twice");
    let plain = place.search.trim().is_empty() && place.groups.is_empty() && place.modes.is_empty();
    assert!(!plain || keys.len() == items.len(), "a row is lost");
    format!("{} {} {}", "found ".repeat(keys.len().min(3)), "section ".repeat(found.sections.len().min(3)), plain)
}
