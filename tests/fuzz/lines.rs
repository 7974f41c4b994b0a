//! The journal of the world in the page, from what stands in its lines.

use playhead::api::{Endpoint, Request};
use playhead::client::loopback::Home;
use playhead::client::loopback::journal::{Asked, Entry, Line, Opening};
use serde_json::{Value, json};

use crate::world::{ENVIRONMENT, NOW, SMALL};

pub fn journals() -> Vec<Vec<u8>> {
    let opened = Entry::Opened(Opening { scenario: "shop".to_owned(), seed: 7, at: NOW });
    let asked = |endpoint: Endpoint, at: i64, body: &str| {
        let request: Request = endpoint.request(&[ENVIRONMENT]).with_body(body);
        Entry::Asked(Asked { at, request, accepted: None })
    };
    let file = asked(Endpoint::ImportWorld, NOW, SMALL);
    let clock = Entry::Clock(playhead::client::Clock::start(NOW));
    let redeploy = asked(Endpoint::RedeployEnvironment, NOW + 1_000, "");
    let cancel = asked(Endpoint::CancelEnvironment, NOW + 5_000, r#"{"force_cancel": true}"#);
    let journal = |entries: &[&Entry]| {
        let line = |entry: &&Entry| {
            let line = entry.line();
            json!([serde_json::from_str::<Value>(&line.head).expect("a head is JSON"), line.body])
        };
        Value::Array(entries.iter().map(line).collect()).to_string().into_bytes()
    };
    vec![journal(&[&opened, &clock]), journal(&[&file, &clock, &redeploy, &cancel])]
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Lines, whatever stands in them, are a world up to the first that is none, which is called wrong in words.
pub fn journal(input: &[u8]) -> String {
    let Ok(document) = serde_json::from_slice::<Value>(input) else { return String::new() };
    let mut did = String::new();
    let mut entries = Vec::new();
    for line in document.as_array().into_iter().flatten().take(16) {
        match Entry::read(&Line::new(text(&line[0]), text(&line[1]))) {
            Ok(entry) => {
                // A clock of its own size is written as it is read.
                assert_eq!(Entry::read(&entry.line()).as_ref(), Ok(&entry));
                entries.push(entry);
            }
            Err(why) => {
                did = why.to_string();
                break;
            }
        }
    }
    let (count, beginning) = (entries.len(), Opening { scenario: "empty".to_owned(), seed: 1, at: NOW });
    let mut home = Home::new(beginning, NOW);
    home.backend.set_rest(playhead::backend::REST);
    let (mut home, taken, why) = home.again(entries);
    assert!(
        taken <= count as u64 && (count > 0 && taken == count as u64) == why.is_none(),
        "{taken} of {count}: {why:?}"
    );
    let saved = home.answer(&Endpoint::ExportWorld.request(&[]), NOW + 60_000).0;
    assert!(saved.is_ok() && serde_json::from_slice::<Value>(&saved.body).is_ok());
    did + &"taken ".repeat(taken as usize) + &why.unwrap_or_default()
}
