//! The console's files, from the folder that `cargo xtask build` makes, with the headers that stand in it for hosts.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use tower_http::services::ServeDir;

use super::API;

/// The folder with the console, if there is one.
#[derive(Clone, Debug)]
pub struct Site {
    folder: ServeDir,
    index: String,
    headers: HeaderMap,
}

impl Site {
    /// Reads the folder's `index.html`, and tells the console in it where the API is: `<meta name="playhead-api"
    /// content="/api">`, with `attributes` that say of what kind it is.
    ///
    /// # Errors
    /// What the system says when there is none, or no `_headers` beside it: a page without its policy is not served.
    pub fn open(folder: &Path, attributes: &str) -> Result<Site, (PathBuf, std::io::Error)> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|error| (path, error))
        };
        let (page, headers) = (read("index.html")?, headers(&read("_headers")?));
        let told = format!("<head><meta name=\"playhead-api\" content=\"{API}\"{attributes}>");
        Ok(Site {
            folder: ServeDir::new(folder).append_index_html_on_directories(false),
            index: page.replacen("<head>", &told, 1),
            headers,
        })
    }

    /// A file, or the page: places in the console are paths too.
    pub async fn serve(self, request: Request<Body>) -> Response {
        let headers = self.headers.clone();
        let mut response = self.answer(request).await;
        response.headers_mut().extend(headers);
        response
    }

    async fn answer(mut self, request: Request<Body>) -> Response {
        let path = request.uri().path().to_owned();
        let named = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
        if named && !path.ends_with("/index.html") {
            let Ok(answer) = self.folder.try_call(request).await else {
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            };
            let mut response = answer.into_response();
            // Names of these files change with what is in them.
            let lasting = path.contains(".wasm") || path.ends_with(".js") || path.ends_with(".css");
            let cache = if lasting && (response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED)
            {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            };
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
            return response;
        }
        let mut response = Html(self.index).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }
}

/// What a host that reads `_headers` sends with every file. Here the page connects to this server and to nobody else.
fn headers(text: &str) -> HeaderMap {
    let all = text.lines().skip_while(|line| *line != "/*").skip(1).take_while(|line| line.starts_with(' '));
    let pairs = all.filter_map(|line| line.trim().split_once(": "));
    let pairs = pairs.filter_map(|(name, value)| {
        let name: HeaderName = name.parse().ok()?;
        let value = if name == header::CONTENT_SECURITY_POLICY { narrowed(value) } else { value.to_owned() };
        Some((name, HeaderValue::from_str(&value).ok()?))
    });
    pairs.collect()
}

fn narrowed(policy: &str) -> String {
    let directives = policy
        .split("; ")
        .map(|directive| if directive.starts_with("connect-src ") { "connect-src 'self'" } else { directive });
    directives.collect::<Vec<_>>().join("; ")
}
