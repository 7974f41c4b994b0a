//! A long sequence that fails, made short: parts are left out as long as it still fails.

/// Steps of which none can be left out, by halves first, then by ever smaller parts (delta debugging, Zeller 1999).
pub fn shrink<T: Clone>(mut steps: Vec<T>, fails: impl Fn(&[T]) -> bool) -> Vec<T> {
    let mut part = steps.len().div_ceil(2);
    while part > 0 {
        let (mut at, before) = (0, steps.len());
        while at < steps.len() {
            let end = (at + part).min(steps.len());
            let without = [&steps[..at], &steps[end..]].concat();
            if fails(&without) {
                steps = without;
            } else {
                at = end;
            }
        }
        part = if part == 1 && steps.len() < before { 1 } else { part / 2 };
    }
    steps
}
