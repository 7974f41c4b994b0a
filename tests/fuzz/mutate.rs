//! Other inputs from known ones: of JSON its tree is changed, of all else its bytes.

use serde_json::{Map, Value, json};

use crate::hostile::Hostile;
use crate::worlds::Choice;

/// No input is longer, in bytes.
pub const LONGEST: usize = 64 << 10;

/// What changes inputs.
pub struct Mutator {
    pub choice: Choice,
    texts: Vec<String>,
}

impl Mutator {
    pub fn new(seed: u64) -> Mutator {
        let hostile = Hostile::read();
        let texts = hostile.texts.into_iter().chain(hostile.unreadable).map(|(_, text)| text);
        Mutator { choice: Choice::new(seed), texts: texts.filter(|text| text.len() < 4_096).collect() }
    }

    /// A change of `input`, now and then with a part of `other`.
    pub fn change(&mut self, input: &[u8], other: &[u8]) -> Vec<u8> {
        let document = if self.choice.once_in(8) { None } else { serde_json::from_slice::<Value>(input).ok() };
        let mut changed = match document {
            Some(mut document) => {
                let other = serde_json::from_slice(other).unwrap_or(Value::Null);
                for _ in 0..=self.choice.below(4) {
                    self.change_value(&mut document, &other);
                }
                document.to_string().into_bytes()
            }
            None => {
                let mut bytes = input.to_vec();
                for _ in 0..=self.choice.below(4) {
                    self.change_bytes(&mut bytes, other);
                }
                bytes
            }
        };
        changed.truncate(LONGEST);
        changed
    }

    fn change_value(&mut self, document: &mut Value, other: &Value) {
        let (own, others) = (count(document), count(other));
        let strange = match self.choice.below(3) {
            0 => at(other, self.choice.below(others)).cloned().unwrap_or_default(),
            1 => at(document, self.choice.below(own)).cloned().unwrap_or_default(),
            _ => self.strange(),
        };
        let (text, turn, near) = (self.text(), self.choice.below(8), self.choice.below(5) as i64 - 2);
        let place = self.choice.below(own);
        let Some(value) = at_mut(document, place) else { return };
        match (value, turn) {
            (value, 0) => *value = strange,
            (value, 1) => *value = json!([value.take()]),
            (Value::Object(map), 2) => {
                let key = map.keys().nth(self.choice.below(map.len())).cloned().unwrap_or_default();
                map.remove(&key);
            }
            (Value::Object(map), 3) => {
                let key = map.keys().nth(self.choice.below(map.len())).cloned().unwrap_or_default();
                map.insert(key, strange);
            }
            (Value::Object(map), _) => drop(map.insert(text, strange)),
            (Value::Array(list), 2) if !list.is_empty() => drop(list.remove(self.choice.below(list.len()))),
            (Value::Array(list), 3) if !list.is_empty() => {
                let again = list[self.choice.below(list.len())].clone();
                list.extend(std::iter::repeat_n(again, 1 << self.choice.below(7)));
            }
            (Value::Array(list), _) => list.insert(self.choice.below(list.len() + 1), strange),
            (Value::Number(number), 2..=4) => {
                let near = number.as_i64().and_then(|number| number.checked_add(near));
                *number = near.unwrap_or_default().into();
            }
            (Value::String(words), 2) => *words = text,
            (Value::String(words), 3) => words.push_str(&text),
            (Value::String(words), 4) => drop(words.pop()),
            (Value::String(words), 5) => {
                let mut bytes = std::mem::take(words).into_bytes();
                self.change_bytes(&mut bytes, text.as_bytes());
                *words = String::from_utf8_lossy(&bytes).into_owned();
            }
            (value, 6) => {
                for _ in 0..self.choice.below(150) {
                    *value = json!({ "a": value.take() });
                }
            }
            (value, _) => *value = strange,
        }
    }

    fn text(&mut self) -> String {
        self.choice.pick(&self.texts)
    }

    fn strange(&mut self) -> Value {
        let numbers = [
            "0",
            "-1",
            "1",
            "2147483648",
            "4294967296",
            "9007199254740993",
            "9223372036854775807",
            "-9223372036854775808",
            "18446744073709551615",
            "1e308",
            "-0.0",
            "1e-400",
            "253402300799999",
            "0.5",
        ];
        match self.choice.below(7) {
            0 => Value::Null,
            1 => json!(self.choice.once_in(2)),
            2 | 3 => serde_json::from_str(self.choice.pick(&numbers)).unwrap_or_default(),
            4 => Value::String(self.text()),
            5 => Value::Array(Vec::new()),
            _ => Value::Object(Map::new()),
        }
    }

    fn change_bytes(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let place = self.choice.below(bytes.len() + 1);
        let end = (place + self.choice.below(32)).min(bytes.len());
        match self.choice.below(7) {
            0 if place < bytes.len() => bytes[place] ^= 1 << self.choice.below(8),
            1 if place < bytes.len() => bytes[place] = self.choice.below(256) as u8,
            2 => drop(bytes.drain(place..end)),
            3 => {
                let again = bytes[place..end].repeat(1 + self.choice.below(20));
                bytes.splice(place..place, again);
            }
            4 => drop(bytes.splice(place..end, self.text().into_bytes())),
            5 => bytes.truncate(place),
            _ => {
                let from = self.choice.below(other.len() + 1);
                let to = (from + self.choice.below(64)).min(other.len());
                bytes.splice(place..place, other[from..to].to_vec());
            }
        }
    }
}

/// Smaller inputs that are like this one, the smallest first.
pub fn smaller(input: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    if let Ok(document) = serde_json::from_slice::<Value>(input) {
        for place in 0..count(&document).min(400) {
            for less in [None, Some(Value::Null), Some(json!(0)), Some(json!(""))] {
                let mut document = document.clone();
                let Some(value) = at_mut(&mut document, place) else { continue };
                match (less, value) {
                    (Some(less), value) if *value != less => *value = less,
                    (None, Value::Array(list)) if !list.is_empty() => list.truncate(list.len() / 2),
                    (None, Value::Object(map)) => drop(map.keys().next().cloned().map(|key| map.remove(&key))),
                    (None, Value::String(text)) if !text.is_empty() => {
                        *text = text.chars().take(text.chars().count() / 2).collect()
                    }
                    _ => continue,
                }
                all.push(document.to_string().into_bytes());
            }
        }
    }
    let mut chunk = input.len() / 2;
    while chunk > 0 && all.len() < 4_000 {
        all.extend((0..input.len()).step_by(chunk).map(|from| {
            let mut bytes = input.to_vec();
            bytes.drain(from..(from + chunk).min(input.len()));
            bytes
        }));
        chunk /= 2;
    }
    all.retain(|one| one.len() < input.len());
    all.sort_by_key(Vec::len);
    all
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// The value at a place, counted from the root on.
fn at(value: &Value, mut place: usize) -> Option<&Value> {
    let mut values = vec![value];
    while let Some(value) = values.pop() {
        if place == 0 {
            return Some(value);
        }
        place -= 1;
        match value {
            Value::Array(list) => values.extend(list),
            Value::Object(map) => values.extend(map.values()),
            _ => {}
        }
    }
    None
}

fn at_mut(value: &mut Value, mut place: usize) -> Option<&mut Value> {
    let mut values = vec![value];
    while let Some(value) = values.pop() {
        if place == 0 {
            return Some(value);
        }
        place -= 1;
        match value {
            Value::Array(list) => values.extend(list),
            Value::Object(map) => values.extend(map.values_mut()),
            _ => {}
        }
    }
    None
}
