//! Texts from outside, as they stand among words of ours: what would not be seen, or turn what stands beside it, is shown
//! as the escape that the command line prints too, and what is too long is cut, with a sign.
//!
//! Every text of the page passes [`plain`] on its way into the document (`element`), so that none can be forgotten. Names,
//! and what else stands within sentences, are made [`legible`] where they come in: shorter, and in their own direction.
//!
//! Invariants: plain text in, plain text out. Whatever is in it, what stands before and behind it stays where it is; the
//! whole is in the world file, and with the server.

use std::sync::Arc;

/// How many characters of a name are shown…
const NAME: usize = 200;
/// …and of any text: laying out a megabyte takes seconds.
const TEXT: usize = 2_000;

/// Whether it is seen by what it does only: controls, breaks of lines and turns of direction (Unicode, UAX 9), and what has
/// no width. Joiners do have their use, in scripts and pictures beyond ASCII.
fn unseen(before: char, character: char) -> bool {
    let joins = matches!(character, '\u{200c}' | '\u{200d}') && !before.is_ascii();
    let ignored = matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    );
    character.is_control() || ignored && !joins
}

/// At most so many characters of a text, with escapes for what would not be seen, but for those `ours`.
fn seen(text: &str, most: usize, ours: &[char]) -> String {
    let (mut shown, mut left, mut before) = (String::new(), most, 'a');
    for character in text.chars() {
        if left == 0 {
            shown.push('…');
            break;
        }
        if unseen(before, character) && !ours.contains(&character) {
            let escape = character.escape_default();
            left = left.saturating_sub(escape.len());
            shown.extend(escape);
            before = 'a';
        } else {
            left -= 1;
            shown.push(character);
            before = character;
        }
    }
    shown
}

/// A name as it is shown: never nothing. One from right to left is isolated, so that numbers beside it do not move.
pub fn legible(text: &str) -> Arc<str> {
    if text.len() <= NAME && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.into();
    }
    let shown = seen(text, NAME, &[]);
    let leftwards = |one| matches!(one, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    if shown.contains(leftwards) { format!("\u{2068}{shown}\u{2069}").into() } else { shown.into() }
}

/// [`legible`] for what is called by it: there is always something to be seen, and to be pressed.
pub fn name(text: &str) -> Arc<str> {
    if text.trim().is_empty() { "(no name)".into() } else { legible(text) }
}

/// Whether somebody typed a name: as it is shown, or as it is.
pub fn is_typed(typed: &str, shown: &str, raw: &str) -> bool {
    let typed = typed.trim();
    let inner = |text: &str| text.trim_matches(ISOLATES).trim().to_owned();
    !typed.is_empty() && (typed == raw.trim() || inner(typed) == inner(shown))
}

/// The marks around a name from right to left, which nobody types.
const ISOLATES: [char; 2] = ['\u{2068}', '\u{2069}'];

/// Any text as it stands in the page; `None`: as it is.
pub fn plain(text: &str) -> Option<String> {
    let as_it_is = |byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    if text.len() <= TEXT && text.bytes().all(as_it_is) {
        return None;
    }
    Some(seen(text, TEXT, &['\n', '\t', ISOLATES[0], ISOLATES[1]]))
}
