//! Reading JSON values with the place in hand, so that every complaint names where it is.
//!
//! The types of the contract are read from a parsed document by one short declaration each ([`readable!`]): generated
//! readers straight from the text were a tenth of the page. A missing field or `null` reads as nothing (no text, 0, no
//! items), fields that are not known are passed over, and a value of the wrong type is an error with its place.

use std::cell::RefCell;
use std::fmt;

use serde_json::{Map, Value};

use super::time::Time;

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
        match self.value {
            Value::Number(number) if what.contains("number") => self.wrong(format!("{what} is expected, not {number}")),
            other => self.wrong(format!("{what} is expected, not {}", kind(other))),
        }
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
        let Value::Number(number) = self.value else { return Err(self.expected("a whole number")) };
        // In plain digits; some languages write whole numbers with a fraction of zero.
        let whole = number.as_str().trim_end_matches(".0").parse();
        let words = || format!("a whole number from 0 to {}, in plain digits, is expected, not {number}", u32::MAX);
        whole.map(Some).map_err(|_| self.wrong(words()))
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
        let mut items = Vec::new();
        self.visit(&mut |item| {
            items.push(each(item)?);
            Ok(())
        })?;
        Ok(items)
    }

    /// The one loop behind [`At::each`].
    fn visit(&self, visit: &mut dyn FnMut(&At<'_>) -> Result<(), Misplaced>) -> Result<(), Misplaced> {
        if self.is_missing() {
            return Ok(());
        }
        let list = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        for (index, value) in list.iter().enumerate() {
            visit(&At { value, step: Step::Index(self, index) })?;
        }
        Ok(())
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

/// Reads a value as a type of the contract.
///
/// # Errors
/// Names the first place of a wrong type.
pub fn read<T: Read>(at: &At<'_>) -> Result<T, Misplaced> {
    read_with(at, T::read)
}

/// Reads a value with a function that notes what is wrong.
///
/// # Errors
/// The first thing that was noted.
pub fn read_with<T>(at: &At<'_>, read: impl FnOnce(&Reader<'_>) -> T) -> Result<T, Misplaced> {
    let wrong = RefCell::new(None);
    let value = read(&Reader { at: *at, wrong: &wrong, lenient: false });
    match wrong.into_inner() {
        Some(misplaced) => Err(misplaced),
        None => Ok(value),
    }
}

/// What is wrong with a text that is not JSON: names line and column.
pub fn syntax(error: &serde_json::Error) -> Misplaced {
    let problem =
        if error.is_eof() { "the text ends in the middle of the document: it was cut off" } else { "this is not JSON" };
    let place = format!("line {}, column {}", error.line(), error.column());
    Misplaced { place, problem: format!("{problem} ({error})") }
}

/// Reads a body as a type of the contract.
///
/// # Errors
/// Names line and column of what is not JSON, or the first place of a wrong type.
pub fn from_slice<T: Read>(body: &[u8]) -> Result<T, Misplaced> {
    let document: Value = serde_json::from_slice(body).map_err(|error| syntax(&error))?;
    read(&At::root(&document))
}

/// A type of the contract.
pub trait Read: Sized {
    /// Reads it; what is wrong is noted, and reads as nothing.
    fn read(from: &Reader<'_>) -> Self;
}

/// A place that is being read, and the first thing that was wrong anywhere. Errors are noted rather than returned, which
/// keeps the readers of thirty types small.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The place.
    pub at: At<'a>,
    wrong: &'a RefCell<Option<Misplaced>>,
    /// Whether what is optional is left out where it is wrong.
    lenient: bool,
}

impl Reader<'_> {
    /// The value under a key.
    pub fn key<'b>(&'b self, key: &'b str) -> Reader<'b> {
        Reader { at: self.at.key(key), ..*self }
    }

    /// Reads what nothing depends on: what is wrong in it is left out, with the optional value or the item of a list that
    /// it is in.
    pub fn leniently<T: Read>(&self) -> T {
        T::read(&Reader { at: self.at, wrong: &RefCell::new(None), lenient: true })
    }

    /// A value that can be left out; `None`: it is, being wrong.
    fn optional<T: Read>(&self) -> Option<T> {
        let own = RefCell::new(None);
        let value = T::read(&Reader { wrong: if self.lenient { &own } else { self.wrong }, ..*self });
        own.into_inner().is_none().then_some(value)
    }

    /// Notes it when this is neither an object nor nothing.
    pub fn object(&self) {
        if !self.at.value.is_object() {
            self.expected("an object");
        }
    }

    /// Notes that something else is expected here, unless nothing is here.
    pub fn expected(&self, what: &str) {
        if !self.at.is_missing() {
            self.note(self.at.expected(what));
        }
    }

    /// Notes what is wrong; only the first is kept.
    pub fn note(&self, misplaced: Misplaced) {
        self.wrong.borrow_mut().get_or_insert(misplaced);
    }

    /// Each item of a list, in order; missing is none.
    pub fn each(&self, each: &mut dyn FnMut(&Reader<'_>)) {
        let list = self.at.value.as_array().map(Vec::as_slice).unwrap_or_else(|| {
            self.expected("a list");
            &[]
        });
        for (index, value) in list.iter().enumerate() {
            each(&Reader { at: At { value, step: Step::Index(&self.at, index) }, ..*self });
        }
    }

    /// The value, or what `instead` makes once the complaint is noted.
    pub fn noted<T>(&self, read: Result<T, Misplaced>, instead: impl FnOnce() -> T) -> T {
        read.unwrap_or_else(|misplaced| {
            self.note(misplaced);
            instead()
        })
    }

    fn number(&self, most: u64) -> u64 {
        match self.at.value.as_u64().filter(|number| *number <= most) {
            Some(number) => number,
            None => {
                self.expected("a whole number");
                0
            }
        }
    }
}

impl Read for String {
    fn read(from: &Reader<'_>) -> String {
        match from.at.value.as_str() {
            Some(text) => text.to_owned(),
            None => {
                from.expected("a text");
                String::new()
            }
        }
    }
}

impl Read for bool {
    fn read(from: &Reader<'_>) -> bool {
        from.at.value.as_bool().unwrap_or_else(|| {
            from.expected("true or false");
            false
        })
    }
}

impl Read for u64 {
    fn read(from: &Reader<'_>) -> u64 {
        from.number(u64::MAX)
    }
}

impl Read for u32 {
    fn read(from: &Reader<'_>) -> u32 {
        from.number(u64::from(u32::MAX)) as u32
    }
}

impl Read for u16 {
    fn read(from: &Reader<'_>) -> u16 {
        from.number(u64::from(u16::MAX)) as u16
    }
}

impl Read for usize {
    fn read(from: &Reader<'_>) -> usize {
        from.number(u64::from(u32::MAX)) as usize
    }
}

impl Read for i64 {
    fn read(from: &Reader<'_>) -> i64 {
        from.at.value.as_i64().unwrap_or_else(|| {
            from.expected("a whole number");
            0
        })
    }
}

impl Read for Time {
    fn read(from: &Reader<'_>) -> Time {
        match from.at.value.as_str().and_then(Time::parse) {
            Some(time) => time,
            None if from.at.value.is_string() => {
                from.note(from.at.wrong("a time such as 2026-01-31T12:00:00Z is expected"));
                Time(0)
            }
            None => {
                from.expected("a time such as 2026-01-31T12:00:00Z");
                Time(0)
            }
        }
    }
}

impl Read for Value {
    fn read(from: &Reader<'_>) -> Value {
        from.at.value.clone()
    }
}

impl Read for Map<String, Value> {
    fn read(from: &Reader<'_>) -> Map<String, Value> {
        from.object();
        from.at.value.as_object().cloned().unwrap_or_default()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(from: &Reader<'_>) -> Option<T> {
        if from.at.is_missing() { None } else { from.optional() }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(from: &Reader<'_>) -> Vec<T> {
        let mut items = Vec::new();
        from.each(&mut |item| items.extend(item.optional::<T>()));
        items
    }
}

/// Declares how a type of the contract is read: its fields, each under its own name or under the one that is given.
macro_rules! readable {
    ($type:ident { $($field:ident $(= $key:literal)?),* }) => {
        impl $crate::api::reading::Read for $type {
            fn read(from: &$crate::api::reading::Reader<'_>) -> Self {
                from.object();
                $type { $($field: $crate::api::reading::Read::read(&from.key(
                    $crate::api::reading::readable!(@key $field $($key)?)
                ))),* }
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
}

pub(crate) use readable;
