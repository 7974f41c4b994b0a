//! Which calls pass to the upstream, and what is answered to the others.
//!
//! Invariant: a request that passes is written anew, from the table of the contract and from ids alone.

use axum::http::{HeaderMap, header};

use super::problem;
use crate::api::routes::{Found, NotFound, find};
use crate::api::{Method, Request, Response};

/// The answer to what is not the contract's.
pub fn not_passed() -> Response {
    problem(404, "This server passes on the contract's calls only, and this is none of them. /openapi.json names them")
}

/// What may pass of a request: a call of the contract, written anew.
///
/// # Errors
/// The answer to another one.
pub fn passable(request: &Request, headers: &HeaderMap) -> Result<Request, Response> {
    let Found { endpoint, parameters } = called(request.method, &request.path)?;
    let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
    let mut passable = endpoint.request(&parameters).with_body(request.body.clone());
    passable.query = request.query.clone();
    for name in [header::CONTENT_TYPE, header::ACCEPT] {
        if let Some(value) = headers.get(&name).and_then(|value| value.to_str().ok()) {
            passable = passable.with_header(name.as_str(), value);
        }
    }
    Ok(passable)
}

/// The contract's call of this method and path.
fn called(method: Method, path: &str) -> Result<Found, Response> {
    match find(method, path) {
        Ok(found) if passes(&found) => Ok(found),
        Err(NotFound::Method { allowed })
            if allowed.iter().any(|other| find(*other, path).is_ok_and(|found| passes(&found))) =>
        {
            Err(other_methods(&allowed))
        }
        Ok(_) | Err(_) => Err(not_passed()),
    }
}

fn passes(found: &Found) -> bool {
    // Dots or slashes, however they are written, would name another call to who resolves them.
    let is_id = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    found.endpoint.is_contract() && found.parameters.iter().all(is_id)
}

/// The answer to a call of the contract but for its method.
fn other_methods(allowed: &[Method]) -> Response {
    let names: Vec<&str> = allowed.iter().map(|method| method.name()).collect();
    let words = format!("This server passes on the contract's calls only, at this path {}", names.join(" and "));
    problem(405, &words).with_header("Allow", names.join(", "))
}
