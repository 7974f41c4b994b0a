//! Pauses: the browser's timer; natively none, where nothing waits for a loopback (the native transport has its own).

/// Waits so many milliseconds.
#[cfg(target_arch = "wasm32")]
pub async fn pause(millis: u32) {
    gloo_timers::future::TimeoutFuture::new(millis).await;
}

/// What comes of something, if it comes within so many milliseconds.
#[cfg(target_arch = "wasm32")]
pub async fn within<T>(millis: u32, coming: impl Future<Output = T>) -> Option<T> {
    use futures_util::future::{Either, select};

    let late = gloo_timers::future::TimeoutFuture::new(millis);
    match select(Box::pin(coming), late).await {
        Either::Left((came, _)) => Some(came),
        Either::Right(_) => None,
    }
}

/// Natively nothing is waited for.
#[cfg(not(target_arch = "wasm32"))]
pub async fn pause(_millis: u32) {}

/// Real time, Unix milliseconds.
#[cfg(target_arch = "wasm32")]
pub fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// Real time, Unix milliseconds.
#[cfg(not(target_arch = "wasm32"))]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A date of HTTP (RFC 9110, 5.6.7), Unix milliseconds.
#[cfg(target_arch = "wasm32")]
pub fn date(text: &str) -> Option<i64> {
    let date = js_sys::Date::parse(text);
    date.is_finite().then_some(date as i64)
}

/// A date of HTTP (RFC 9110, 5.6.7), Unix milliseconds.
#[cfg(not(target_arch = "wasm32"))]
pub fn date(text: &str) -> Option<i64> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// Between half of it and all of it, so that many readers do not come back at the same moment.
pub fn jitter(millis: u32) -> u32 {
    let half = millis / 2;
    half + (f64::from(millis - half) * random()) as u32
}

#[cfg(target_arch = "wasm32")]
fn random() -> f64 {
    js_sys::Math::random()
}

/// Without randomness there is none.
#[cfg(not(target_arch = "wasm32"))]
fn random() -> f64 {
    let mut bytes = [0; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}
