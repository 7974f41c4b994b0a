//! stub
use super::answer::Problem;
use super::catalog::Catalog;
use crate::api::Response;
use crate::simulator::{Millis, World};
/// name
pub const NAME: &str = "file";
/// write
pub fn write(_: &World, _: &Catalog, _: &str) -> Response {
    Response::new(200)
}
/// read
pub fn read(_: &[u8], _: Millis) -> Result<(World, Catalog, String), Problem> {
    Err(Problem::Path)
}
