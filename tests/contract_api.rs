//! The wire contract by itself: every path is found again, times read what they write, unknown values are no error.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use playhead::api::reading::from_slice;
use playhead::api::routes::{NotFound, find};
use playhead::api::service::Service;
use playhead::api::time::duration;
use playhead::api::{Endpoint, Method, Results, Time};

#[test]
fn a_built_path_is_found_again_with_its_parameters() {
    let cases: [(Endpoint, &[&str]); 9] = [
        (Endpoint::Organizations, &[]),
        (Endpoint::Images, &["o-1", "r/2"]),
        (Endpoint::EnvironmentsStatus, &["p 1"]),
        (Endpoint::StatusesWithStages, &["e-1"]),
        (Endpoint::DeploySubset, &["e-1"]),
        (Endpoint::RestartService, &["database", "é"]),
        (Endpoint::Commits, &["job", "100%"]),
        (Endpoint::Deployments, &["e-1"]),
        (Endpoint::Outcome, &["r-1"]),
    ];
    for (endpoint, parameters) in cases {
        let request = endpoint.request(parameters);
        let found = find(request.method, &request.path).expect(&request.path);
        assert_eq!((found.endpoint, found.parameters), (endpoint, parameters.iter().map(|p| p.to_string()).collect()));
    }
}

#[test]
fn a_wrong_path_is_told_from_a_wrong_method() {
    let check = |method, path: &str, expected| assert_eq!(find(method, path), Err(expected), "{path}");
    for path in ["", "/", "/organisation", "/environment//deploy", "/job/1/restart-service", "/x/", "/environment/%ff"]
    {
        check(Method::Get, path, NotFound::Path);
    }
    check(Method::Get, "/environment/1/deploy", NotFound::Method { allowed: vec![Method::Post] });
    check(Method::Post, "/x/faults", NotFound::Method { allowed: vec![Method::Get, Method::Put] });
}

#[test]
fn times_read_what_they_write() {
    let check = |text: &str, millis, written: &str| {
        let time = Time::parse(text).expect(text);
        assert_eq!((time.0, time.to_string().as_str()), (millis, written), "{text}");
        assert_eq!(Time::parse(&time.to_string()), Some(time));
    };
    check("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z");
    check("2024-02-29T23:59:59.5Z", 1_709_251_199_500, "2024-02-29T23:59:59.500Z");
    check("2024-03-01T01:00:00.123456+01:00", 1_709_251_200_123, "2024-03-01T00:00:00.123Z");
    check("1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z");
    for offset in ["+9223372036854775807:00", "+24:00", "+1:00", "+01:60", "+01:0", "+-1:00"] {
        assert_eq!(Time::parse(&format!("2024-02-29T00:00:00{offset}")), None, "{offset}");
    }
    for wrong in ["", "yesterday", "2024-02-30T00:00:00Z", "2024-02-29", "2024-02-29T25:00:00Z", "2024-02-29T00:00:00"]
    {
        assert_eq!(Time::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn unknown_fields_and_values_are_read() {
    let text = r#"{"results": [{"id": "1", "service_type": "TERRAFORM", "surprise": {"a": [1]}, "mode": "NEW_MODE"}]}"#;
    let list: Results<Service> = from_slice(text.as_bytes()).expect("it reads");
    assert_eq!(list.results[0].service_type, "TERRAFORM");
    assert_eq!(list.results[0].mode.as_deref(), Some("NEW_MODE"));
}

#[test]
fn a_value_of_the_wrong_type_is_told_with_its_place() {
    let check = |text: &str, says: &str| {
        let error = from_slice::<Results<Service>>(text.as_bytes()).expect_err(text);
        assert!(error.to_string().starts_with(says), "{error}");
    };
    check("[]", "document: an object is expected, not a list");
    check(r#"{"results": {}}"#, "results: a list is expected, not an object");
    check(r#"{"results": [{}, {"cpu": -1}]}"#, "results[1].cpu: a whole number is expected");
    check(r#"{"results": [{"git_repository": {"url": 5}}]}"#, "results[0].git_repository.url: a text is expected");
    check(r#"{"results": [{"id": "#, "line 1, column 20: the text ends in the middle");
}

#[test]
fn a_duration_is_read_in_milliseconds() {
    let check = |text: &str, millis: Option<i64>| assert_eq!(duration(text), millis, "{text}");
    check("PT83S", Some(83_000));
    check("PT0S", Some(0));
    check("PT1H2M3.5S", Some(3_723_000));
    check("PT2M", Some(120_000));
    for none in ["", "PT", "83", "P1D", "PT-3S", "PTS", "PT3S4M", "PT9223372036854775807H"] {
        check(none, None);
    }
}
