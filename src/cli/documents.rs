//! Completions and manual pages, made from the arguments themselves.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::failure::Failure;

/// `playhead completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// Which
    shell: Shell,
}

impl Completions {
    /// Prints them.
    pub fn run(&self, mut command: clap::Command) -> Result<(), Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut command, "playhead", &mut text);
        io::stdout().write_all(&text).map_err(Failure::output)
    }
}

/// `playhead man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Write a page for each command into this folder
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

impl Man {
    /// Prints or writes them.
    pub fn run(&self, command: clap::Command) -> Result<(), Failure> {
        match &self.dir {
            Some(folder) => fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(command, folder))
                .map_err(|error| Failure::File { place: folder.display().to_string(), error }),
            None => {
                let mut text = Vec::new();
                let rendered = clap_mangen::Man::new(command).render(&mut text);
                rendered.and_then(|()| io::stdout().write_all(&text)).map_err(Failure::output)
            }
        }
    }
}
