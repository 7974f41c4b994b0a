//! Characters that nobody sees, only what they do: a page and a terminal show their escapes instead.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether nothing is seen of a character that stands behind another (`'a'` for none): controls (ISO 6429), breaks of
/// lines, marks that turn the direction of text (Unicode, UAX 9), what has no width or no ink (Unicode's
/// `Default_Ignorable_Code_Point`, and the blank of Braille). What only changes the character before it has its use in
/// scripts and pictures beyond ASCII.
pub fn unseen(before: char, character: char) -> bool {
    match character {
        '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => before.is_ascii(),
        '\u{e0100}'..='\u{e01ef}' => before.is_ascii(),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' => true,
        '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' => true,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// The characters of a text, each with whether its escape is shown instead.
pub fn told(text: &str) -> impl Iterator<Item = (char, bool)> {
    text.chars().scan('a', |before, character| {
        let hidden = unseen(*before, character);
        *before = if hidden { 'a' } else { character };
        Some((character, hidden))
    })
}

/// A JSON document that a terminal only shows, and that stays the same document: JSON leaves open how such characters are
/// written.
pub fn json(text: &str) -> Cow<'_, str> {
    // Between its values a document has these as they are.
    let told = || told(text).map(|(character, hidden)| (character, hidden && !matches!(character, '\n' | '\r' | '\t')));
    if !told().any(|(_, hidden)| hidden) {
        return Cow::Borrowed(text);
    }
    let mut json = String::with_capacity(text.len());
    for (character, hidden) in told() {
        match hidden {
            true => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
            false => json.push(character),
        }
    }
    Cow::Owned(json)
}
