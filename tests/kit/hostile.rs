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
    /// The fields of words that a server may have more of than this version knows.
    words: Vec<String>,
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
        let fields = |list: &Value| list.as_array().unwrap().iter().map(text).collect();
        Hostile {
            texts: all(&list["texts"], "text"),
            unreadable: all(&list["unreadable"], "json"),
            fields: fields(&list["fields"]),
            words: fields(&list["words"]),
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
        let count = fill(file, &|key| self.fields.contains(key), texts);
        // The name of the file's scenario is ours, and checked.
        file["x"]["name"] = json!("hostile");
        count
    }

    /// Puts texts, in turn, in every text and every word of an answer; says how many there are.
    pub fn answer(&self, body: &mut Value, texts: &[&str]) -> usize {
        fill(body, &|key| self.fields.contains(key) || self.words.contains(key), texts)
    }
}

fn fill(value: &mut Value, foreign: &impl Fn(&String) -> bool, texts: &[&str]) -> usize {
    let mut turn = texts.iter().cycle();
    let (mut left, mut count) = (WORLD, 0);
    let mut next = || {
        let text = *turn.next().unwrap();
        left = left.checked_sub(text.len())?;
        count += 1;
        Some(text)
    };
    walk(value, foreign, &mut next);
    count
}

fn walk<'a>(value: &mut Value, foreign: &impl Fn(&String) -> bool, next: &mut impl FnMut() -> Option<&'a str>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if foreign(key) => {
                        if let Some(other) = next() {
                            other.clone_into(text);
                        }
                    }
                    other => walk(other, foreign, next),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| walk(value, foreign, next)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
