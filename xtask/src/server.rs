//! A plain static file server: what `serve` shows the page with, and what the end-to-end tests put it behind.
//! It knows nothing of the page; like a common static host, it answers an unknown path with `404.html`, and sends the headers
//! that the site's `_headers` names for all of its files.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::policy;
use crate::process::Failure;

/// How many ports after the wanted one are tried.
const PORTS: u16 = 50;

/// What a host does with a path for which there is no file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// `404.html` with status 404, as GitHub Pages does.
    NotFound,
    /// `index.html` with status 200, as hosts with a rewrite rule do.
    Index,
}

/// Which files are served, and how.
#[derive(Clone)]
pub struct Site {
    /// The folder with the files.
    pub folder: PathBuf,
    /// The path the site lives under, with a slash at both ends.
    pub prefix: String,
    /// The answer to an unknown path.
    pub fallback: Fallback,
}

impl Site {
    /// A site under `prefix`, whatever slashes it was written with.
    pub fn new(folder: PathBuf, prefix: &str, fallback: Fallback) -> Site {
        let inner = prefix.trim_matches('/');
        let prefix = if inner.is_empty() { "/".to_owned() } else { format!("/{inner}/") };
        Site { folder, prefix, fallback }
    }
}

/// Listens on the port, or on the next free one; 0 lets the system choose.
pub fn listen(port: u16) -> Result<TcpListener, Failure> {
    if port == 0 {
        return bind(0).map_err(|error| format!("no free port: {error}"));
    }
    for candidate in port..=port.saturating_add(PORTS) {
        match bind(candidate) {
            Ok(listener) => {
                if candidate != port {
                    println!("  port {port} is taken, using {candidate}");
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(format!("cannot listen on port {candidate}: {error}")),
        }
    }
    Err(format!("the ports {port} to {} are all taken: choose another with --port", port.saturating_add(PORTS)))
}

/// The address a browser opens.
pub fn address(listener: &TcpListener, site: &Site) -> String {
    match listener.local_addr() {
        Ok(local) => format!("http://127.0.0.1:{}{}", local.port(), site.prefix),
        Err(_) => site.prefix.clone(),
    }
}

/// Answers requests until the program ends; one thread for each connection.
pub fn serve(listener: &TcpListener, site: &Site) {
    for stream in listener.incoming().flatten() {
        let site = site.clone();
        thread::spawn(move || {
            // A connection that breaks is the browser's business.
            let _ = connection(stream, &site);
        });
    }
}

fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

struct Answer {
    status: &'static str,
    kind: &'static str,
    location: Option<String>,
    body: Vec<u8>,
}

fn connection(stream: TcpStream, site: &Site) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = String::new();
        if reader.by_ref().take(16_384).read_line(&mut request)? == 0 {
            return Ok(());
        }
        let mut close = false;
        loop {
            let mut header = String::new();
            if reader.by_ref().take(16_384).read_line(&mut header)? == 0 || header.trim().is_empty() {
                break;
            }
            close |= header.trim().eq_ignore_ascii_case("connection: close");
        }
        let mut words = request.split_whitespace();
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or("/"));
        let answer = match method {
            "GET" | "HEAD" => answer(target, site),
            // A body may follow, which is not read: end the connection with the answer.
            _ => {
                close = true;
                text("405 Method Not Allowed", "only GET and HEAD")
            }
        };
        write(&mut writer, &answer, &headers(&site.folder), method == "HEAD", close)?;
        if close {
            return Ok(());
        }
    }
}

/// The headers of the file for hosts, each with the end of its line. Read each time: a build may have written it anew.
fn headers(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join(policy::HEADERS)).unwrap_or_default();
    let all = text.lines().skip_while(|line| *line != "/*").skip(1).take_while(|line| line.starts_with(' '));
    all.map(|line| format!("{}\r\n", line.trim())).collect()
}

