//! A request as a line for a shell, that does what the console does. It never holds a token: the shell puts in its own.

use super::unseen::json;
use crate::api::Request;

/// Where the API is when the line does not say: set by whoever runs it, as for the command line.
const ADDRESS: &str = "$PLAYHEAD_API_URL";
/// The token, as for the command line.
const TOKEN: &str = "$PLAYHEAD_TOKEN";

/// The line. `base`: where the API begins, `None` for wherever `PLAYHEAD_API_URL` says; `scheme`: the word before the
/// token, `None` for a server that asks for none.
pub fn line(request: &Request, base: Option<&str>, scheme: Option<&str>) -> String {
    let url = match base {
        Some(base) => quoted(&format!("{base}{}", request.path)),
        // Paths of the contract are made of words and ids: nothing in them means anything to a shell.
        None => format!("\"{ADDRESS}{}\"", request.path),
    };
    let mut line = format!("curl --fail-with-body --request {} {url}", request.method.name());
    if let Some(scheme) = scheme {
        line.push_str(&format!(" \\\n  --header \"Authorization: {scheme} {TOKEN}\""));
    }
    if !request.body.is_empty() {
        // Pasted into a terminal, a control character would be a key.
        let body = quoted(&json(&String::from_utf8_lossy(&request.body)));
        line.push_str(&format!(" \\\n  --header 'Content-Type: application/json' \\\n  --data {body}"));
    }
    line
}

/// One word of a POSIX shell, whatever is in it.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
