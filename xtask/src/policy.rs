//! What the built page may do: its Content-Security-Policy and the headers beside it, for hosts that send headers
//! (`_headers` for Netlify, `headers.conf` for nginx) and, as far as that goes, in the page itself for those that do not.
//!
//! The words are those of Content Security Policy Level 3, Trusted Types and Permissions Policy (W3C).

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::process::{Failure, command, root};

/// Where the page may connect to, when the one who builds it does not say: the product's API with its pushes, and the
/// reader's own machine. (A policy has no words for `[::1]`.)
const USUAL: &str = "https://api.qovery.com wss://ws.qovery.com \
                     http://127.0.0.1:* ws://127.0.0.1:* http://localhost:* ws://localhost:*";

/// The file with the headers that Netlify reads. So do the native server and `cargo xtask static`.
pub const HEADERS: &str = "_headers";
const NGINX: &str = "headers.conf";

/// Everything a browser would let a page ask for and that the console does not want; it only writes to the clipboard.
const OFF: [&str; 22] = [
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
];

/// Where the page may connect to, as a policy writes it: `origins`, or the usual ones.
///
/// An origin is `https://api.example.com`, with a port or without; `https://*.example.com` is any host below,
/// `https://*:*` any at all.
pub fn connect(origins: &[String]) -> Result<String, Failure> {
    for origin in origins {
        let host = ["https://", "wss://", "http://", "ws://"].iter().find_map(|scheme| origin.strip_prefix(scheme));
        let plain =
            |host: &str| !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:*".contains(c));
        if !host.is_some_and(plain) {
            return Err(format!(
                "--connect wants an origin like https://api.example.com, without a path, not {origin:?}"
            ));
        }
    }
    Ok(if origins.is_empty() { USUAL.to_owned() } else { origins.join(" ") })
}

/// Puts the policy into a page, and writes the files with the headers beside it; returns the page.
///
/// Scripts that stand in the page are allowed by their digest, and no others that stand in it.
pub fn apply(folder: &Path, html: &str, connect: &str) -> Result<String, Failure> {
    let scripts = inline_scripts(html).map(|script| Ok(format!(" '{}'", digest(script.as_bytes())?)));
    let scripts: String = scripts.collect::<Result<_, Failure>>()?;
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {connect}; base-uri 'self'; form-action 'none'; object-src 'none'; \
         require-trusted-types-for 'script'; trusted-types links"
    );
    let headers = headers(&policy);
    let netlify = headers.iter().map(|(name, value)| format!("  {name}: {value}\n"));
    write(&folder.join(HEADERS), &format!("/*\n{}", netlify.collect::<String>()))?;
    let nginx = headers.iter().map(|(name, value)| format!("add_header {name} \"{value}\" always;\n"));
    write(&folder.join(NGINX), &nginx.collect::<String>())?;
    // First of all that has a say: a policy in the page holds for what comes after it.
    let charset = r#"<meta charset="utf-8" />"#;
    let (head, rest) =
        html.split_once(charset).ok_or("index.html has lost its charset line, where its policy is put")?;
    Ok(format!("{head}{charset}\n    <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\" />{rest}"))
}

/// The headers of every file of the page. Those that no page can say itself are in them too.
fn headers(policy: &str) -> [(&'static str, String); 5] {
    let off: String = OFF.iter().map(|feature| format!(", {feature}=()")).collect();
    [
        ("Content-Security-Policy", format!("{policy}; frame-ancestors 'none'")),
        ("Cross-Origin-Opener-Policy", "same-origin".to_owned()),
        ("Permissions-Policy", format!("clipboard-write=(self){off}")),
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ]
}

/// What stands in the page as scripts, to the letter.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(script)
    })
}

/// The SHA-256 of some bytes, as `sha256-…`: for a policy, or for an `integrity` attribute.
pub fn digest(bytes: &[u8]) -> Result<String, Failure> {
    let failed = |error: std::io::Error| format!("cannot compute a digest with Node.js: {error}");
    let mut node = command("node")
        .arg(root().join("xtask/digest.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    // Dropped at the end of the line, which ends what comes in.
    node.stdin.take().ok_or("Node.js takes no input")?.write_all(bytes).map_err(failed)?;
    let output = node.wait_with_output().map_err(failed)?;
    let digest = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if digest.starts_with("sha256-") { Ok(digest) } else { Err("Node.js computed no digest".to_owned()) }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_that_stand_in_the_page_are_named() {
        let html =
            "<script>a()</script><script defer src=\"./b.js\"></script><script type=\"module\">\nc();\n</script>";
        assert_eq!(inline_scripts(html).collect::<Vec<_>>(), ["a()", "\nc();\n"]);
    }

    #[test]
    fn what_may_be_connected_to_is_exactly_what_was_named() {
        let named = [
            "https://api.example.com",
            "wss://ws.example.com:8443",
            "http://10.0.0.5:8080",
            "https://*.example.com",
            "https://*",
        ];
        let named = named.map(str::to_owned);
        assert_eq!(connect(&named).unwrap(), named.join(" "));
        assert_eq!(connect(&[]).unwrap(), USUAL);
        for bad in
            ["api.example.com", "https://", "https:", "*", "https://a.example/api", "https://a; script-src *", "'self'"]
        {
            assert!(connect(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