fn write(writer: &mut TcpStream, answer: &Answer, more: &str, head_only: bool, close: bool) -> io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {}\r\ncontent-type: {}\r\ncontent-length: {}\r\ncache-control: no-cache\r\n{more}",
        answer.status,
        answer.kind,
        answer.body.len()
    );
    if let Some(location) = &answer.location {
        head.push_str(&format!("location: {location}\r\n"));
    }
    if close {
        head.push_str("connection: close\r\n");
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    if !head_only {
        bytes.extend_from_slice(&answer.body);
    }
    writer.write_all(&bytes)
}

fn answer(target: &str, site: &Site) -> Answer {
    let path = target.split(['?', '#']).next().unwrap_or("/");
    if format!("{path}/") == site.prefix {
        return Answer { location: Some(site.prefix.clone()), ..text("301 Moved Permanently", "") };
    }
    let Some(inside) = path.strip_prefix(site.prefix.as_str()) else {
        return text("404 Not Found", "nothing is served outside of the site's path");
    };
    if let Some(found) = inner_path(inside).and_then(|inner| file(&site.folder, &inner)) {
        return found;
    }
    let (status, name) = match site.fallback {
        Fallback::NotFound => ("404 Not Found", "404.html"),
        Fallback::Index => ("200 OK", "index.html"),
    };
    match file(&site.folder, Path::new(name)) {
        Some(page) => Answer { status, ..page },
        None => text("404 Not Found", "no such file"),
    }
}

/// The path inside of the folder; `None` when it would lead out of it.
fn inner_path(encoded: &str) -> Option<PathBuf> {
    let decoded = percent_decode(encoded)?;
    let mut path = PathBuf::new();
    for segment in decoded.split('/').filter(|segment| !segment.is_empty()) {
        if segment.starts_with('.') || segment.contains(['\\', ':', '\0']) {
            return None;
        }
        path.push(segment);
    }
    Some(path)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn file(folder: &Path, inner: &Path) -> Option<Answer> {
    let mut path = folder.join(inner);
    if path.is_dir() {
        path.push("index.html");
    }
    let body = fs::read(&path).ok()?;
    let kind = match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    Some(Answer { status: "200 OK", kind, location: None, body })
}

fn text(status: &'static str, body: &str) -> Answer {
    Answer { status, kind: "text/plain; charset=utf-8", location: None, body: body.as_bytes().to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(fallback: Fallback) -> Site {
        let folder = std::env::temp_dir().join(format!("playhead-server-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for name in ["index.html", "404.html", "app.wasm"] {
            fs::write(folder.join(name), name).unwrap();
        }
        Site::new(folder, "some/sub", fallback)
    }

    fn check(fallback: Fallback, target: &str, status: &str, body: &str) {
        let answer = answer(target, &site(fallback));
        assert!(answer.status.starts_with(status), "{target}: {}", answer.status);
        assert_eq!(String::from_utf8_lossy(&answer.body), body, "{target}");
    }

    #[test]
    fn answers_as_a_static_host_under_a_sub_path_does() {
        let outside = "nothing is served outside of the site's path";
        check(Fallback::NotFound, "/some/sub/", "200", "index.html");
        check(Fallback::NotFound, "/some/sub", "301", "");
        check(Fallback::NotFound, "/some/sub/app.wasm?v=1", "200", "app.wasm");
        check(Fallback::NotFound, "/some/sub/%61pp.wasm", "200", "app.wasm");
        check(Fallback::NotFound, "/some/sub/deep/link", "404", "404.html");
        check(Fallback::Index, "/some/sub/deep/link", "200", "index.html");
        check(Fallback::NotFound, "/", "404", outside);
        check(Fallback::NotFound, "/app.wasm", "404", outside);
    }

    #[test]
    fn sends_the_headers_of_all_files() {
        let folder = std::env::temp_dir().join(format!("playhead-headers-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        assert_eq!(headers(&folder), "");
        fs::write(folder.join("_headers"), "/*\n  A: b\n  C: d e\n/other\n  F: g\n").unwrap();
        assert_eq!(headers(&folder), "A: b\r\nC: d e\r\n");
    }

    #[test]
    fn never_leaves_its_folder() {
        for target in ["../secret", "%2e%2e/secret", "a/../../secret", "%zz", "%ff", ".git/config"] {
            assert_eq!(inner_path(target), None, "{target}");
        }
    }
}
