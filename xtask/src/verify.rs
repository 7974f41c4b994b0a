//! `cargo xtask verify`: the long checks, which `test` leaves out.
//!
//! Each step returns figures by their names; the end of the output sums them up. A figure that a step's tests print as
//! `figure: name = number` is read from there.

mod lifecycle;
mod schemathesis;

use crate::arguments::Arguments;
use crate::deny;
use crate::process::{Failure, step};

/// Something that was counted: what, and how many.
type Figure = (String, u64);

/// A step: its name on the command line, what it does.
struct Step {
    name: &'static str,
    title: &'static str,
    run: fn() -> Result<Vec<Figure>, Failure>,
}

/// In the order they run in.
const STEPS: [Step; 4] = [
    Step { name: "deny", title: "Ask what the dependencies may be", run: dependencies },
    Step { name: "model", title: "Search every state of small worlds", run: lifecycle::model },
    Step { name: "dst", title: "Drive random worlds through random requests", run: lifecycle::dst },
    Step { name: "schemathesis", title: "Ask the server by its document", run: schemathesis::verify },
];

fn dependencies() -> Result<Vec<Figure>, Failure> {
    deny::check().map(|()| Vec::new())
}

/// Runs the steps, all unless `--only` names some; a failing one does not keep the next from running.
pub fn verify(arguments: &mut Arguments) -> Result<(), Failure> {
    let mut chosen = Vec::new();
    while let Some(name) = arguments.value("--only")? {
        match STEPS.iter().find(|step| step.name == name) {
            Some(step) => chosen.push(step),
            None => return Err(format!("unknown step {name}; see `cargo xtask help`")),
        }
    }
    arguments.done()?;
    if chosen.is_empty() {
        chosen.extend(&STEPS);
    }
    let (mut figures, mut violations) = (Vec::new(), 0);
    for chosen in chosen {
        match step(&format!("Verify: {}", chosen.title), chosen.run) {
            Ok(more) => figures.extend(more),
            Err(failure) => {
                eprintln!("  {failure}");
                violations += 1;
            }
        }
    }
    println!();
    for (name, number) in figures {
        println!("  {name:<24} {number:>12}");
    }
    println!("\n{violations} violations");
    if violations == 0 { Ok(()) } else { Err(Failure::new()) }
}

/// Reads the figures that tests print: `figure: states checked = 42`.
fn figures(output: &str) -> Vec<Figure> {
    let read = |line: &str| {
        let (name, number) = line.split_once("figure: ")?.1.split_once(" = ")?;
        Some((name.to_owned(), number.trim().parse().ok()?))
    };
    output.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn figures_are_read_from_what_tests_print() {
        let output = "running 1 test\ntest a ... figure: states checked = 42\nok\nfigure: none = many\n";
        assert_eq!(super::figures(output), [("states checked".to_owned(), 42)]);
    }
}
