//! [`Weighed`]: what was found of one program, and what that makes for a map.

use serde::Serialize;

use super::program::{Contender, Keys, Program};
use super::yard::Profile;
use crate::format::{ABSENT, compact, duration, grouped};
use crate::statistics::median;
use crate::table::{right, ruled};

/// A program as it was compiled.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Weighed {
    #[serde(flatten)]
    pub(super) program: Program,
    pub(super) profile: Profile,
    /// Bytes of machine code.
    pub(super) code: u64,
    /// Seconds that it took to build, in each round.
    pub(super) seconds: Vec<f64>,
}

/// What one map more adds to a program: bytes of code, and nanoseconds of the build.
#[derive(Clone, Copy, Debug, PartialEq)]
struct PerMap {
    code: f64,
    nanos: f64,
}

/// What a map costs, as the program with all maps is larger than the one with a single map.
fn per_map(all: &[Weighed], keys: Keys, profile: Profile, contender: Contender) -> Option<PerMap> {
    let of = |one: &&Weighed| {
        let Program { contender: whose, keys: which, .. } = one.program;
        (whose, which, one.profile) == (contender, keys, profile)
    };
    let fewest = all.iter().filter(of).min_by_key(|one| one.program.maps)?;
    let most = all.iter().filter(of).max_by_key(|one| one.program.maps)?;
    let more = most.program.maps - fewest.program.maps;
    let share = |most: f64, fewest: f64| (more > 0).then(|| (most - fewest) / more as f64);
    let seconds = |one: &Weighed| median(&one.seconds);
    Some(PerMap {
        code: share(most.code as f64, fewest.code as f64)?,
        nanos: share(seconds(most), seconds(fewest))? * 1e9,
    })
}

/// The table: std's figures beside ours.
pub(super) fn table(all: &[Weighed]) -> String {
    let mut table = ruled();
    let titles = ["", "code: std", "ours", "ratio", "build: std", "ours", "ratio"];
    table.set_header(titles.map(right));
    for keys in Keys::ALL {
        for profile in Profile::ALL {
            let per_map = |contender| per_map(all, keys, profile, contender);
            let (Some(std), Some(ours)) = (per_map(Contender::Std), per_map(Contender::Ours))
            else {
                continue;
            };
            let figures = [
                bytes(std.code),
                bytes(ours.code),
                ratio(ours.code, std.code),
                span(std.nanos),
                span(ours.nanos),
                ratio(ours.nanos, std.nanos),
            ];
            let label = format!("{}, {}", keys.name(), profile.name());
            table.add_row([label.into()].into_iter().chain(figures.iter().map(|text| right(text))));
        }
    }
    format!("{}\n", table.trim_fmt())
}

fn bytes(code: f64) -> String {
    if code > 0.0 { grouped(code.round() as u64) } else { ABSENT.to_owned() }
}

/// Of a build that took no longer with more maps, nothing can be said.
fn span(nanos: f64) -> String {
    if nanos > 0.0 { duration(nanos) } else { ABSENT.to_owned() }
}

fn ratio(ours: f64, std: f64) -> String {
    if ours > 0.0 && std > 0.0 { compact(ours / std) } else { ABSENT.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(contender: Contender, maps: usize, code: u64, seconds: &[f64]) -> Weighed {
        let program = Program { contender, keys: Keys::Strings, maps };
        Weighed { program, profile: Profile::Release, code, seconds: seconds.to_vec() }
    }

    fn both(last: f64) -> Vec<Weighed> {
        vec![
            weighed(Contender::Std, 1, 100_000, &[0.5, 0.25, 9.0]),
            weighed(Contender::Std, 12, 232_000, &[1.5, 1.6, 1.7]),
            weighed(Contender::Ours, 12, 298_000, &[last, 9.0, 0.1]),
            weighed(Contender::Ours, 1, 100_000, &[0.5, 0.5, 0.5]),
        ]
    }

    #[test]
    fn a_map_costs_what_a_further_one_adds() {
        let cost = |whose| per_map(&both(2.7), Keys::Strings, Profile::Release, whose).unwrap();
        let std = cost(Contender::Std);
        assert_eq!((std.code, std.nanos.round()), (12_000.0, 1e8));
        let ours = cost(Contender::Ours);
        assert_eq!((ours.code, ours.nanos.round()), (18_000.0, 2e8));
        assert!(per_map(&both(2.7), Keys::Strings, Profile::Debug, Contender::Std).is_none());
        assert!(
            per_map(&both(2.7)[..1], Keys::Strings, Profile::Release, Contender::Std).is_none()
        );
    }

    #[test]
    fn std_stands_beside_ours() {
        let row = |last| {
            let text = table(&both(last));
            let row = text.lines().find(|line| line.contains("strings, release")).unwrap();
            row.split_whitespace().skip(2).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(row(2.7), "12,000 18,000 1.50 100 ms 200 ms 2.00");
        assert_eq!(row(0.4), "12,000 18,000 1.50 100 ms - -");
        assert!(!table(&both(2.7)).contains("debug"));
    }

    #[test]
    fn json_has_a_line_of_plain_fields_for_each_program() {
        let json = serde_json::to_value(&both(2.7)[2]).unwrap();
        let expected = serde_json::json!({
            "contender": "ours", "keys": "strings", "maps": 12, "profile": "release",
            "code": 298_000, "seconds": [2.7, 9.0, 0.1],
        });
        assert_eq!(json, expected);
    }
}
