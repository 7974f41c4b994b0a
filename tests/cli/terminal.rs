//! What is shown on a terminal, looked at through a pseudo terminal.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::host::{Host, bare};

const HEIGHT: u16 = 24;

/// A program on a terminal of its own.
struct Terminal {
    child: Child,
    shown: File,
}

impl Terminal {
    /// Begins a command on a terminal so wide.
    fn open(command: &mut Command, width: u16) -> Terminal {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        tcsetwinsize(&ours, Winsize { ws_row: HEIGHT, ws_col: width, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let theirs: OwnedFd = OpenOptions::new().read(true).write(true).open(name).unwrap().into();
        command.stdout(theirs.try_clone().unwrap()).stderr(theirs);
        let child = command.spawn().unwrap();
        // The end is seen when nobody holds the other side any more: the command does until it is told otherwise.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Terminal { child, shown: ours.into() }
    }

    /// All that was written, and the exit code.
    fn end(mut self) -> (String, Option<i32>) {
        let mut bytes = Vec::new();
        // Linux says EIO where the other side is closed.
        let _ = self.shown.read_to_end(&mut bytes);
        (String::from_utf8(bytes).unwrap(), self.child.wait().unwrap().code())
    }
}

/// What it looks like: a screen that knows what the program uses, and fails at anything else.
#[derive(Default)]
struct Screen {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    width: usize,
    clips: bool,
    /// The screen whenever the program let lines wrap again: after each block.
    frames: Vec<String>,
}

impl Screen {
    fn of(written: &str, width: u16) -> Screen {
        let mut screen = Screen { width: width.into(), lines: vec![Vec::new()], ..Screen::default() };
        let mut rest = written;
        while let Some(char) = rest.chars().next() {
            rest = &rest[char.len_utf8()..];
            match char {
                '\r' => screen.column = 0,
                '\n' => screen.down(),
                '\x1b' => {
                    let sequence = rest.strip_prefix('[').unwrap();
                    let end = sequence.find(|char: char| char.is_ascii_alphabetic()).unwrap();
                    screen.obey(&sequence[..end], &sequence[end..=end]);
                    rest = &sequence[end + 1..];
                }
                char => screen.put(char),
            }
        }
        screen
    }

    fn obey(&mut self, sequence: &str, end: &str) {
        match (sequence, end) {
            (_, "m") => {}
            ("?7", "l") => self.clips = true,
            ("?7", "h") => {
                self.clips = false;
                self.frames.push(self.text());
            }
            ("", "J") => {
                self.lines.truncate(self.row + 1);
                self.lines[self.row].truncate(self.column);
            }
            (lines, "A") => self.row = self.row.checked_sub(lines.parse().unwrap()).expect("above the screen"),
            other => panic!("{other:?} is unknown"),
        }
    }

    fn down(&mut self) {
        self.row += 1;
        if self.row == self.lines.len() {
            self.lines.push(Vec::new());
        }
    }

    fn put(&mut self, char: char) {
        if self.column == self.width {
            if self.clips {
                return;
            }
            self.down();
            self.column = 0;
        }
        let line = &mut self.lines[self.row];
        line.resize(line.len().max(self.column + 1), ' ');
        line[self.column] = char;
        self.column += 1;
    }

    fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|line| line.iter().collect::<String>()).collect();
        lines.join("\n").trim_end().to_owned()
    }
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let host = Host::open("shop");
    let list = || host.command("environment list");
    let colour = "\u{1b}[3";
    let show = |command: &mut Command| {
        let (shown, code) = Terminal::open(command, 80).end();
        assert_eq!(code, Some(0), "{shown}");
        assert!(shown.contains("staging") || shown.contains("Usage"), "{shown}");
        shown
    };
    assert!(show(&mut list()).contains(colour));
    assert!(show(list().env("NO_COLOR", "")).contains(colour), "an empty variable says nothing");
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let shown = show(list().env(name, value));
        assert!(!shown.contains('\u{1b}'), "{name}={value}: {shown:?}");
    }
    let json = show(&mut host.command("environment list --json"));
    assert!(!json.contains('\u{1b}'), "{json:?}");
    // The help is clap's.
    assert!(show(bare("--help").env("TERM", "xterm")).contains('\u{1b}'));
    let help = show(bare("--help").env("TERM", "xterm").env("NO_COLOR", "1"));
    assert!(!help.contains('\u{1b}'), "{help:?}");
    // Piped there is none: `Ran` looks for it every time.
    host.run("environment list").ends_with(0);
}

