//! How simulator state is written in the world file: small pieces, written and read by one declaration each.
//!
//! The simulator knows no JSON. Reading is done with the place in hand; writing leaves out what is nothing (no items, 0,
//! false), which reads as the same again.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use crate::backend::place::{At, Misplaced};

/// A piece of state that can be written and read.
pub trait Stored: Sized {
    /// The value as JSON.
    fn store(&self) -> Value;

    /// Reads it back.
    ///
    /// # Errors
    /// Names the place of what cannot be read.
    fn restore(at: &At<'_>) -> Result<Self, Misplaced>;

    /// Whether it is left out, because a missing value reads as the same.
    fn is_nothing(&self) -> bool {
        false
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Stored for $type {
            fn store(&self) -> Value {
                Value::from(*self)
            }

            fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
                if at.is_missing() {
                    return Ok(0);
                }
                let number = at.value.as_i64().and_then(|number| <$type>::try_from(number).ok());
                number.ok_or_else(|| at.expected(concat!("a number (", stringify!($type), ")")))
            }

            fn is_nothing(&self) -> bool {
                *self == 0
            }
        }
    )*};
}

numbers!(u32, usize, i64);

/// Greater numbers than JSON readers in other languages keep exactly are written as text.
impl Stored for u64 {
    fn store(&self) -> Value {
        if *self < 1 << 53 { Value::from(*self) } else { Value::from(self.to_string()) }
    }

    fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
        match at.value {
            Value::Null => Ok(0),
            Value::String(_) => at.parsed(),
            value => value.as_u64().ok_or_else(|| at.expected("a whole number")),
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

    fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
        at.flag()
    }

    fn is_nothing(&self) -> bool {
        !self
    }
}

impl Stored for Arc<str> {
    fn store(&self) -> Value {
        Value::from(&**self)
    }

    fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
        at.text().map(Arc::from)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn store(&self) -> Value {
        self.as_ref().map_or(Value::Null, Stored::store)
    }

    fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
        if at.is_missing() { Ok(None) } else { T::restore(at).map(Some) }
    }

    fn is_nothing(&self) -> bool {
        self.is_none()
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn store(&self) -> Value {
        self.iter().map(Stored::store).collect()
    }

    fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
        at.each(T::restore)
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Stored> Stored for VecDeque<T> {
    fn store(&self) -> Value {
        self.iter().map(Stored::store).collect()
    }

    fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
        Vec::restore(at).map(VecDeque::from)
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Stored + Ord> Stored for BTreeSet<T> {
    fn store(&self) -> Value {
        self.iter().map(Stored::store).collect()
    }

    fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
        let members: Vec<T> = Vec::restore(at)?;
        let mut set = BTreeSet::new();
        set.extend(members);
        Ok(set)
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
                let mut fields = Fields::new();
                $(if !self.$field.is_nothing() {
                    fields.insert(stringify!($field).to_owned(), self.$field.store());
                })*
                Value::Object(fields)
            }

            fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
                at.object()?;
                Ok(Self { $($field: Stored::restore(&at.key(stringify!($field)))?),* })
            }
        }
    };
}

/// An enum: a variant without fields is written as its word, one with fields as an object whose `is` is the word.
/// Fields are listed as `field as name`; those of a tuple by their number.
macro_rules! choice {
    ($type:ident { $($variant:ident { $($field:tt as $name:ident),* } = $word:literal),* $(,)? }) => {
        impl Stored for $type {
            fn store(&self) -> Value {
                match self {
                    $($type::$variant { $($field: $name),* } => {
                        let fields = crate::backend::catalog::object(vec![$((stringify!($name).to_owned(), $name.store())),*]);
                        variant($word, fields)
                    })*
                }
            }

            fn restore(at: &At<'_>) -> Result<Self, Misplaced> {
                let word = if at.value.is_string() { at.text()? } else { at.key("is").text()? };
                match word {
                    $($word => Ok($type::$variant { $($field: Stored::restore(&at.key(stringify!($name)))?),* }),)*
                    _ => Err(at.wrong(format!("{word:?} is none of {}", [$($word),*].join(", ")))),
                }
            }
        }
    };
}

pub(super) use {choice, record};

/// A variant of an enum.
pub fn variant(word: &str, mut fields: crate::backend::catalog::Fields) -> Value {
    if fields.is_empty() {
        return Value::from(word);
    }
    fields.insert("is".to_owned(), word.into());
    Value::Object(fields)
}
