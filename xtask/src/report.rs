//! Counting what passed and failed, suite by suite.

/// Counts of one suite, or of all.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Count {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, did not run, or could not be built.
    pub failed: u64,
}

impl Count {
    /// One check, such as the formatting.
    pub fn check(ok: bool) -> Count {
        Count { passed: u64::from(ok), failed: u64::from(!ok) }
    }

    /// Of a whole suite. One that ended badly without a failed test (it did not compile, a test binary
    /// crashed), or that ran nothing, counts as one failure more.
    pub fn suite(counted: Count, ended_well: bool) -> Count {
        let unexplained = !ended_well && counted.failed == 0;
        let empty = counted == Count::default();
        Count { failed: counted.failed + u64::from(unexplained || empty), ..counted }
    }

    /// Both together.
    pub fn and(self, other: Count) -> Count {
        Count { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

/// Reads the summaries of Rust's test harness: `test result: ok. 3 passed; 0 failed; …`.
pub fn of_cargo(output: &str) -> Count {
    output
        .lines()
        .filter_map(|line| line.trim().strip_prefix("test result: "))
        .flat_map(|line| line.split(['.', ';']))
        .fold(Count::default(), count_part)
}

/// Reads the summary that Playwright's list reporter ends with: `3 passed (2.1s)`, `1 failed`, `2 did not run`.
pub fn of_playwright(output: &str) -> Count {
    output.lines().map(|line| line.split(" (").next().unwrap_or(line)).fold(Count::default(), count_part)
}

/// Reads the summary that Node's spec reporter ends with: `ℹ pass 3`, `ℹ fail 1`. What was skipped is a failure.
pub fn of_node(output: &str) -> Count {
    let lines = output.lines().filter_map(|line| line.strip_prefix("ℹ ")?.split_once(' '));
    lines.fold(Count::default(), |count, (word, number)| match (word, number.parse::<u64>()) {
        ("pass", Ok(number)) => Count { passed: count.passed + number, ..count },
        ("fail" | "cancelled" | "skipped" | "todo", Ok(number)) => Count { failed: count.failed + number, ..count },
        _ => count,
    })
}

/// Adds a part such as `3 passed`; anything else counts nothing.
fn count_part(count: Count, part: &str) -> Count {
    let Some((number, word)) = part.trim().split_once(' ') else {
        return count;
    };
    let Ok(number) = number.parse::<u64>() else {
        return count;
    };
    match word {
        "passed" => Count { passed: count.passed + number, ..count },
        "failed" | "flaky" | "interrupted" | "did not run" => Count { failed: count.failed + number, ..count },
        _ => count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counted: Count, passed: u64, failed: u64) {
        assert_eq!(counted, Count { passed, failed });
    }

    #[test]
    fn counts_what_the_rust_harness_prints() {
        let output = "running 3 tests\ntest a ... ok\n\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        check(of_cargo(output), 4, 2);
    }

    #[test]
    fn counts_what_playwright_prints() {
        check(of_playwright("  1 failed\n    a.spec.ts:3:1 › x ───\n  2 did not run\n  12 passed (3.4s)\n"), 12, 3);
        check(of_playwright("  ✓  1 a.spec.ts:3:1 › 3 passed (1s)\n  1 flaky\n"), 0, 1);
    }

    #[test]
    fn counts_what_node_prints() {
        let summary = "ℹ tests 8\nℹ suites 0\nℹ pass 3\nℹ fail 2\nℹ cancelled 1\nℹ skipped 1\nℹ todo 1\n";
        check(of_node(&format!("✔ it passes (2.5ms)\n{summary}ℹ duration_ms 12.5\n")), 3, 5);
        check(of_node("✔ ℹ pass 4 (1ms)\nℹ pass four\n"), 0, 0);
    }

    #[test]
    fn a_suite_that_ran_nothing_or_broke_off_is_a_failure() {
        check(Count::suite(Count::default(), true), 0, 1);
        check(Count::suite(Count { passed: 3, failed: 0 }, false), 3, 1);
        check(Count::suite(Count { passed: 3, failed: 2 }, false), 3, 2);
        check(Count::suite(Count { passed: 3, failed: 0 }, true), 3, 0);
    }
}
