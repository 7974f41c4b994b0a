//! Text from outside, as it is printed: names, log lines, the words of a server. A terminal obeys what it reads.
//!
//! Invariants: nothing of it moves the cursor, changes colours, titles or clipboards, ends a line, or turns the order of
//! what stands beside it; what would is shown as an escape that a person can read. Whatever the text, the time and the
//! memory it takes are in proportion to its length.

use std::borrow::Cow;

use super::find::is_id;
use crate::client::unseen::told;

/// Text in one line that a terminal only shows.
pub fn shown(text: &str) -> Cow<'_, str> {
    if !told(text).any(|(_, hidden)| hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for (character, hidden) in told(text) {
        match hidden {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// How many bytes of a name fit into a command to be copied.
const WORD: usize = 64;

/// How a thing is called in a command to be copied: by its name where that is one short word to every shell, no flag, and
/// no id of something else; by its id otherwise.
pub fn word<'a>(name: &'a str, id: &'a str) -> &'a str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let one = name.bytes().all(plain) && name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
    if one && name.len() <= WORD && !is_id(name) { name } else { id }
}
