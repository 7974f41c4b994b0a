//! Things by name or id. A name that fits none or several is a usage error that lists what there is.

use super::failure::Failure;
use crate::lifecycle::RequestId;

/// How many candidates an error lists.
const SHOWN: usize = 20;

/// A thing that can be named.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a, T> {
    /// UUID.
    pub id: &'a str,
    /// The name.
    pub name: &'a str,
    /// The thing.
    pub item: T,
}

/// Whether it is an id rather than a name.
pub fn is_id(text: &str) -> bool {
    text.parse::<RequestId>().is_ok()
}

/// The one of that id or name; without either, the only one there is. `with` says how to tell.
///
/// # Errors
/// [`Failure::Usage`] with the candidates.
pub fn one<T: Copy>(what: &str, wanted: Option<&str>, with: &str, all: Vec<Named<'_, T>>) -> Result<T, Failure> {
    let Some(wanted) = wanted else {
        return match all.as_slice() {
            [only] => Ok(only.item),
            [] => Err(Failure::Usage(format!("there is no {what} that this token can see."))),
            many => Err(Failure::Usage(format!("which {what}? Say it with {with}: {}.", names(many)))),
        };
    };
    let by_id = all.iter().find(|named| named.id.eq_ignore_ascii_case(wanted));
    if let Some(named) = by_id {
        return Ok(named.item);
    }
    let fitting: Vec<_> = all.iter().filter(|named| named.name == wanted).copied().collect();
    match fitting.as_slice() {
        [named] => Ok(named.item),
        [] if all.is_empty() => Err(Failure::Usage(format!("there is no {what} called {wanted:?}: there is none."))),
        [] => {
            let meant = meant(wanted, &all).map(|name| format!(" Did you mean {name}?")).unwrap_or_default();
            Err(Failure::Usage(format!("there is no {what} called {wanted:?}.{meant} There are: {}.", names(&all))))
        }
        many => {
            let ids: Vec<&str> = many.iter().take(SHOWN).map(|named| named.id).collect();
            Err(Failure::Usage(format!(
                "there are {} of the {what} {wanted:?}. Use an id: {}.",
                many.len(),
                ids.join(", ")
            )))
        }
    }
}

/// The only name that differs from what is wanted by its case alone. It is told, and never taken: an action is on what
/// was named.
fn meant<'a, T>(wanted: &str, all: &[Named<'a, T>]) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut near = all.iter().map(|named| named.name).filter(|name| name.to_lowercase() == wanted);
    near.next().filter(|_| near.next().is_none())
}

fn names<T>(all: &[Named<'_, T>]) -> String {
    let mut names: Vec<&str> = all.iter().map(|named| named.name).collect();
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}
