//! Where pages come from, as browsers write it.

use std::net::Ipv6Addr;
use std::str::FromStr;

/// An origin of pages: `http` or `https`, a host, and a port that is not the scheme's own. Written as browsers write it
/// into their requests (RFC 6454 §6.2), so that equal texts are equal origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// A text that is no origin. Displayed: what one looks like.
#[derive(Debug, thiserror::Error)]
#[error(
    "an origin is a scheme, a host and maybe a port, such as https://console.example.com or http://localhost:3000; it has \
     no path, and none stands for many"
)]
pub struct NoOrigin;

impl Origin {
    /// The origin, as a browser writes it.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = NoOrigin;

    /// Reads an origin as somebody types it: large letters, the scheme's own port and one slash at the end are passed
    /// over, as browsers leave them out.
    ///
    /// # Errors
    /// [`NoOrigin`].
    fn from_str(text: &str) -> Result<Origin, NoOrigin> {
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = text.strip_suffix('/').unwrap_or(&text).split_once("://").ok_or(NoOrigin)?;
        let own = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(NoOrigin),
        };
        let (host, port) = match rest.rsplit_once(':') {
            // The colons between brackets are the number's.
            Some((host, port)) if !rest.ends_with(']') => (host, read_port(port).ok_or(NoOrigin)?),
            Some(_) | None => (rest, own),
        };
        let host = read_host(host).ok_or(NoOrigin)?;
        let port = if port == own { String::new() } else { format!(":{port}") };
        Ok(Origin(format!("{scheme}://{host}{port}")))
    }
}

fn read_port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

/// A name, or a number in brackets.
fn read_host(text: &str) -> Option<String> {
    if let Some(number) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return number.parse::<Ipv6Addr>().ok().map(|number| format!("[{number}]"));
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    (!text.is_empty() && text.bytes().all(fits)).then(|| text.to_owned())
}
