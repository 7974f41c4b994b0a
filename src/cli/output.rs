//! What is printed: lines, aligned tables, JSON; colours on a terminal only.
//!
//! Invariants: nothing but the answer goes to the standard output, so that it can be piped; no escape sequence leaves
//! where nobody looks at a terminal, or with `--json`, and none that colours with `NO_COLOR`; none ever that came from
//! outside.

use std::io::{self, IsTerminal, Write};

use serde_json::{Value, json};

use super::failure::{About, Failure};
use super::foreign;
use crate::client::unseen;
use crate::lifecycle::{Class, Status};

/// Where answers go, and how they look.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Whether the answer is JSON.
    pub json: bool,
    colour: bool,
    /// Whether progress is a block that rewrites itself.
    pub rewrites: bool,
    /// Whether that block is coloured.
    paints: bool,
}

impl Output {
    /// As the environment and `--json` say.
    pub fn new(json: bool) -> Output {
        let plain = json || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let rewrites = !json && !dumb && io::stderr().is_terminal();
        Output { json, colour: !plain && !dumb && io::stdout().is_terminal(), rewrites, paints: rewrites && !plain }
    }

    /// Prints a line of the answer.
    pub fn line(&self, text: &str) -> Result<(), Failure> {
        writeln!(io::stdout(), "{}", foreign::shown(text)).map_err(Failure::output)
    }

    /// Prints the answer as JSON.
    pub fn json(&self, value: &Value) -> Result<(), Failure> {
        self.document(&format!("{value:#}"))
    }

    /// Prints a line of many as JSON: one value per line.
    pub fn json_line(&self, value: &Value) -> Result<(), Failure> {
        self.document(&value.to_string())
    }

    /// Prints a JSON document as it is written, but for what a terminal would obey.
    pub fn document(&self, text: &str) -> Result<(), Failure> {
        writeln!(io::stdout(), "{}", unseen::json(text)).map_err(Failure::output)
    }

    /// Prints a table.
    pub fn table(&self, table: &Table) -> Result<(), Failure> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        table.write(&mut out, self.colour).and_then(|()| out.flush()).map_err(Failure::output)
    }

    /// Says how it goes on, in a line of its own. Nobody reads it: no error.
    pub fn progress(&self, text: &str) {
        if !self.json {
            complain(text);
        }
    }

    /// Writes the block that rewrites itself over the one before. It has to be lower than any terminal; lines that are
    /// too wide are cut off, as a line that wraps would be counted as one.
    pub fn block(&self, head: &str, table: &Table) {
        let mut text = Vec::new();
        // Into memory: no error.
        let _ = table.write(&mut text, self.paints);
        let block = format!("{}\n{}", foreign::shown(head), String::from_utf8_lossy(&text));
        let block = block.trim_end_matches('\n');
        let lines = block.matches('\n').count();
        // The cursor rests where the block begins, so that whatever comes next erases it without counting.
        let back = if lines > 0 { format!("\x1b[{lines}A") } else { String::new() };
        let _ = write!(io::stderr(), "\x1b[?7l\r\x1b[J{block}\r{back}\x1b[?7h");
    }

    /// Erases the block that rewrites itself.
    pub fn progress_over(&self) {
        if self.rewrites {
            let _ = write!(io::stderr(), "\r\x1b[J");
        }
    }
}

/// Says why it did not go well: in a line of words, or for machines as an object with the exit code beside them, and the
/// request that it is about, if any. The standard output stays what it is.
pub fn fail(json: bool, words: &str, code: u8, about: Option<&About>) {
    match json {
        true => {
            let mut told = json!({ "error": words, "code": code });
            if let (Some(about), Some(fields)) = (about, told.as_object_mut()) {
                fields.insert("request".to_owned(), json!(about.request.map(|id| id.to_string())));
                fields.insert("environment".to_owned(), json!(about.environment.to_string()));
            }
            let told = unseen::json(&told.to_string()).into_owned();
            let _ = writeln!(io::stderr(), "{told}");
        }
        false => complain(words),
    }
}

/// Says what is no answer, in a line of its own. Where nobody reads it, there is nobody to tell: no error.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{}", foreign::shown(text));
}

/// "3 of 19 services".
pub fn part(some: usize, all: usize) -> String {
    format!("{some} of {all} service{}", if all == 1 { "" } else { "s" })
}

/// A cell: its text, and the status that colours it.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    text: String,
    status: Option<Status>,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell { text: foreign::shown(text).into_owned(), status: None }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::from(text.as_str())
    }
}

impl From<&Status> for Cell {
    fn from(status: &Status) -> Cell {
        // A status that is not told has no name, and no colour.
        let told = Some(status).filter(|status| !status.words().is_empty());
        Cell { status: told.cloned(), ..Cell::from(told.map_or("-", Status::words)) }
    }
}

/// How many characters of a cell are shown where others stand behind it, which are padded to the widest; `--json` has
/// the whole.
const WIDEST: usize = 100;

impl Cell {
    fn width(&self) -> usize {
        self.text.chars().count()
    }

    fn colour(&self) -> Option<&'static str> {
        self.status.as_ref().map(|status| match status.class() {
            Class::InProgress => "\x1b[36m",
            Class::Final => "\x1b[2m",
            Class::Ok => "\x1b[32m",
            Class::Error => "\x1b[31m",
        })
    }
}

/// Rows of cells under a heading.
#[derive(Clone, Debug)]
pub struct Table {
    rows: Vec<Vec<Cell>>,
    indent: &'static str,
}

impl Table {
    /// A table with these headings.
    pub fn new(heading: &[&str]) -> Table {
        Table { rows: vec![heading.iter().map(|text| Cell::from(*text)).collect()], indent: "" }
    }

    /// A table without headings.
    pub fn plain() -> Table {
        Table { rows: Vec::new(), indent: "" }
    }

    /// A table without headings, indented.
    pub fn indented() -> Table {
        Table { rows: Vec::new(), indent: "  " }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    fn write(&self, out: &mut impl Write, colour: bool) -> io::Result<()> {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            for (place, cell) in row.iter().enumerate() {
                let width = cell.width().min(WIDEST);
                match widths.get_mut(place) {
                    Some(widest) => *widest = width.max(*widest),
                    None => widths.push(width),
                }
            }
        }
        for row in &self.rows {
            let mut line = self.indent.to_owned();
            for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let paint = cell.colour().filter(|_| colour);
                line.push_str(paint.unwrap_or_default());
                let last = place + 1 == row.len();
                match cell.text.char_indices().nth(WIDEST - 1).filter(|_| !last && cell.width() > WIDEST) {
                    Some((end, _)) => line.extend([cell.text.get(..end).unwrap_or_default(), "…"]),
                    None => line.push_str(&cell.text),
                }
                line.push_str(if paint.is_some() { "\x1b[0m" } else { "" });
                if !last {
                    line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
                }
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
