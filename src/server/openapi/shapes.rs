//! Schemas of what has no type: entities that go out as they came, with our fields laid over them.
//!
//! Invariant: required is only what this program writes itself, whatever a world file says; all else may be there.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::api::configure::{CPU, INSTANCES, MEMORY};
use crate::api::status::{EnvironmentStatus, ServiceStatus};

/// The schema of a type that is written: a reference to its component.
pub fn of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Value {
    schemas.subschema_for::<T>().to_value()
}

/// The schema of a type that is read: the same fields, of which only these have to be there.
pub fn read<T: JsonSchema>(schemas: &mut SchemaGenerator, required: &[&str]) -> Value {
    let mut schema = T::json_schema(schemas);
    schema.insert("required".to_owned(), json!(required));
    schema.to_value()
}

/// `{"results": […]}`.
pub fn list(item: Value) -> Value {
    let results = json!({ "type": "array", "items": item });
    json!({ "type": "object", "required": ["results"], "properties": { "results": results } })
}

/// An object of any fields.
pub fn open() -> Value {
    json!({ "type": "object", "additionalProperties": true })
}

fn named(more: &[(&str, Value)]) -> Value {
    let text = || json!({ "type": "string" });
    let fields = [("id", text()), ("name", text())];
    let all = || fields.iter().chain(more);
    let properties: Map<String, Value> = all().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let required: Vec<&str> = all().map(|(name, _)| *name).collect();
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": true })
}

fn reference() -> Value {
    json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "string", "format": "uuid" } } })
}

/// An organization, a project or an environment.
pub fn entity() -> Value {
    named(&[])
}

/// A service, of any kind.
pub fn service() -> Value {
    named(&[("environment", reference())])
}

/// A stage.
pub fn stage() -> Value {
    let fields = json!({ "service_id": { "type": "string", "format": "uuid" }, "service_type": { "type": "string" } });
    let member = json!({ "type": "object", "required": ["service_id", "service_type"], "properties": fields });
    named(&[
        ("environment", reference()),
        ("deployment_order", json!({ "type": "integer", "minimum": 1 })),
        ("services", json!({ "type": "array", "items": member })),
    ])
}

/// An environment with its status in one.
pub fn overview(schemas: &mut SchemaGenerator) -> Value {
    let count = json!({ "type": "integer", "minimum": 0 });
    named(&[
        ("cluster", open()),
        (
            "services_overview",
            json!({ "type": "object", "required": ["service_count"], "properties": { "service_count": count } }),
        ),
        ("deployment_status", of::<EnvironmentStatus>(schemas)),
    ])
}

/// What an action on an environment is answered with: its status, in the words of a service's too.
pub fn asked(schemas: &mut SchemaGenerator) -> Value {
    json!({ "allOf": [of::<EnvironmentStatus>(schemas), of::<ServiceStatus>(schemas)] })
}

/// What a service is replaced with: the whole of it, of which these fields count.
pub fn configuration() -> Value {
    let number = |about: &str, (least, most): (u32, u32)| json!({ "type": ["integer", "null"], "minimum": least, "maximum": most, "description": about });
    json!({
        "type": "object",
        "description": "The whole service, as it was read, with what is to be changed.",
        "properties": {
            "cpu": number("mCPU.", CPU),
            "memory": number("MB.", MEMORY),
            "min_running_instances": number("At least so many instances.", INSTANCES),
            "max_running_instances": number("At most so many instances.", INSTANCES),
        },
        "additionalProperties": true,
    })
}
