//! Logged text, without what only a terminal obeys: programs colour and link by sequences that stand between the words.
//!
//! Invariants: whatever the text, the time and the memory it takes are in proportion to its length.

use std::iter::Peekable;
use std::str::Chars;

/// What a person sees of logged text: its lines, without the sequences by which programs colour and link.
pub fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let Some(line) = lines.last_mut() else { break };
        match character {
            '\n' | '\r' if line.is_empty() => {}
            '\n' | '\r' => lines.push(String::new()),
            '\t' => line.push_str("    "),
            '\u{1b}' | '\u{80}'..='\u{9f}' => {
                let mut ahead = rest.clone();
                match ends(character, &mut ahead) {
                    true => rest = ahead,
                    false => line.push(character),
                }
            }
            _ => line.push(character),
        }
    }
    if lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Goes to the end of a control sequence (ECMA-48) that begins so; `false`: it has none, and is no sequence.
fn ends(begin: char, rest: &mut Peekable<Chars<'_>>) -> bool {
    let kind = match begin {
        '\u{1b}' => rest.next(),
        // One character for the two of before.
        one => char::from_u32(u32::from(one) - 0x40),
    };
    match kind {
        // Parameters, and the letter that says what for.
        Some('[') => {
            while rest.next_if(|next| matches!(next, ' '..='?')).is_some() {}
            rest.next_if(|next| matches!(next, '@'..='~')).is_some()
        }
        // A text of its own, such as a link's address or a window's title. No control stands in it.
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while rest.next_if(|next| !next.is_control()).is_some() {}
            match rest.next() {
                Some('\u{7}' | '\u{9c}') => true,
                Some('\u{1b}') => rest.next() == Some('\\'),
                Some(_) | None => false,
            }
        }
        Some(' '..='/') => {
            while rest.next_if(|next| matches!(next, ' '..='/')).is_some() {}
            rest.next_if(|next| matches!(next, '0'..='~')).is_some()
        }
        Some('0'..='~') => true,
        Some(_) | None => false,
    }
}
