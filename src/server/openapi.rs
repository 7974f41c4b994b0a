//! `/openapi.json`: what this server serves, as an OpenAPI 3.1 document made from the code.
//!
//! Paths come from the table of routes, schemas from the types that are written; `operation` says for each endpoint
//! which of them it takes and answers with. A server in front of a live API serves, and describes, the contract's alone.
//!
//! Invariants: an endpoint without its words here does not compile. Every `$ref` leads into `components/schemas`. The
//! document depends on nothing but the program and who answers: it is made once.

mod operation;
mod shapes;

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{API, Server, Source};
use crate::api::http::{ACTOR, KEY, ORIGIN, POSITION, REQUEST};
use crate::api::routes::{RESTARTABLE_WORDS, SERVICE_WORDS, table};
use crate::api::{Endpoint, ErrorBody, Method};
use operation::{Body, Operation};

/// The answer to `GET /openapi.json`. Nobody needs a token for it: it holds nothing but the program's own words.
pub async fn answer(State(server): State<Server>) -> Response {
    static OF_WORLD: OnceLock<String> = OnceLock::new();
    static OF_UPSTREAM: OnceLock<String> = OnceLock::new();
    let text = match &server.0.source {
        Source::World(_) => OF_WORLD.get_or_init(|| document(true).to_string()),
        Source::Upstream(_) => OF_UPSTREAM.get_or_init(|| document(false).to_string()),
    };
    ([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response()
}

/// The document of a server with a world of its own, or of one in front of a live API.
fn document(world: bool) -> Value {
    // As the types are written, not as they are read: a field that is always written is required.
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for (method, pattern, endpoint) in table().filter(|(_, _, endpoint)| world || endpoint.is_contract()) {
        for (path, parameters) in expanded(pattern) {
            let described = described(&mut schemas, world, method, &path, &parameters, endpoint);
            let entry = paths.entry(path).or_insert_with(|| json!({}));
            if let Value::Object(operations) = entry {
                operations.insert(method.name().to_ascii_lowercase(), described);
            }
        }
    }
    if world {
        paths.insert("/x/events".to_owned(), json!({ "get": events(&mut schemas) }));
    }
    let mut schemas = Value::Object(schemas.take_definitions(true));
    mark_ids(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Playhead",
            "version": env!("CARGO_PKG_VERSION"),
            "description": if world {
                "Environments, services and their lifecycle. Paths under /x are this program's own."
            } else {
                "Environments, services and their lifecycle, on a live API that this program passes the calls on to."
            },
        },
        "servers": [{ "url": API }],
        // The empty one: a server without tokens answers its own machine.
        "security": [{ "token": [] }, { "bearer": [] }, {}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Token …`, as `playhead token create` prints it.",
                },
                "bearer": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}

/// The paths of a pattern, each with its parameters: one for every word that can stand there.
fn expanded(pattern: &str) -> Vec<(String, Vec<String>)> {
    let mut all = vec![(String::new(), Vec::new())];
    for segment in pattern.split('/').skip(1) {
        let words: Vec<&str> = match segment {
            "{service}" => SERVICE_WORDS.to_vec(),
            "{restartable}" => RESTARTABLE_WORDS.to_vec(),
            word => vec![word],
        };
        let longer = |(path, parameters): &(String, Vec<String>), word: &str| {
            let mut parameters = parameters.clone();
            if word != "{}" {
                return (format!("{path}/{word}"), parameters);
            }
            // A parameter is called by the word before it.
            let name = match path.rsplit('/').next().unwrap_or_default() {
                "deploymentQueue" | "request" => "requestId".to_owned(),
                of => format!("{of}Id"),
            };
            let path = format!("{path}/{{{name}}}");
            parameters.push(name);
            (path, parameters)
        };
        all = all.iter().flat_map(|one| words.iter().map(move |word| longer(one, word))).collect();
    }
    all
}

fn described(
    schemas: &mut SchemaGenerator,
    world: bool,
    method: Method,
    path: &str,
    parameters: &[String],
    endpoint: Endpoint,
) -> Value {
    let Operation { summary, body, status, answer, query } = operation::of_endpoint(endpoint, schemas);
    let id = |name: &String| {
        let schema = json!({ "type": "string", "minLength": 1 });
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    };
    let asked = |(name, about, schema): &(&str, &str, Value)| json!({ "name": name, "in": "query", "required": false, "description": about, "schema": schema });
    let told = |(name, about): (&str, &str)| {
        let schema = json!({ "type": "string" });
        json!({ "name": name, "in": "header", "required": false, "description": about, "schema": schema })
    };
    let mut parameters: Vec<Value> = parameters.iter().map(id).chain(query.iter().map(asked)).collect();
    if world && method == Method::Post {
        parameters.push(told((ACTOR, "Who asks: a name to show. Who has a token is called by the token's name.")));
        parameters.push(told((ORIGIN, "From where, such as `CI_CD`.")));
    }
    if method != Method::Get {
        let about =
            "What arrives again with the same key, path and body is not done again, but answered as the first time.";
        parameters.push(told((KEY, about)));
    }
    if world && endpoint == Endpoint::CancelEnvironment {
        parameters
            .push(told((REQUEST, "The request whose deployment is meant: where another one runs, it is refused.")));
    }
    let acts = operation::is_action(endpoint);
    let mut success = json!({
        "description": if status == 202 { "Accepted." } else { "Done." },
        "content": { "application/json": { "schema": answer } },
    });
    if world && acts && endpoint != Endpoint::TakeBack {
        let headers = json!({
            REQUEST: { "description": "The accepted request's id.", "schema": { "type": "string", "format": "uuid" } },
            POSITION: {
                "description": "Its place in the queue; 0: it has started.",
                "schema": { "type": "integer", "minimum": 0 },
            },
        });
        set(&mut success, "headers", headers);
    }
    let mut responses = Map::new();
    responses.insert(status.to_string(), success);
    if method == Method::Get {
        responses
            .insert("304".to_owned(), json!({ "description": "As it was: the ETag of If-None-Match still holds." }));
    }
    let error = schemas.subschema_for::<ErrorBody>();
    let malformed = body.is_some().then_some((400, "The body is wrong; `place` says where."));
    let missing = (path.contains('{') || endpoint == Endpoint::Logs).then_some((404, "What is named is not there."));
    let refused =
        (acts || endpoint == Endpoint::Configure).then_some((409, "The lifecycle refuses it, with the reason."));
    let of_source = if world { OF_WORLD } else { OF_UPSTREAM };
    for (status, about) in
        malformed.into_iter().chain(missing).chain(refused).chain(ALWAYS).chain(of_source.iter().copied())
    {
        responses.insert(status.to_string(), failure(about, &error));
    }
    if !world {
        responses.insert("default".to_owned(), json!({ "description": "What else the API answers is passed on." }));
    }
    let mut described = json!({
        "operationId": format!("{}{}", method.name().to_ascii_lowercase(), path.replace(['/', '{', '}', '-'], "_")),
        "summary": summary,
        "tags": [if path.starts_with("/x") { "playhead" } else { "contract" }],
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(Body { schema, required }) = body {
        let content = json!({ "application/json": { "schema": schema } });
        set(&mut described, "requestBody", json!({ "required": required, "content": content }));
    }
    described
}

/// What any call can be answered with, whatever it asks for.
const ALWAYS: [(u16, &str); 6] = [
    (401, "A token is needed, or this one is not known."),
    (403, "The token may read only, or the request comes from where nobody is answered."),
    (408, "It took too long, the arrival of its body included; what became of an action is not known."),
    (413, "The body is too large, or broke off."),
    (415, "The body is not JSON, by its `Content-Type`."),
    (503, "The server is going down, has too much to do, or cannot read or write its file."),
];

/// The same of a world.
const OF_WORLD: &[(u16, &str)] = &[(504, "It took too long; what became of an action is not known.")];

/// The same of a live API that is passed on to.
const OF_UPSTREAM: &[(u16, &str)] = &[
    (429, "The API wants to be asked less; `Retry-After` or `X-RateLimit-Reset` says when again."),
    (502, "Nothing was done: the API cannot be reached, sends elsewhere, or does not accept this server's token."),
    (504, "The API gave no answer that tells; what became of an action is not known."),
];

fn set(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(fields) = object {
        fields.insert(key.to_owned(), value);
    }
}

fn failure(about: &str, error: &impl serde::Serialize) -> Value {
    json!({ "description": about, "content": { "application/json": { "schema": error } } })
}

/// The stream beside the table.
fn events(schemas: &mut SchemaGenerator) -> Value {
    let error = schemas.subschema_for::<ErrorBody>();
    json!({
        "operationId": "get_x_events",
        "summary": "A server-sent event `change` with `{\"revision\": …}` for each new revision of the world",
        "tags": ["playhead"],
        "responses": {
            "200": {
                "description": "A stream without an end.",
                "content": { "text/event-stream": { "schema": { "type": "string" } } },
            },
            "401": failure("A token is needed, or this one is not known.", &error),
            "403": failure("The request comes from where nobody is answered.", &error),
            "503": failure("The server is going down, has too much to do, or cannot read its tokens.", &error),
        },
    })
}

/// Ids of what the lifecycle knows are UUIDs; in the types they are texts, as all texts of the wire are.
fn mark_ids(value: &mut Value) {
    const IDS: [&str; 7] = [
        "id",
        "application_id",
        "environment_id",
        "service_id",
        "execution_id",
        "deployment_request_id",
        "last_deployment_id",
    ];
    match value {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get_mut("properties") {
                for (name, property) in properties.iter_mut() {
                    let is_text = property.get("type").is_some_and(|of| of.to_string().contains("\"string\""));
                    if let Value::Object(property) = property
                        && is_text
                        && IDS.contains(&name.as_str())
                    {
                        property.insert("format".to_owned(), "uuid".into());
                    }
                }
            }
            fields.values_mut().for_each(mark_ids);
        }
        Value::Array(items) => items.iter_mut().for_each(mark_ids),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
