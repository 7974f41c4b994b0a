//! Entities as they go out: our fields over those they came with. Values are read with [`At`].

use std::cmp::Ordering;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

pub use crate::api::reading::{At, Misplaced};

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
