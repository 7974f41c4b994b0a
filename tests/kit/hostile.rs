//! The texts of `hostile.json`, and worlds made of them.
#![allow(dead_code)]

use serde_json::{Map, Value, json};

/// What a world of them has at most, in bytes: a megabyte in each of a thousand places would be slow to read without the optimizer.
const WORLD: usize = 2 << 20;

/// The list.
pub struct Hostile {
    /// Each with its name.
    pub texts: Vec<(String, String)>,
    /// What stands where JSON has a text, and is none.
    pub unreadable: Vec<(String, String)>,
    fields: Vec<String>,
}

impl Hostile {
    pub fn read() -> Hostile {
        let list: Value = serde_json::from_str(include_str!("hostile.json")).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = |list: &Value, key: &str| -> Vec<(String, String)> {
            let times = |one: &Value| one["times"].as_u64().unwrap_or(1) as usize;
            list.as_array()
                .unwrap()
                .iter()
                .map(|one| (text(&one["name"]), text(&one[key]).repeat(times(one))))
                .collect()
        };
        Hostile {
            texts: all(&list["texts"], "text"),
            unreadable: all(&list["unreadable"], "json"),
            fields: list["fields"].as_array().unwrap().iter().map(text).collect(),
        }
    }

    /// Puts texts, in turn, in every place of a world file where a text comes from outside; says how many there are.
    pub fn spoil(&self, file: &mut Value, texts: &[&str]) -> usize {
        let mut versions = Map::new();
        for service in file["services"].as_object().unwrap().values().flat_map(|list| list.as_array().unwrap()) {
            let commit = |place: usize| {
                json!({ "git_commit_id": format!("{place:040x}"), "created_at": "2026-11-01T00:00:00Z",
                    "message": "", "author_name": "", "tag": "" })
            };
            versions.insert(service["id"].as_str().unwrap().to_owned(), (0..3).map(commit).collect());
        }
        file["commits"] = Value::Object(versions);
        let mut turn = texts.iter().cycle();
        let (mut left, mut count) = (WORLD, 0);
        let mut next = || {
            let text = *turn.next().unwrap();
            left = left.checked_sub(text.len())?;
            count += 1;
            Some(text)
        };
        self.walk(file, &mut next);
        // The name of the file's scenario is ours, and checked.
        file["x"]["name"] = json!("hostile");
        count
    }

    fn walk<'a>(&self, value: &mut Value, next: &mut impl FnMut() -> Option<&'a str>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match value {
                        Value::String(text) if self.fields.contains(key) => {
                            if let Some(other) = next() {
                                other.clone_into(text);
                            }
                        }
                        other => self.walk(other, next),
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.walk(value, next)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
