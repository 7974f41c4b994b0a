//! Search, filter and sort of a list: from items to the lines of a table. Pure.

use std::sync::Arc;

use super::route::{Group, Place};
use crate::lifecycle::{Class, Status};

/// What a list knows of one of its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The id of the row.
    pub key: u128,
    /// What the search looks in, in lower case.
    pub haystack: Arc<str>,
    /// The group of its status.
    pub group: Group,
    /// The section it stands in; empty where the list has none.
    pub section: Arc<str>,
    /// By what it is sorted first…
    pub rank: i64,
    /// …and then.
    pub text: Arc<str>,
}

/// A whole list, sorted, and what its filter says of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Items {
    /// The items, in their order.
    pub all: Vec<Item>,
    /// How many there are in each group, in the order of [`Group::ALL`].
    pub counts: [usize; 6],
    /// The sections there are, with how many items each has, in the order of the items.
    pub sections: Vec<(Arc<str>, usize)>,
}

impl Items {
    /// Counts items that are in their order.
    pub fn new(all: Vec<Item>) -> Items {
        let mut counts = [0; 6];
        let mut sections: Vec<(Arc<str>, usize)> = Vec::new();
        for item in &all {
            let at = Group::ALL.iter().position(|group| *group == item.group);
            if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
                *count += 1;
            }
            match sections.last_mut() {
                Some((section, count)) if *section == item.section => *count += 1,
                Some(_) | None => sections.push((item.section.clone(), 1)),
            }
        }
        Items { all, counts, sections }
    }
}

/// One line of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The head of a section: its name, and how many rows it has.
    Section(Arc<str>, usize),
    /// A row.
    Row(u128),
}

/// The lines of a table, searched, filtered and sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// The lines, from the top.
    pub all: Vec<Line>,
    /// Where the heads of sections are among them, ascending.
    pub sections: Vec<usize>,
}

impl Lines {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.all.len().saturating_sub(self.sections.len())
    }

    /// The ids of the rows, from the top.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = u128> {
        self.all.iter().filter_map(Line::key)
    }

    /// At which line a row is.
    pub fn at(&self, key: u128) -> Option<usize> {
        self.all.iter().position(|line| line.key() == Some(key))
    }
}

impl Line {
    /// What tells it from the other lines: of a row its id, of the head of a section what it says.
    pub fn id(&self) -> u128 {
        match self {
            Line::Row(key) => *key,
            Line::Section(name, count) => {
                let named = name.bytes().fold(1, |sum: u128, byte| sum.wrapping_mul(257).wrapping_add(byte.into()));
                named.wrapping_mul(1 << 32).wrapping_add(*count as u128)
            }
        }
    }

    /// The id, of a row.
    pub fn key(&self) -> Option<u128> {
        match self {
            Line::Row(key) => Some(*key),
            Line::Section(..) => None,
        }
    }
}

/// Sections stand in this order, unknown modes after them.
const SECTIONS: [&str; 4] = ["PRODUCTION", "STAGING", "DEVELOPMENT", "PREVIEW"];

/// Sorts items in place: by section, then rank, then text. `descending` turns rank and text, never the sections.
pub fn sort(items: &mut [Item], descending: bool) {
    let section = |item: &Item| SECTIONS.iter().position(|known| **known == *item.section).unwrap_or(SECTIONS.len());
    items.sort_by(|a, b| {
        let order = a.rank.cmp(&b.rank).then_with(|| a.text.cmp(&b.text));
        let order = if descending { order.reverse() } else { order };
        section(a).cmp(&section(b)).then_with(|| a.section.cmp(&b.section)).then(order)
    });
}

/// The lines of sorted items that the place's search and filters let through.
pub fn lines(items: &[Item], place: &Place) -> Lines {
    let search = place.search.to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let mut lines = Lines::default();
    let mut section: Option<Arc<str>> = None;
    for item in items {
        let through = (place.groups.is_empty() || place.groups.contains(&item.group))
            && (place.modes.is_empty() || place.modes.iter().any(|mode| **mode == *item.section))
            && words.iter().all(|word| item.haystack.contains(word));
        if !through {
            continue;
        }
        if !item.section.is_empty() && section.as_ref() != Some(&item.section) {
            lines.sections.push(lines.all.len());
            lines.all.push(Line::Section(item.section.clone(), 0));
            section = Some(item.section.clone());
        }
        lines.all.push(Line::Row(item.key));
        let head = lines.sections.last().copied();
        if let Some(Line::Section(_, count)) = head.and_then(|head| lines.all.get_mut(head)) {
            *count += 1;
        }
    }
    lines
}

/// The group of a status.
pub fn group(status: &Status) -> Group {
    match status.class() {
        Class::InProgress => Group::Progress,
        Class::Error => Group::Error,
        Class::Ok if matches!(status, Status::Stopped | Status::Deleted) => Group::Stopped,
        Class::Ok => Group::Ok,
        Class::Final if *status == Status::Canceled => Group::Canceled,
        Class::Final => Group::Ready,
    }
}

/// The place of a status when a list is sorted by it: what goes on, what is wrong, what is well, what is not there.
pub fn status_rank(status: &Status) -> i64 {
    let group = match group(status) {
        Group::Progress => 0,
        Group::Error => 1,
        Group::Canceled => 2,
        Group::Ok => 3,
        Group::Stopped => 4,
        Group::Ready => 5,
    };
    let within = Status::KNOWN.iter().position(|known| known == status).unwrap_or(Status::KNOWN.len());
    group * 100 + within as i64
}
