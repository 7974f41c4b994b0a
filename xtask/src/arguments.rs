//! The command line: flags and `--name value` pairs, each taken once.

use crate::process::Failure;

/// What is left of the command line.
pub struct Arguments(Vec<String>);

impl Arguments {
    /// Of the words after the command's name.
    pub fn new(words: impl Iterator<Item = String>) -> Arguments {
        // `--name=value` is the same as `--name value`.
        let split = |word: String| match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                vec![name.to_owned(), value.to_owned()]
            }
            _ => vec![word],
        };
        Arguments(words.flat_map(split).collect())
    }

    /// Takes a flag.
    pub fn flag(&mut self, name: &str) -> bool {
        let at = self.0.iter().position(|word| word == name);
        at.map(|at| self.0.remove(at)).is_some()
    }

    /// Takes the value of `--name value`.
    pub fn value(&mut self, name: &str) -> Result<Option<String>, Failure> {
        let Some(at) = self.0.iter().position(|word| word == name) else {
            return Ok(None);
        };
        if at + 1 >= self.0.len() {
            return Err(format!("{name} wants a value"));
        }
        self.0.remove(at);
        Ok(Some(self.0.remove(at)))
    }

    /// Takes the number of `--name number`.
    pub fn number(&mut self, name: &str) -> Result<Option<u16>, Failure> {
        match self.value(name)? {
            None => Ok(None),
            Some(text) => {
                text.parse().map(Some).map_err(|_| format!("{name} wants a number from 0 to 65535, not {text}"))
            }
        }
    }

    /// Takes everything after `--`, to be handed on to another program.
    pub fn after_dashes(&mut self) -> Vec<String> {
        let Some(at) = self.0.iter().position(|word| word == "--") else {
            return Vec::new();
        };
        self.0.split_off(at).split_off(1)
    }

    /// Refuses what nobody took.
    pub fn done(&self) -> Result<(), Failure> {
        match self.0.first() {
            None => Ok(()),
            Some(word) => Err(format!("unknown argument {word}; see `cargo xtask help`")),
        }
    }
}
