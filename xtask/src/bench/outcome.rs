//! A finished row: what a measuring program prints, and the statistics of it.

use serde::{Deserialize, Serialize};

use crate::statistics::median;

/// A line of a program's output.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) row: String,
    pub(crate) size: usize,
    pub(crate) cells: Vec<Cell>,
}

/// The figures of a contender: one of each round.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub(crate) struct Cell {
    pub(crate) contender: String,
    pub(crate) samples: Vec<f64>,
    /// What stands in for an operation that the contender does not offer as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) substitute: Option<String>,
}

impl Outcome {
    /// Reads a line.
    pub(crate) fn parse(line: &str) -> Result<Outcome, String> {
        let outcome: Outcome =
            serde_json::from_str(line).map_err(|error| format!("cannot read a row: {error}"))?;
        if outcome.cells.iter().any(|cell| cell.samples.is_empty()) {
            return Err(format!("row `{}` has a cell without a figure", outcome.row));
        }
        Ok(outcome)
    }

    pub(crate) fn cell(&self, contender: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.contender == contender)
    }
}

impl Cell {
    /// Half of the rounds took no longer.
    pub(crate) fn median(&self) -> f64 {
        median(&self.samples)
    }

    /// What the machine does when nothing disturbs it.
    pub(crate) fn minimum(&self) -> f64 {
        self.samples.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(samples: &[f64]) -> Cell {
        Cell { contender: "std".to_owned(), samples: samples.to_vec(), substitute: None }
    }

    #[test]
    fn statistics_are_over_the_rounds() {
        assert_eq!(cell(&[3.0, 1.0, 9.0]).median(), 3.0);
        assert_eq!(cell(&[3.0, 1.0, 9.0]).minimum(), 1.0);
    }

    #[test]
    fn rows_survive_the_way_through_json() {
        let mut pool = cell(&[0.5, 1.25]);
        pool.contender = "pool".to_owned();
        pool.substitute = Some("a loop of inserts".to_owned());
        let cells = vec![cell(&[1.5]), pool];
        let outcome = Outcome { row: "get miss".to_owned(), size: 1000, cells };
        let line = serde_json::to_string(&outcome).unwrap();
        assert_eq!(Outcome::parse(&line).unwrap(), outcome);
        assert!(!line.contains("null"));
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Outcome::parse("hello").unwrap_err().contains("cannot read a row"));
        let empty = r#"{"row": "r", "size": 1, "cells": [{"contender": "std", "samples": []}]}"#;
        assert_eq!(Outcome::parse(empty).unwrap_err(), "row `r` has a cell without a figure");
    }
}