#[test]
fn watching_on_a_terminal_is_one_block_that_rewrites_itself() {
    for (width, variable) in [(100, "NONE"), (30, "NONE"), (100, "NO_COLOR")] {
        let host = Host::open("shop");
        // Those that have a newest commit: who is left out would be named above the block.
        let plan = host.run("environment plan deploy-latest staging --json").ends_with(0).json();
        let acting = plan["services"].as_array().unwrap().iter().filter(|one| one["left_out"].is_null());
        let names = acting.map(|one| one["name"].as_str().unwrap()).collect::<Vec<_>>().join(",");
        let latest = format!("environment deploy staging --latest --services {names} --watch --interval 0");
        let mut command = host.command(&latest);
        let (written, code) = Terminal::open(command.env(variable, "1"), width).end();
        assert_eq!(code, Some(0), "{written}");
        assert_eq!(written.contains("\u{1b}[36m"), variable != "NO_COLOR", "{written:?}");
        let screen = Screen::of(&written, width);
        assert!(screen.frames.len() > 5, "{written:?}");
        for frame in &screen.frames {
            assert!(frame.starts_with("deploy latest version of 10 se"), "{frame}");
            assert_eq!(frame.matches("deploy latest").count(), 1, "{frame}");
            assert!(frame.lines().count() < usize::from(HEIGHT), "{frame}");
        }
        let during = |words: &str| screen.frames.iter().any(|frame| frame.contains(words));
        assert!(during("Building") && during("Deploying") && during("queued"), "{:?}", screen.frames);
        // Nothing of the block is left.
        let end = screen.text();
        assert!(end.ends_with("succeeded"), "{end}");
        assert!(!end.contains("Building") && !end.contains(" done,") && !end.contains("queued"), "{end}");
    }
}

#[test]
fn watching_elsewhere_is_a_line_for_what_has_changed() {
    let host = Host::open("shop");
    let ran = host.run("environment deploy staging --latest --services checkout-api --watch --interval 0").ends_with(0);
    let lines: Vec<&str> = ran.err.lines().collect();
    for words in ["  checkout-api: Building", "  checkout-api: Deploying"] {
        assert_eq!(lines.iter().filter(|line| **line == words).count(), 1, "{lines:#?}");
    }
    let mut unique = lines.clone();
    unique.dedup();
    assert_eq!(unique, lines, "said twice");
}

#[test]
fn an_interrupt_leaves_its_words_and_nothing_of_the_block() {
    let host = Host::open("shop");
    let mut command = host.command("environment redeploy staging --watch --interval 60");
    let terminal = Terminal::open(&mut command, 200);
    let mut reader = BufReader::new(terminal.shown.try_clone().unwrap());
    let mut begun = Vec::new();
    // The block is there.
    while !String::from_utf8_lossy(&begun).contains("\u{1b}[?7h") {
        assert!(reader.read_until(b'h', &mut begun).unwrap() > 0);
    }
    let id = terminal.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let (rest, code) = terminal.end();
    assert_eq!(code, Some(130));
    let written = format!("{}{}{rest}", String::from_utf8(begun).unwrap(), String::from_utf8_lossy(reader.buffer()));
    let end = Screen::of(&written, 200).text();
    assert!(end.starts_with("interrupted: the redeploy") && end.lines().count() == 1, "{end}");
}
