//! How simulator state is written in the world file: small pieces, written and read by one declaration each.
//!
//! The simulator knows no JSON. Reading is done with the place in hand; writing leaves out what is nothing (no items, 0,
//! false), which reads as the same again.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use crate::api::reading::{At, Misplaced, Reader, read_with};
use crate::backend::LATEST;

/// A piece of state that can be written and read.
pub trait Stored: Sized {
    /// The value as JSON.
    fn store(&self) -> Value;

    /// Reads it back; what is wrong is noted.
    fn restore(from: &Reader<'_>) -> Self;

    /// Whether it is left out, because a missing value reads as the same.
    fn is_nothing(&self) -> bool {
        false
    }
}

/// Reads a piece of state.
///
/// # Errors
/// Names the first place of what cannot be read.
pub fn restored<T: Stored>(at: &At<'_>) -> Result<T, Misplaced> {
    read_with(at, T::restore)
}

/// No count is greater: what is counted on from it stays within 32 bits.
const MOST: i64 = 1 << 31;

macro_rules! numbers {
    ($($type:ty => $most:expr),*) => {$(
        impl Stored for $type {
            fn store(&self) -> Value {
                Value::from(*self)
            }

            fn restore(from: &Reader<'_>) -> Self {
                let number = from.at.value.as_i64().filter(|number| (0..=$most).contains(number));
                number.and_then(|number| <$type>::try_from(number).ok()).unwrap_or_else(|| {
                    from.expected(&format!("a whole number from 0 to {}", $most));
                    0
                })
            }

            fn is_nothing(&self) -> bool {
                *self == 0
            }
        }
    )*};
}

numbers!(u32 => MOST, usize => MOST, i64 => LATEST);

/// Greater numbers than JSON readers in other languages keep exactly are written as text.
impl Stored for u64 {
    fn store(&self) -> Value {
        if *self < 1 << 53 { Value::from(*self) } else { Value::from(self.to_string()) }
    }

    fn restore(from: &Reader<'_>) -> Self {
        match from.at.value {
            Value::String(_) => from.noted(from.at.parsed(), || 0),
            value => value.as_u64().unwrap_or_else(|| {
                from.expected("a whole number");
                0
            }),
        }
    }

    fn is_nothing(&self) -> bool {
        *self == 0
    }
}

impl Stored for bool {
    fn store(&self) -> Value {
        Value::from(*self)
    }

    fn restore(from: &Reader<'_>) -> Self {
        from.noted(from.at.flag(), || false)
    }

    fn is_nothing(&self) -> bool {
        !self
    }
}

impl Stored for Arc<str> {
    fn store(&self) -> Value {
        Value::from(&**self)
    }

    fn restore(from: &Reader<'_>) -> Self {
        from.noted(from.at.text(), || "").into()
    }
}

impl<T: Stored> Stored for Option<T> {
    fn store(&self) -> Value {
        self.as_ref().map_or(Value::Null, Stored::store)
    }

    fn restore(from: &Reader<'_>) -> Self {
        if from.at.is_missing() { None } else { Some(T::restore(from)) }
    }

    fn is_nothing(&self) -> bool {
        self.is_none()
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn store(&self) -> Value {
        let mut list = Vec::new();
        self.iter().for_each(|item| list.push(item.store()));
        Value::Array(list)
    }

    fn restore(from: &Reader<'_>) -> Self {
        let mut items = Vec::new();
        from.each(&mut |item| items.push(T::restore(item)));
        items
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Stored> Stored for VecDeque<T> {
    fn store(&self) -> Value {
        let mut list = Vec::new();
        self.iter().for_each(|item| list.push(item.store()));
        Value::Array(list)
    }

    fn restore(from: &Reader<'_>) -> Self {
        Vec::restore(from).into()
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

/// A record with its fields, written as an object.
macro_rules! record {
    ($type:ty { $($field:ident),* $(,)? }) => {
        impl Stored for $type {
            fn store(&self) -> Value {
                let mut fields = $crate::backend::catalog::Fields::new();
                $(if !self.$field.is_nothing() {
                    fields.insert(stringify!($field).to_owned(), self.$field.store());
                })*
                Value::Object(fields)
            }

            fn restore(from: &Reader<'_>) -> Self {
                from.object();
                Self { $($field: Stored::restore(&from.key(stringify!($field)))),* }
            }
        }
    };
}

/// An enum: a variant without fields is written as its word, one with fields as an object whose `is` is the word.
/// Fields are listed as `field as name`; those of a tuple by their number. A word that is not known is noted, and reads
/// as the first variant.
macro_rules! choice {
    ($type:ident {
        $first:ident { $($start:tt as $begin:ident),* } = $open:literal
        $(, $variant:ident { $($field:tt as $name:ident),* } = $word:literal)* $(,)?
    }) => {
        impl Stored for $type {
            fn store(&self) -> Value {
                #[allow(unused_mut, reason = "most variants have no fields")]
                let mut fields = $crate::backend::catalog::Fields::new();
                let word = match self {
                    $type::$first { $($start: $begin),* } => {
                        $(fields.insert(stringify!($begin).to_owned(), $begin.store());)*
                        $open
                    }
                    $($type::$variant { $($field: $name),* } => {
                        $(fields.insert(stringify!($name).to_owned(), $name.store());)*
                        $word
                    })*
                };
                variant(word, fields)
            }

            fn restore(from: &Reader<'_>) -> Self {
                match word(from) {
                    $($word => {
                        $type::$variant { $($field: Stored::restore(&from.key(stringify!($name)))),* }
                    })*
                    other => {
                        if other != $open {
                            unknown(from, other, &[$open, $($word),*]);
                        }
                        $type::$first { $($start: Stored::restore(&from.key(stringify!($begin)))),* }
                    }
                }
            }
        }
    };
}

pub(super) use {choice, record};

/// The word of a variant.
pub fn word<'a>(from: &'a Reader<'_>) -> &'a str {
    let is = from.at.key("is");
    let text = if from.at.value.is_string() { from.at.text() } else { is.text() };
    from.noted(text, || "")
}

/// Notes a word that is not known.
pub fn unknown(from: &Reader<'_>, word: &str, known: &[&str]) {
    from.note(from.at.wrong(format!("{word:?} is none of {}", known.join(", "))));
}

/// A variant of an enum.
pub fn variant(word: &str, mut fields: crate::backend::catalog::Fields) -> Value {
    if fields.is_empty() {
        return Value::from(word);
    }
    fields.insert("is".to_owned(), word.into());
    Value::Object(fields)
}
