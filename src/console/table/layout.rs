//! Which lines of a long table are in the document: arithmetic, no DOM.

use std::ops::Range;

/// The heights of lines, in CSS pixels, as the style sheet has them at the present width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heights {
    /// Of a row.
    pub row: f64,
    /// Of the head of a section.
    pub section: f64,
}

/// Never more lines in the document than this.
pub const MOST: usize = 110;
/// Lines kept above and below what is seen. The window moves in steps of this, so that most scrolling changes nothing.
pub const STEP: usize = 8;

/// The distance of a line from the top of the table's body.
pub fn top(line: usize, sections: &[usize], heights: Heights) -> f64 {
    let before = sections.partition_point(|section| *section < line);
    (line - before) as f64 * heights.row + before as f64 * heights.section
}

/// The line at a distance from the top; the last one beyond the end.
pub fn line_at(distance: f64, lines: usize, sections: &[usize], heights: Heights) -> usize {
    let (mut low, mut high) = (0, lines);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if top(middle, sections, heights) <= distance {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The lines to have in the document when this much of the table is seen.
pub fn window(scroll: f64, height: f64, lines: usize, sections: &[usize], heights: Heights) -> Range<usize> {
    let first = line_at(scroll, lines, sections, heights);
    let last = line_at(scroll + height, lines, sections, heights);
    let first = (first / STEP).saturating_sub(1) * STEP;
    let last = (last / STEP + 2) * STEP;
    first..last.min(first + MOST).min(lines)
}
