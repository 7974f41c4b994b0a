//! Reading JSON values with the place in hand, so that every complaint names where it is.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// What is wrong in a document, where, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Misplaced {
    /// The place, such as `applications[0].application_id`.
    pub place: String,
    /// What is wrong and what is expected instead.
    pub problem: String,
}

/// A value and the way to it. Costs nothing until an error is made.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The value; `null` where it is missing.
    pub value: &'a Value,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Key(&'a At<'a>, &'a str),
    Index(&'a At<'a>, usize),
}

static MISSING: Value = Value::Null;

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Step::Root => f.write_str("document"),
            Step::Key(At { step: Step::Root, .. }, key) => f.write_str(key),
            Step::Key(parent, key) => write!(f, "{parent}.{key}"),
            Step::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// What a person calls this value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl<'a> At<'a> {
    /// The whole document.
    pub fn root(value: &'a Value) -> At<'a> {
        At { value, step: Step::Root }
    }

    /// The value under a key; [`MISSING`] if there is none, or if this is no object.
    pub fn key<'b>(&'b self, key: &'b str) -> At<'b> {
        At { value: self.value.get(key).unwrap_or(&MISSING), step: Step::Key(self, key) }
    }

    /// Whether there is nothing, or `null`.
    pub fn is_missing(&self) -> bool {
        self.value.is_null()
    }

    /// A complaint about this place.
    pub fn wrong(&self, problem: impl Into<String>) -> Misplaced {
        Misplaced { place: self.to_string(), problem: problem.into() }
    }

    /// A complaint that something else is expected here.
    pub fn expected(&self, what: &str) -> Misplaced {
        self.wrong(format!("{what} is expected, not {}", kind(self.value)))
    }

    /// A text, which must be there.
    ///
    /// # Errors
    /// Names the place.
    pub fn text(&self) -> Result<&'a str, Misplaced> {
        self.value.as_str().ok_or_else(|| self.expected("a text"))
    }

    /// A text, or `None` when it is missing.
    ///
    /// # Errors
    /// Names the place when something else is there.
    pub fn text_if_any(&self) -> Result<Option<&'a str>, Misplaced> {
        if self.is_missing() { Ok(None) } else { self.text().map(Some) }
    }

    /// A whole number that is not negative, or `None` when it is missing.
    ///
    /// # Errors
    /// Names the place when something else is there.
    pub fn count_if_any(&self) -> Result<Option<u32>, Misplaced> {
        if self.is_missing() {
            return Ok(None);
        }
        let number = self.value.as_f64().ok_or_else(|| self.expected("a whole number"))?;
        if number.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&number) {
            return Err(self.wrong(format!("a whole number from 0 to {} is expected, not {number}", u32::MAX)));
        }
        // In range and whole, as just seen.
        Ok(Some(number as u32))
    }

    /// True or false; missing is false.
    ///
    /// # Errors
    /// Names the place when something else is there.
    pub fn flag(&self) -> Result<bool, Misplaced> {
        if self.is_missing() {
            return Ok(false);
        }
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// An object; missing is an error.
    ///
    /// # Errors
    /// Names the place.
    pub fn object(&self) -> Result<&'a Map<String, Value>, Misplaced> {
        self.value.as_object().ok_or_else(|| self.expected("an object"))
    }

    /// Each item of a list, in order; missing is none.
    ///
    /// # Errors
    /// Names the place when something else is there, and passes on what `each` says.
    pub fn each<T>(&self, mut each: impl FnMut(&At<'_>) -> Result<T, Misplaced>) -> Result<Vec<T>, Misplaced> {
        if self.is_missing() {
            return Ok(Vec::new());
        }
        let list = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        let item = |(index, value)| each(&At { value, step: Step::Index(self, index) });
        list.iter().enumerate().map(item).collect()
    }

    /// Each entry of an object; missing is none.
    ///
    /// # Errors
    /// Names the place when something else is there, and passes on what `each` says.
    pub fn each_entry(&self, mut each: impl FnMut(&str, &At<'_>) -> Result<(), Misplaced>) -> Result<(), Misplaced> {
        if self.is_missing() {
            return Ok(());
        }
        for (key, value) in self.object()? {
            each(key, &At { value, step: Step::Key(self, key) })?;
        }
        Ok(())
    }

    /// A text that reads as something, such as an id.
    ///
    /// # Errors
    /// Names the place, with what the reader says of it.
    pub fn parsed<T: std::str::FromStr<Err: fmt::Display>>(&self) -> Result<T, Misplaced> {
        let text = self.text()?;
        text.parse().map_err(|error| self.wrong(format!("{text:?} is {error}")))
    }
}

/// Lays `top` over `base`: objects key by key, all else replaced.
pub fn overlay(base: &mut Map<String, Value>, top: Map<String, Value>) {
    for (key, value) in top {
        match (base.get_mut(&key), value) {
            (Some(Value::Object(under)), Value::Object(over)) => overlay(under, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// An entity as it goes out: our fields laid over those it came with, merged while it is written. Tens of thousands of
/// them are written at once, and none is copied for it.
#[derive(Clone, Debug, Default)]
pub struct Laid {
    /// What it came with.
    pub base: Option<Arc<Map<String, Value>>>,
    /// Ours.
    pub top: Map<String, Value>,
}

impl Serialize for Laid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.base {
            Some(base) => Merged { base, top: &self.top }.serialize(serializer),
            None => self.top.serialize(serializer),
        }
    }
}

struct Merged<'a> {
    base: &'a Map<String, Value>,
    top: &'a Map<String, Value>,
}

impl Serialize for Merged<'_> {
    /// In the order of the keys, whichever side they come from: the same entity is written the same, to the byte.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let (mut base, mut top) = (self.base.iter().peekable(), self.top.iter().peekable());
        loop {
            let order = match (base.peek(), top.peek()) {
                (None, None) => return map.end(),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((under, _)), Some((over, _))) => under.cmp(over),
            };
            let under = if order.is_le() { base.next() } else { None };
            let over = if order.is_ge() { top.next() } else { None };
            match (under, over) {
                (Some((key, Value::Object(base))), Some((_, Value::Object(top)))) => {
                    map.serialize_entry(key, &Merged { base, top })?;
                }
                (_, Some((key, value))) | (Some((key, value)), None) => map.serialize_entry(key, value)?,
                (None, None) => {}
            }
        }
    }
}

/// Takes out of `base` what is the same in `top`: what is left is what [`overlay`] with `top` would not bring back.
/// Objects stay where they were, even with nothing left in them, because their being there means something.
pub fn without(base: &mut Map<String, Value>, top: &Map<String, Value>) {
    base.retain(|key, value| match (value, top.get(key)) {
        (Value::Object(under), Some(Value::Object(over))) => {
            without(under, over);
            true
        }
        (value, Some(other)) => value != other,
        (_, None) => true,
    });
}
