//! Where the upstream is.

use axum::http::Uri;

use super::Error;

/// An address: scheme, host, maybe a port and a path.
#[derive(Clone, Debug)]
pub struct Address {
    url: String,
    uri: Uri,
}

impl Address {
    /// Reads an address with one of two schemes, the one in the clear first.
    ///
    /// # Errors
    /// [`Error::Address`].
    pub fn read(url: &str, flag: &'static str, example: &'static str, schemes: [&str; 2]) -> Result<Address, Error> {
        let wrong = Error::Address { flag, example };
        let Ok(uri) = url.parse::<Uri>() else { return Err(wrong) };
        let good = uri.scheme_str().is_some_and(|scheme| schemes.contains(&scheme))
            && uri.host().is_some_and(|host| !host.is_empty())
            && !url.contains(['@', '?', '#']);
        if good { Ok(Address { url: url.trim_end_matches('/').to_owned(), uri }) } else { Err(wrong) }
    }

    /// The address, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The host, without brackets.
    pub fn host(&self) -> &str {
        self.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }

    /// The port, by the scheme where none is named.
    pub fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(if self.is_secure() { 443 } else { 80 })
    }

    fn is_secure(&self) -> bool {
        matches!(self.uri.scheme_str(), Some("https" | "wss"))
    }

    /// Whether nobody on the way can read what is sent there.
    pub fn is_private(&self) -> bool {
        let host = self.host();
        let here = host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        self.is_secure() || here || host.eq_ignore_ascii_case("localhost")
    }

    /// Where the websockets of this API are: the product has them on `ws.X` when its API is on `api.X`; elsewhere they
    /// are expected below the same address.
    pub fn of_sockets(&self) -> Address {
        let scheme = if self.is_secure() { "wss" } else { "ws" };
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let url = match rest.strip_prefix("api.") {
            // Of the API's path the other host knows nothing.
            Some(rest) => format!("{scheme}://ws.{}", rest.split('/').next().unwrap_or_default()),
            None => format!("{scheme}://{rest}"),
        };
        let uri = url.parse().unwrap_or_else(|_| self.uri.clone());
        Address { url, uri }
    }
}
