//! Texts from outside, as they stand among words of ours: what would not be seen, or turn what stands beside it
//! (`client/unseen.rs`), is shown as its escape, and what is too long is cut, with a sign.
//!
//! Every text of the page passes [`plain`] on its way into the document (`element`), so that none can be forgotten. Names,
//! and what else stands within sentences, are made [`legible`] where they come in: shorter, and in their own direction.
//!
//! Invariants: plain text in, plain text out. Whatever is in it, what stands before and behind it stays where it is; the
//! whole is in the world file, and with the server.

use std::borrow::Cow;
use std::sync::Arc;

use crate::client::unseen::unseen;

/// How many characters of a name are shown…
const NAME: usize = 200;
/// …and of any text: laying out a megabyte takes seconds.
const TEXT: usize = 2_000;

/// The marks around a name from right to left, which nobody types.
const ISOLATES: [char; 2] = ['\u{2068}', '\u{2069}'];

/// At most so many characters of a text, with escapes for what would not be seen; and whether anything in it is written
/// from right to left. In `made` text, which may hold names, lines and isolates are ours: what opens is closed.
fn seen(text: &str, most: usize, made: bool) -> (String, bool) {
    let (mut shown, mut left, mut before, mut leftwards, mut open) = (String::new(), most, 'a', false, 0);
    for character in text.chars() {
        if left == 0 {
            shown.push('…');
            break;
        }
        left -= 1;
        let ours = made
            && match character {
                '\n' | '\t' => true,
                '\u{2068}' => {
                    open += 1;
                    true
                }
                '\u{2069}' if open > 0 => {
                    open -= 1;
                    true
                }
                _ => false,
            };
        before = if unseen(before, character) && !ours {
            // As `char::escape_unicode`, which is a kilobyte of the page.
            shown.push_str("\\u{");
            let digits = [16, 12, 8, 4, 0].map(|place| u32::from(character) >> place & 15);
            let from = digits.iter().position(|digit| *digit != 0).unwrap_or(4);
            shown.extend(digits.iter().skip(from).filter_map(|digit| char::from_digit(*digit, 16)));
            shown.push('}');
            left = left.saturating_sub(7);
            'a'
        } else {
            leftwards |= matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
            shown.push(character);
            character
        };
    }
    shown.extend(std::iter::repeat_n(ISOLATES[1], open));
    (shown, leftwards)
}

/// A name as it is shown. One from right to left is isolated, so that numbers beside it do not move.
pub fn legible(text: &str) -> Arc<str> {
    let (mut shown, leftwards) = seen(text, NAME, false);
    if leftwards {
        shown.insert(0, ISOLATES[0]);
        shown.push(ISOLATES[1]);
    }
    shown.into()
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

/// Any text as it stands in the page.
pub fn plain(text: Cow<'_, str>) -> Cow<'_, str> {
    // Most are, and no longer than that.
    match text.len() <= TEXT && text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        true => text,
        false => seen(&text, TEXT, true).0.into(),
    }
}
