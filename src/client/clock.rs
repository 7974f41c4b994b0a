//! The clock of the in-browser world: world time as a function of real time.
//!
//! Pure: real time is an argument, so that a test turns it by hand.

/// Milliseconds since the Unix epoch, UTC.
pub type Millis = i64;

/// World time that runs at a chosen speed, or stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// World time at `since`.
    pub(super) world: Millis,
    /// Real time at which `world` was true.
    pub(super) since: Millis,
    /// World milliseconds per real millisecond.
    pub(super) speed: u32,
    /// Whether it stands still.
    pub(super) paused: bool,
}

impl Clock {
    /// A clock that shows real time and runs with it.
    pub fn start(real: Millis) -> Clock {
        Clock { world: real, since: real, speed: 1, paused: false }
    }

    /// World time. Never goes back, even where real time does.
    pub fn now(&self, real: Millis) -> Millis {
        if self.paused {
            return self.world;
        }
        let elapsed = real.saturating_sub(self.since).max(0);
        self.world.saturating_add(elapsed.saturating_mul(i64::from(self.speed)))
    }

    /// World milliseconds per real millisecond, at least 1.
    pub fn speed(&self) -> u32 {
        self.speed
    }

    /// Whether it stands still.
    pub fn paused(&self) -> bool {
        self.paused
    }

    /// From now on as many world milliseconds per real one.
    pub fn set_speed(&mut self, real: Millis, speed: u32) {
        self.rebase(real);
        self.speed = speed.max(1);
    }

    /// Stands still, or goes on from where it stood.
    pub fn set_paused(&mut self, real: Millis, paused: bool) {
        self.rebase(real);
        self.paused = paused;
    }

    /// Jumps ahead, running or not.
    pub fn step(&mut self, real: Millis, millis: Millis) {
        self.rebase(real);
        self.world = self.world.saturating_add(millis.max(0));
    }

    fn rebase(&mut self, real: Millis) {
        *self = Clock { world: self.now(real), since: real, ..*self };
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn it_runs_at_its_speed_stands_when_paused_and_jumps_when_stepped() {
        let mut clock = Clock::start(1_000);
        assert_eq!(clock.now(1_500), 1_500);
        clock.set_speed(1_500, 20);
        assert_eq!(clock.now(1_600), 3_500);
        clock.set_paused(1_600, true);
        assert_eq!(clock.now(9_999), 3_500);
        clock.step(9_999, 1_000);
        assert_eq!(clock.now(20_000), 4_500);
        clock.set_paused(20_000, false);
        assert_eq!(clock.now(20_001), 4_520);
    }

    #[test]
    fn it_never_goes_back() {
        let clock = Clock::start(1_000);
        assert_eq!(clock.now(500), 1_000);
        let mut clock = clock;
        clock.step(400, -50);
        assert_eq!(clock.now(400), 1_000);
    }
}
