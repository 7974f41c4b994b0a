//! A server, over the browser's fetch.

use gloo_net::http::RequestBuilder;
use web_sys::AbortSignal;

use crate::api::{Method, Request, Response};
use crate::client::error::Error;
use crate::client::{TIMEOUT_SECONDS, timer};

/// A server's address. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    base: String,
    timeout: u32,
}

impl Http {
    /// A server whose paths start at `base`, with or without a slash at its end.
    pub fn new(base: &str) -> Http {
        Http { base: base.trim_end_matches('/').to_owned(), timeout: TIMEOUT_SECONDS * 1_000 }
    }

    /// The same with so many milliseconds to wait for an answer; [`TIMEOUT_SECONDS`] without this.
    #[must_use]
    pub fn with_timeout(self, millis: u32) -> Http {
        Http { timeout: millis, ..self }
    }

    /// Carries a request over and waits for its answer.
    pub(in crate::client) async fn send(&self, request: &Request) -> Result<Response, Error> {
        let url = format!("{}{}", self.base, request.path);
        let timeout = AbortSignal::timeout_with_u32(self.timeout);
        let mut builder = RequestBuilder::new(&url)
            .method(method(request.method))
            .query(request.query.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .abort_signal(Some(&timeout));
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let built = if request.body.is_empty() {
            builder.build()
        } else {
            builder.body(js_sys::Uint8Array::from(request.body.as_slice()))
        };
        let told = |_| {
            if timeout.aborted() {
                Error::Timeout { seconds: self.timeout.div_ceil(1_000), action: false }
            } else {
                Error::Offline
            }
        };
        let response = built.map_err(told)?.send().await.map_err(told)?;
        let mut answer = Response::new(response.status());
        answer.headers = response.headers().entries().collect();
        answer.body = response.binary().await.map_err(told)?;
        Ok(answer)
    }

    /// Waits before a read is tried again.
    pub(in crate::client) async fn pause(&self, millis: u32) {
        timer::pause(millis).await;
    }
}

fn method(method: Method) -> gloo_net::http::Method {
    match method {
        Method::Get => gloo_net::http::Method::GET,
        Method::Post => gloo_net::http::Method::POST,
        Method::Put => gloo_net::http::Method::PUT,
        Method::Delete => gloo_net::http::Method::DELETE,
    }
}
