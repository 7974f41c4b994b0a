//! What the server says of how many requests the token has left (API contract, "Errors, limits, auth").

use super::timer;
use crate::api::Response;

/// Seconds up to this are a span; above, the Unix time in seconds. The contract does not say which the header holds.
const LONGEST_SPAN: i64 = 1_000_000;

/// How many requests the token has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// So many, until it is renewed.
    pub left: u32,
    /// When it is renewed, Unix milliseconds, where told.
    pub renewed: Option<i64>,
}

impl Budget {
    /// What an answer says of it, if it does.
    pub fn read(response: &Response) -> Option<Budget> {
        let left = response.header("X-RateLimit-Remaining")?.parse().ok()?;
        Some(Budget { left, renewed: reset(response).map(|seconds| timer::now() + i64::from(seconds) * 1_000) })
    }
}

/// In how many seconds the budget is renewed, where told.
pub fn reset(response: &Response) -> Option<u32> {
    retry_after(response).or_else(|| until(response.header("X-RateLimit-Reset")?.parse().ok()?))
}

/// In how many seconds the server wants to be asked again, where it says so: in seconds, or as a date (RFC 9110, 10.2.3).
pub fn retry_after(response: &Response) -> Option<u32> {
    let told = response.header("Retry-After")?;
    until(told.parse().ok().or_else(|| timer::date(told).map(|date| date / 1_000))?)
}

/// Up to then, from a span or a moment in seconds.
fn until(seconds: i64) -> Option<u32> {
    let span = if seconds > LONGEST_SPAN { seconds - timer::now() / 1_000 } else { seconds };
    u32::try_from(span.max(0)).ok()
}
