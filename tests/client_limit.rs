//! When a token may ask again (API contract, "Errors, limits, auth").
#![cfg(not(target_arch = "wasm32"))]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use playhead::api::Response;
use playhead::client::limit::{Budget, reset};

fn answer(headers: &[(&str, &str)]) -> Response {
    headers.iter().fold(Response::new(429), |answer, (name, value)| answer.with_header(name, *value))
}

#[test]
fn a_server_says_in_how_many_seconds_or_at_which_second() {
    let date = ("Retry-After", "Sat, 14 Nov 2020 12:00:00 GMT");
    for (headers, seconds) in [
        (&[("Retry-After", "7")][..], Some(7)),
        (&[("X-RateLimit-Reset", "30")], Some(30)),
        (&[("Retry-After", "7"), ("X-RateLimit-Reset", "30")], Some(7)),
        (&[date, ("X-RateLimit-Reset", "30")], Some(0)),
        (&[("Retry-After", "soon"), ("X-RateLimit-Reset", "30")], Some(30)),
        (&[("Retry-After", "soon")], None),
        (&[("X-RateLimit-Reset", "soon")], None),
        (&[("X-RateLimit-Reset", "-5")], Some(0)),
        (&[("X-RateLimit-Reset", "1600000000")], Some(0)),
        (&[("X-RateLimit-Reset", "99999999999999")], None),
        (&[], None),
    ] {
        assert_eq!(reset(&answer(headers)), seconds, "{headers:?}");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let told = reset(&answer(&[("X-RateLimit-Reset", &(now + 600).to_string())]));
    assert!(told.is_some_and(|seconds| (590..=600).contains(&seconds)), "{told:?}");
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(600));
    let told = reset(&answer(&[("Retry-After", &date)]));
    assert!(told.is_some_and(|seconds| (590..=600).contains(&seconds)), "{told:?}");
}

#[test]
fn what_is_left_is_known_where_it_is_told() {
    let left = |headers: &[(&str, &str)]| Budget::read(&answer(headers)).map(|budget| budget.left);
    assert_eq!(left(&[("X-RateLimit-Remaining", "12")]), Some(12));
    assert_eq!(left(&[("X-RateLimit-Remaining", "many")]), None);
    assert_eq!(left(&[("X-RateLimit-Reset", "30")]), None);
}
