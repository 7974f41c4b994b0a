//! Points in time on the wire: RFC 3339 in UTC. In memory: milliseconds, because date crates are heavy in the page.

use std::fmt;

use serde::{Serialize, Serializer};

/// A point in time: Unix milliseconds, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(pub i64);

const DAY: i64 = 86_400_000;

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar. Eras of 400 years make it exact.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days`].
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Milliseconds of an ISO 8601 duration of hours, minutes and seconds, such as `PT83S`; fractions are dropped.
pub fn duration(text: &str) -> Option<i64> {
    let (mut rest, mut millis) = (text.strip_prefix("PT")?, 0_i64);
    for (unit, of_unit) in [('H', 3_600_000), ('M', 60_000), ('S', 1_000)] {
        let Some((number, behind)) = rest.split_once(unit) else { continue };
        let whole = number.split('.').next().unwrap_or(number);
        millis = millis.checked_add(digits(whole)?.checked_mul(of_unit)?)?;
        rest = behind;
    }
    rest.is_empty().then_some(millis).filter(|_| text.len() > 2)
}

/// A number of digits only.
fn digits(text: &str) -> Option<i64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl Time {
    /// Reads RFC 3339, with any offset and any number of decimals (those past milliseconds are dropped).
    pub fn parse(text: &str) -> Option<Time> {
        let number = |from: usize, to: usize| digits(text.get(from..to)?);
        let separated = [(4, "-"), (7, "-"), (13, ":"), (16, ":")];
        if separated.iter().any(|(at, mark)| text.get(*at..*at + 1) != Some(*mark)) {
            return None;
        }
        if !matches!(text.get(10..11)?, "T" | "t" | " ") {
            return None;
        }
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        if !(1..=12).contains(&month) || date(days(year, month, day)) != (year, month, day) {
            return None;
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut rest = text.get(19..)?;
        let mut millis = 0;
        if let Some(decimals) = rest.strip_prefix('.') {
            let length = decimals.bytes().take_while(u8::is_ascii_digit).count();
            let mut scale = 100;
            for byte in decimals.bytes().take(length) {
                millis += i64::from(byte - b'0') * scale;
                scale /= 10;
            }
            rest = decimals.get(length..)?;
        }
        let offset = match rest {
            "Z" | "z" => 0,
            _ => {
                let sign = if rest.starts_with('+') { 1 } else { rest.starts_with('-').then_some(-1)? };
                if rest.len() != 6 || rest.get(3..4) != Some(":") {
                    return None;
                }
                let (hours, minutes) = (digits(rest.get(1..3)?)?, digits(rest.get(4..6)?)?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                sign * (hours * 60 + minutes) * 60_000
            }
        };
        let of_day = ((hour * 60 + minute) * 60 + second) * 1000 + millis;
        Some(Time(days(year, month, day) * DAY + of_day - offset))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0.div_euclid(DAY));
        let of_day = self.0.rem_euclid(DAY);
        let (second, millis) = (of_day / 1000, of_day % 1000);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
        if millis != 0 {
            write!(f, ".{millis:03}")?;
        }
        f.write_str("Z")
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What [`Time`] is on the wire: its `Serialize` is by hand, so is its schema.
#[cfg(not(target_arch = "wasm32"))]
impl schemars::JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}
