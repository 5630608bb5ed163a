//! [`Pace`]: how long the rest of a run will take, from how long its steps have taken so far.

use std::sync::Mutex;
use std::time::Duration;

/// Steps of several kinds, those of a kind alike.
pub(crate) struct Pace {
    kinds: Mutex<Vec<Steps>>,
}

struct Steps {
    left: usize,
    /// How many are taken at a time.
    at_once: usize,
    done: u32,
    spent: Duration,
}

impl Pace {
    /// Of each kind, how many steps there are and how many of them are taken at a time.
    pub(crate) fn new(kinds: &[(usize, usize)]) -> Pace {
        let steps = |&(left, at_once): &(usize, usize)| Steps {
            left,
            at_once: at_once.clamp(1, left.max(1)),
            done: 0,
            spent: Duration::ZERO,
        };
        Pace { kinds: Mutex::new(kinds.iter().map(steps).collect()) }
    }

    /// A step of a kind has been taken, in so much time.
    pub(crate) fn took(&self, kind: usize, time: Duration) {
        let steps = &mut self.kinds.lock().expect("no panic while it is held")[kind];
        steps.left = steps.left.saturating_sub(1);
        steps.done += 1;
        steps.spent += time;
    }

    /// `, about 3 min left`; nothing as long as no step has been taken.
    pub(crate) fn left(&self) -> String {
        self.rest().map_or(String::new(), |rest| format!(", {} left", in_words(rest)))
    }

    /// A kind of which no step has been taken yet is taken to be as slow as the others.
    fn rest(&self) -> Option<Duration> {
        let kinds = self.kinds.lock().expect("no panic while it is held");
        let mean = |steps: &Steps| steps.spent.checked_div(steps.done);
        let all = kinds.iter().map(|steps| steps.spent).sum::<Duration>();
        let of_all = all.checked_div(kinds.iter().map(|steps| steps.done).sum())?;
        let rest = |steps: &Steps| {
            mean(steps).unwrap_or(of_all).mul_f64(steps.left as f64 / steps.at_once as f64)
        };
        Some(kinds.iter().map(rest).sum())
    }
}

/// As people say it.
pub(crate) fn in_words(time: Duration) -> String {
    match time.as_secs() {
        0..10 => "a few seconds".to_owned(),
        seconds @ 10..55 => format!("about {} s", seconds.div_ceil(10) * 10),
        seconds @ 55..5400 => format!("about {} min", (seconds + 30) / 60),
        seconds => format!("about {:.1} h", seconds as f64 / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_before_the_first_step() {
        let pace = Pace::new(&[(4, 2), (4, 1)]);
        assert_eq!(pace.left(), "");
        pace.took(0, Duration::from_secs(20));
        // Three steps two at a time, and four of a kind that is not known yet.
        assert_eq!(pace.rest(), Some(Duration::from_secs(30 + 80)));
        pace.took(1, Duration::from_secs(60));
        assert_eq!(pace.rest(), Some(Duration::from_secs(30 + 180)));
        assert_eq!(pace.left(), ", about 4 min left");
    }

    #[test]
    fn a_run_without_steps_has_no_rest() {
        let pace = Pace::new(&[(0, 2), (1, 1)]);
        pace.took(1, Duration::from_secs(5));
        assert_eq!(pace.rest(), Some(Duration::ZERO));
    }

    #[test]
    fn times_are_told_as_people_tell_them() {
        let said = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!(said(3), "a few seconds");
        assert_eq!(said(41), "about 50 s");
        assert_eq!(said(200), "about 3 min");
        assert_eq!(said(9000), "about 2.5 h");
    }
}
