//! The race: in each round of a row every contender runs once, each time another one first.

use super::clock::overhead;
use super::course::Course;
use super::keys::Key;
use super::program::{Cell, Emit, Failure, Outcome};
use super::row::{Kept, Row};
use super::tasks::{Contender, Taken};

/// The contenders of a race, the baseline first.
pub(crate) type Field<K> = Vec<Box<dyn Contender<K>>>;

/// Times rows, each under a label, and hands them out as they are finished.
pub(crate) fn race<K: Key>(
    rows: &[(Row, String)],
    field: &mut Field<K>,
    course: &mut Course<K>,
    rounds: usize,
    emit: Emit<'_>,
) -> Result<(), Failure> {
    let overhead = overhead();
    // First of all, on a heap that nothing has fragmented yet: where the nodes of a map lie then
    // depends on how it is built, and not on which rows were run before.
    for kept in [Kept::Bulk, Kept::Random, Kept::Churned] {
        if rows.iter().any(|(row, _)| row.kept() == Some(kept)) {
            field.iter_mut().for_each(|contender| contender.prepare(kept, &course.base));
        }
    }
    for (row, label) in rows {
        let size = course.len();
        let mut samples = vec![Vec::with_capacity(rounds); field.len()];
        for round in 0..rounds {
            let input = course.input(*row);
            let mut answers = vec![0; field.len()];
            for turn in 0..field.len() {
                let index = (round + turn) % field.len();
                let taken = field[index].run(*row, &course.base, &input, overhead);
                samples[index].push(nanos_per_op(taken));
                answers[index] = taken.check;
            }
            agree(label, size, field, &answers)?;
        }
        let mut cells = Vec::new();
        for (contender, samples) in field.iter().zip(samples) {
            let (contender, substitute) = (contender.name(), contender.substitute(*row));
            cells.push(Cell { contender, samples, substitute });
        }
        emit(Outcome { row: label.clone(), size, cells })?;
    }
    Ok(())
}

fn nanos_per_op(taken: Taken) -> f64 {
    taken.nanos / taken.ops as f64
}

/// No figure is worth anything if the work behind it was not done.
fn agree<K: Key>(
    label: &str,
    size: usize,
    field: &Field<K>,
    answers: &[u64],
) -> Result<(), Failure> {
    for (contender, answer) in field.iter().zip(answers) {
        let name = contender.name();
        if *answer != answers[0] {
            let first = field[0].name();
            return Err(Failure::Broken(format!(
                "{label}, {size} entries: {name} answers {answer:x}, {first} {:x}",
                answers[0]
            )));
        }
        if !contender.is_sound() {
            return Err(Failure::Broken(format!(
                "{label}, {size} entries: {name} does not hold the pairs it was given, in order"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::time::Duration;

    use super::super::course::{Base, Input};
    use super::super::keys::Scattered;
    use super::*;

    /// Notes when it runs, and answers what it is told to.
    struct Fake {
        name: &'static str,
        answer: u64,
        sound: bool,
        log: Rc<RefCell<Vec<&'static str>>>,
    }

    impl Contender<u64> for Fake {
        fn name(&self) -> &'static str {
            self.name
        }

        fn substitute(&self, _: Row) -> Option<&'static str> {
            None
        }

        fn prepare(&mut self, _: Kept, _: &Base<u64>) {
            self.log.borrow_mut().push("prepare");
        }

        fn run(&mut self, _: Row, _: &Base<u64>, _: &Input<u64>, _: Duration) -> Taken {
            self.log.borrow_mut().push(self.name);
            Taken { nanos: 50.0, ops: 10, check: self.answer }
        }

        fn is_sound(&self) -> bool {
            self.sound
        }
    }

    fn run(fakes: [(u64, bool); 3]) -> (Result<(), Failure>, Vec<&'static str>, Vec<Outcome>) {
        let log = Rc::new(RefCell::new(Vec::new()));
        let fake = |(name, (answer, sound))| {
            let fake = Fake { name, answer, sound, log: Rc::clone(&log) };
            Box::new(fake) as Box<dyn Contender<u64>>
        };
        let mut field = ["std", "b", "c"].into_iter().zip(fakes).map(fake).collect();
        let mut course = Course::new(u64::scattered(40), Vec::new());
        let mut outcomes = Vec::new();
        let mut emit = |outcome| {
            outcomes.push(outcome);
            Ok(())
        };
        let rows = [(Row::Clone, "clone".to_owned())];
        let result = race(&rows, &mut field, &mut course, 3, &mut emit);
        (result, log.take(), outcomes)
    }

    #[test]
    fn turns_rotate() {
        let (result, log, outcomes) = run([(1, true); 3]);
        result.unwrap();
        assert_eq!(log[..3], ["prepare"; 3]);
        assert_eq!(log[3..], ["std", "b", "c", "b", "c", "std", "c", "std", "b"]);
        assert_eq!(outcomes[0].size, 20);
        assert!(outcomes[0].cells.iter().all(|cell| cell.samples == [5.0; 3]));
    }

    #[test]
    fn wrong_answers_end_the_race() {
        let (result, _, outcomes) = run([(1, true), (1, true), (2, true)]);
        assert_eq!(result.unwrap_err().to_string(), "clone, 20 entries: c answers 2, std 1");
        assert!(outcomes.is_empty());
        let (result, ..) = run([(1, true), (1, false), (1, true)]);
        assert!(result.unwrap_err().to_string().contains("b does not hold the pairs"));
    }
}
