//! How values are written for a person: ages, moments, durations, counts, versions, amounts.
//!
//! Invariants: plain text in, plain text out; no signals, no DOM. Dates are the browser's own (`Intl`).

use std::sync::Arc;

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::legible::legible;
pub use super::state::row::Millis;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// How long ago, in one unit: "12 s", "3 min", "2 h", "5 d". A moment that is not over yet counts as "0 s".
pub fn age(now: Millis, at: Millis) -> String {
    let passed = now.saturating_sub(at).max(0);
    if passed < MINUTE {
        format!("{} s", passed / SECOND)
    } else if passed < HOUR {
        format!("{} min", passed / MINUTE)
    } else if passed < 2 * DAY {
        format!("{} h", passed / HOUR)
    } else {
        format!("{} d", passed / DAY)
    }
}

/// [`age`] as part of a sentence: "just now", "3 min ago".
pub fn ago(now: Millis, at: Millis) -> String {
    if now.saturating_sub(at) < 5 * SECOND { "just now".into() } else { format!("{} ago", age(now, at)) }
}

/// How long something took, in at most two units: "850 ms", "42 s", "3 min 5 s", "1 h 20 min".
pub fn duration(millis: Millis) -> String {
    let two = |big: Millis, unit: &str, rest: Millis, small: &str| match rest {
        0 => format!("{big} {unit}"),
        rest => format!("{big} {unit} {rest} {small}"),
    };
    if millis < SECOND {
        format!("{} ms", millis.max(0))
    } else if millis < MINUTE {
        format!("{} s", millis / SECOND)
    } else if millis < HOUR {
        two(millis / MINUTE, "min", millis % MINUTE / SECOND, "s")
    } else if millis < DAY {
        two(millis / HOUR, "h", millis % HOUR / MINUTE, "min")
    } else {
        two(millis / DAY, "d", millis % DAY / HOUR, "h")
    }
}

thread_local! {
    /// Making a formatter is what costs; one is enough for the life of the page.
    static MOMENT: Intl::DateTimeFormat = {
        let options = Object::new();
        for (key, value) in [("dateStyle", "medium"), ("timeStyle", "medium")] {
            // Setting a property of a fresh object cannot fail; without it the browser's default form is used.
            let _ = Reflect::set(&options, &key.into(), &value.into());
        }
        Intl::DateTimeFormat::new(&Array::new(), &options)
    };
}

/// A moment in the reader's own time zone and language.
pub fn moment(at: Millis) -> String {
    MOMENT
        .with(|moment| moment.format().call1(&JsValue::UNDEFINED, &date(at)))
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// A moment for machines (`datetime=`): RFC 3339, UTC.
pub fn machine_moment(at: Millis) -> String {
    let date: Date = date(at).unchecked_into();
    if date.get_time().is_nan() { String::new() } else { date.to_iso_string().into() }
}

fn date(at: Millis) -> JsValue {
    Date::new(&JsValue::from_f64(at as f64)).into()
}

/// A length for a style sheet. Written by the browser: what writes fractions in Rust brings tables of its own.
pub fn px(length: f64) -> String {
    let words = js_sys::Number::from(length).to_string_with_radix(10);
    words.map_or_else(|_| "0".to_owned(), String::from) + "px"
}

/// "1 service", "3 services"; for words that take an s.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} {noun}s", number_words(number)) }
}

/// A number with thin spaces between its thousands.
pub fn number_words(number: usize) -> String {
    let digits = number.to_string();
    let mut words = String::with_capacity(digits.len() + 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push('\u{202f}');
        }
        words.push(digit);
    }
    words
}

/// Names as a list in a sentence: "api", "api and web", "api, web and 3 more".
pub fn names<S: AsRef<str>>(all: &[S]) -> String {
    match all {
        [] => String::new(),
        [one] => one.as_ref().into(),
        [one, two] => format!("{} and {}", one.as_ref(), two.as_ref()),
        [one, two, three] => format!("{}, {} and {}", one.as_ref(), two.as_ref(), three.as_ref()),
        [one, two, rest @ ..] => format!("{}, {} and {} more", one.as_ref(), two.as_ref(), rest.len()),
    }
}

/// A version as it is shown: a commit by its first 7 digits, anything else legible.
pub fn short_version(version: &str) -> Arc<str> {
    let is_commit = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    legible(if is_commit { version.get(..7).unwrap_or(version) } else { version })
}

/// mCPU as vCPU: 250 → "0.25 vCPU", 1000 → "1 vCPU".
pub fn cpu(milli: u32) -> String {
    let (whole, rest) = (milli / 1000, milli % 1000);
    if rest == 0 {
        return format!("{whole} vCPU");
    }
    let decimals = format!("{rest:03}");
    format!("{whole}.{} vCPU", decimals.trim_end_matches('0'))
}

/// MB: 512 → "512 MB", 2048 → "2 GB".
pub fn memory(megabytes: u32) -> String {
    if megabytes >= 1024 && megabytes.is_multiple_of(1024) {
        format!("{} GB", megabytes / 1024)
    } else {
        format!("{megabytes} MB")
    }
}

/// Where a request came from, in words; a name that is not known is shown as it came.
pub fn origin(name: &str) -> &str {
    match name {
        "CONSOLE" => "console",
        "API" => "API",
        "CLI" => "CLI",
        "GIT" => "git push",
        "CICD" | "CI_CD" => "CI/CD",
        "QOVERY_INTERNAL" => "the platform",
        "TERRAFORM_PROVIDER" => "Terraform",
        "SKILL" => "an assistant",
        other => other,
    }
}

/// A mode of an environment, in words; a name that is not known is shown as it came.
pub fn mode(name: &str) -> &str {
    match name {
        "PRODUCTION" => "Production",
        "STAGING" => "Staging",
        "DEVELOPMENT" => "Development",
        "PREVIEW" => "Preview",
        other => other,
    }
}
