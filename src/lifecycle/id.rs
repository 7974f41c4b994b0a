//! Ids: opaque 128-bit values, written as UUIDs (API contract: all ids are UUIDs).

use std::fmt;
use std::str::FromStr;

/// A text that is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UUID: 32 hexadecimal digits in groups of 8-4-4-4-12 are expected")
    }
}

impl std::error::Error for NotAnId {}

/// The hyphens of a UUID stand at these bytes.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

fn parse(text: &str) -> Result<u128, NotAnId> {
    if text.len() != 36 {
        return Err(NotAnId);
    }
    let mut value = 0_u128;
    for (at, byte) in text.bytes().enumerate() {
        if HYPHENS.contains(&at) {
            if byte != b'-' {
                return Err(NotAnId);
            }
            continue;
        }
        let digit = char::from(byte).to_digit(16).ok_or(NotAnId)?;
        value = (value << 4) | u128::from(digit);
    }
    Ok(value)
}

fn write(value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (a, b, c) = ((value >> 96) as u32, (value >> 80) as u16, (value >> 64) as u16);
    let (d, e) = ((value >> 48) as u16, value & 0xffff_ffff_ffff);
    write!(f, "{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u128);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write(self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse(text).map($name)
            }
        }
    )*};
}

ids! {
    /// An environment.
    EnvironmentId,
    /// A service.
    ServiceId,
    /// A stage of an environment's pipeline.
    StageId,
    /// An accepted request: it waits, runs, or ran.
    RequestId,
}
