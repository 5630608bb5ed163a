//! Which backend suits a workload, why, and what a switch to it costs: [`verdict`] and [`advice`],
//! in sentences built from the figures.

use super::catalog::BASELINE;
use super::cell::Cell;
use super::compare::{Ratios, Totals};
use crate::format::{change_in_words, duration, grouped, number};

/// A map without an order: a reference, and no answer to who needs one.
const UNORDERED: &str = "hashbrown";

/// A heap of its own: what it takes of the system is not seen, only what is asked of it.
const UNSEEN: &str = "mimalloc";

/// A ratio from which on a pause is worth a word.
const LONGER: f64 = 1.5;

/// A ratio below which another backend is worth a word.
const BETTER: f64 = 0.95;

/// What "best" means in a closing line.
pub(crate) const BEST: &str = "Best is the lowest mean of three ratios to std: time of all phases, \
                               heap blocks of all phases, peak heap bytes.";

/// A backend that can be advised, with what it is held against std by.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    cell: &'a Cell,
    totals: Totals,
    ratios: Ratios,
}

/// Those that can be advised, the best first. A cell with a fault, a leak or a figure missing is
/// none of them, nor is a map without an order, nor one on a heap that is not seen.
fn candidates<'a>(cells: &'a [Cell], std: &Cell, phases: &[&str]) -> Vec<Candidate<'a>> {
    let base = Totals::of(std, phases);
    let candidate = |cell: &'a Cell| {
        let totals = Totals::of(cell, phases);
        Some(Candidate { cell, totals, ratios: Ratios::of(totals, base)? })
    };
    let sound = |cell: &&Cell| {
        ![BASELINE, UNORDERED, UNSEEN].contains(&cell.backend.as_str()) && left_out(cell).is_none()
    };
    let mut candidates: Vec<_> = cells.iter().filter(sound).filter_map(candidate).collect();
    candidates.sort_by(|one, other| one.ratios.mean().total_cmp(&other.ratios.mean()));
    candidates
}

fn sound_std(cells: &[Cell]) -> Option<&Cell> {
    cells.iter().find(|cell| cell.backend == BASELINE && cell.faults.is_empty())
}

/// The closing line of a workload; see [`BEST`].
pub(crate) fn verdict(workload: &str, cells: &[Cell], phases: &[&str]) -> String {
    let Some(std) = sound_std(cells) else {
        return format!("{workload}: no verdict, std was not measured.");
    };
    let candidates = candidates(cells, std, phases);
    let Some(Candidate { cell, ratios, .. }) = candidates.first() else {
        return format!("{workload}: no verdict, nothing to hold against std.");
    };
    let (backend, mean, against) = (&cell.backend, ratios.mean(), ratios.in_words());
    if mean < 1.0 {
        format!("{workload}: {backend} did best (mean {mean:.2} of std), with {against}.")
    } else {
        format!("{workload}: std did best; next {backend} (mean {mean:.2} of std), with {against}.")
    }
}

/// What follows from the figures, for who has to choose. Nothing without a verdict.
pub(crate) fn advice(cells: &[Cell], phases: &[&str]) -> Vec<String> {
    let Some(std) = sound_std(cells) else { return Vec::new() };
    let candidates = candidates(cells, std, phases);
    let Some(best) = candidates.first() else { return Vec::new() };
    let base = Totals::of(std, phases);
    let mut sentences = Vec::new();
    if best.ratios.mean() < 1.0 {
        sentences.extend(why(best, &base));
        sentences.push(switch(&best.cell.backend));
        sentences.extend(holds(best, &base));
        sentences.extend(pauses(best, std));
        sentences.extend(others(best, &candidates, &base));
    } else {
        sentences.push("Stay with std: nothing here is better on the whole.".to_owned());
        sentences.extend(better_in_part(&candidates));
    }
    sentences.extend(unseen(cells, &base, phases));
    sentences.extend(unordered(cells, std));
    sentences.extend(cells.iter().filter_map(left_out));
    sentences
}

/// Where the fewer blocks come from: from fewer requests, from chunks, or from both.
fn why(best: &Candidate<'_>, base: &Totals) -> Option<String> {
    let requests = best.totals.requests?;
    let blocks = best.totals.heap_blocks?;
    let mut reasons = Vec::new();
    if base.requests.is_some_and(|std| std > 0.0 && requests < BETTER * std) {
        let fewer = change_in_words(requests / base.requests?, "fewer", "more", "requests");
        reasons
            .push(format!("its nodes hold more entries, so that the map makes {fewer} than std's"));
    }
    if blocks < requests / 2.0 {
        let (requests, blocks) = (grouped(requests as u64), grouped(blocks as u64));
        let seen = if blocks == "1" { "reaches" } else { "reach" };
        reasons.push(format!(
            "of {requests} requests {blocks} {seen} the heap, the rest is served \
                              from chunks"
        ));
    }
    (!reasons.is_empty()).then(|| format!("Why: {}.", reasons.join("; ")))
}

/// What a program that uses std's map has to change.
fn switch(backend: &str) -> String {
    let with = |import: &str, code: &str| {
        format!(
            "To switch: the import, `use {import};`, and one line where the map is made, `{code}`."
        )
    };
    match backend {
        "system" => {
            "To switch: the import, `use allotment::BTreeMap;` in place of std's.".to_owned()
        }
        "pool" => with("allotment::{BTreeMap, pool::Pool}", "BTreeMap::new_in(Pool::new())"),
        "bump" => with("allotment::{BTreeMap, bump::Bump}", "BTreeMap::new_in(Bump::new())"),
        "mimalloc" => with("allotment::{BTreeMap, system::MiMalloc}", "BTreeMap::new_in(MiMalloc)"),
        "bumpalo" => {
            let with = with("allotment::BTreeMap", "BTreeMap::new_in(&arena)");
            format!("{with} The arena, a `bumpalo::Bump`, has to outlive it.")
        }
        other => format!("To switch: `BTreeMap::new_in(...)` with {other}'s allocator."),
    }
}

/// What more it holds with every entry in place.
fn holds(best: &Candidate<'_>, base: &Totals) -> Option<String> {
    let ratio = best.totals.heap_live? / base.heap_live.filter(|bytes| *bytes > 0.0)?;
    let more = change_in_words(ratio, "less", "more", "heap");
    (ratio >= 1.005).then(|| format!("What it costs: {more} with every entry in place."))
}

/// Single operations that take longer than std's, and what may be the reason.
fn pauses(best: &Candidate<'_>, std: &Cell) -> Option<String> {
    let figures =
        |name: &str| Some((best.cell.whole(name)?, std.whole(name).filter(|std| *std > 0.0)?));
    let worse = |(what, name, quantile): (&str, &'static str, &'static str)| {
        let (worst, of_std) = figures(name)?;
        let ratio = worst / of_std;
        let usual = figures(quantile).map(|(value, std)| number(value / std));
        let usual = usual.map_or(String::new(), |ratio| format!("; at p99.9 {ratio} times"));
        (ratio >= LONGER).then(|| {
            let (times, worst, of_std) = (number(ratio), duration(worst), duration(of_std));
            format!("worst {what} {times} times std's ({worst} to {of_std}{usual})")
        })
    };
    let kinds = [
        ("insert", "worst_insert_ns", "p999_insert_ns"),
        ("remove", "worst_remove_ns", "p999_remove_ns"),
    ];
    let worse: Vec<String> = kinds.into_iter().filter_map(worse).collect();
    if worse.is_empty() {
        return None;
    }
    let build = |name| best.cell.get("build", name).filter(|value| *value > 0.0);
    let reason = match (build("ops"), build("requests"), build("heap_blocks")) {
        (Some(ops), Some(requests), Some(blocks)) if blocks < requests / 2.0 => {
            let every = grouped((ops / blocks).round() as u64);
            format!("; a chunk is fetched of the heap about once in {every} inserts")
        }
        _ => String::new(),
    };
    let list = worse.join(", ");
    Some(format!("Pauses: {list}{reason}. A single maximum may also be the machine's."))
}

/// Who does better than the best where only one thing matters.
fn others(best: &Candidate<'_>, all: &[Candidate<'_>], base: &Totals) -> Option<String> {
    type Figure = fn(&Totals) -> Option<f64>;
    let figures: [(&str, Figure); 4] = [
        ("time", |totals| totals.nanos),
        ("peak heap", |totals| totals.heap_peak),
        ("heap with every entry in place", |totals| totals.heap_live),
        ("the longest pause", |totals| totals.pause),
    ];
    let winner = |(what, figure): (&str, Figure)| {
        let (of_best, of_std) = (figure(&best.totals)?, figure(base)?);
        let value = |candidate: &&Candidate<'_>| figure(&candidate.totals).unwrap_or(f64::MAX);
        let rival = all.iter().min_by(|one, other| value(one).total_cmp(&value(other)))?;
        let least = value(&rival);
        let percent = || number((least / of_std * 100.0).round());
        match least < BETTER * of_std {
            true if least < BETTER * of_best => {
                Some(format!("{what}, {} ({}% of std)", rival.cell.backend, percent()))
            }
            false if of_std < BETTER * of_best => Some(format!("{what}, std")),
            _ => None,
        }
    };
    let winners: Vec<String> = figures.into_iter().filter_map(winner).collect();
    (!winners.is_empty()).then(|| format!("If one thing matters most: {}.", winners.join("; ")))
}

/// What is better than std in one of the three ratios, though not on the whole.
fn better_in_part(candidates: &[Candidate<'_>]) -> Option<String> {
    type Part = (&'static str, &'static str, fn(&Ratios) -> f64);
    let parts: [Part; 3] = [
        ("less", "time", |ratios| ratios.time),
        ("fewer", "heap blocks", |ratios| ratios.blocks),
        ("less", "peak heap", |ratios| ratios.bytes),
    ];
    let winner = |(less, what, part): Part| {
        let ratio = |candidate: &&Candidate<'_>| part(&candidate.ratios);
        let best = candidates.iter().min_by(|a, b| ratio(a).total_cmp(&ratio(b)))?;
        let words = change_in_words(ratio(&best), less, "more", what);
        (ratio(&best) < BETTER).then(|| format!("{} has {words}", best.cell.backend))
    };
    let winners: Vec<String> = parts.into_iter().filter_map(winner).collect();
    (!winners.is_empty()).then(|| format!("In part: {}.", winners.join("; ")))
}

/// How long our map takes on a heap whose memory is not seen.
fn unseen(cells: &[Cell], base: &Totals, phases: &[&str]) -> Option<String> {
    let cell = cells.iter().find(|cell| cell.backend == UNSEEN && left_out(cell).is_none())?;
    let ratio = Totals::of(cell, phases).nanos? / base.nanos.filter(|nanos| *nanos > 0.0)?;
    let time = change_in_words(ratio, "less", "more", "time");
    Some(format!(
        "On {UNSEEN}: {time} than on std; what it holds of the system is not seen here, so that it \
         is not ranked."
    ))
}

/// What order costs.
fn unordered(cells: &[Cell], std: &Cell) -> Option<String> {
    let cell = cells.iter().find(|cell| cell.backend == UNORDERED && left_out(cell).is_none())?;
    let part = |phase| {
        let ratio =
            cell.get(phase, "nanos")? / std.get(phase, "nanos").filter(|nanos| *nanos > 0.0)?;
        Some(format!("{phase} in {:.0}%", ratio * 100.0))
    };
    let (build, lookup) = (part("build")?, part("lookup")?);
    Some(format!(
        "What order costs: {UNORDERED}, which has none, does {build} and {lookup} of std's time."
    ))
}

/// Why a cell is no candidate, if it is its own fault.
fn left_out(cell: &Cell) -> Option<String> {
    let why = match cell.leaked_blocks() {
        _ if !cell.faults.is_empty() => "it failed",
        Some(_) => "it leaks",
        None => return None,
    };
    (cell.backend != BASELINE).then(|| format!("{} is left out: {why}.", cell.backend))
}

#[cfg(test)]
mod tests {
    use super::super::cell::tests::cell;
    use super::*;

    const PHASES: [&str; 2] = ["build", "drop"];

    fn figures(nanos: u32, blocks: u32, peak: u32) -> String {
        format!(
            "build.nanos={nanos} drop.nanos=0 build.heap_blocks={blocks} drop.heap_blocks=0 \
             all.heap_peak_bytes={peak}"
        )
    }

    /// With requests, live bytes and worst inserts too.
    fn full(figures: [u32; 6]) -> String {
        let [nanos, requests, blocks, live, peak, worst] = figures;
        format!(
            "build.nanos={nanos} drop.nanos=0 build.requests={requests} drop.requests=0 \
             build.heap_blocks={blocks} drop.heap_blocks=0 build.ops=50000 \
             all.heap_live_bytes={live} all.heap_peak_bytes={peak} all.worst_insert_ns={worst} \
             all.worst_remove_ns=100"
        )
    }

    fn std() -> Cell {
        cell("std", &full([1000, 6000, 6000, 1000, 1000, 400]))
    }

    #[test]
    fn the_lowest_mean_wins() {
        let cells = [
            cell("std", &figures(100, 1000, 400)),
            cell("system", &figures(70, 500, 300)),
            cell("pool", &figures(69, 10, 304)),
        ];
        assert_eq!(
            verdict("uniform", &cells, &PHASES),
            "uniform: pool did best (mean 0.49 of std), with 31% less time, 99% fewer heap \
             blocks and 24% less peak heap."
        );
    }

    #[test]
    fn a_heap_that_is_not_seen_is_not_ranked() {
        let cells = [
            cell("std", &figures(100, 1000, 400)),
            cell("system", &figures(70, 500, 300)),
            cell("mimalloc", &figures(40, 10, 200)),
        ];
        assert!(verdict("uniform", &cells, &PHASES).starts_with("uniform: system did best"));
        let expected = "On mimalloc: 60% less time than on std; what it holds of the system is not \
                        seen here, so that it is not ranked.";
        assert!(advice(&cells, &PHASES).iter().any(|sentence| sentence == expected));
    }

    #[test]
    fn no_blocks_do_not_excuse_slowness() {
        let cells = [cell("std", &figures(100, 1000, 400)), cell("bump", &figures(300, 0, 400))];
        assert_eq!(
            verdict("uniform", &cells, &PHASES),
            "uniform: std did best; next bump (mean 1.33 of std), with 100% fewer heap blocks and \
             the same peak heap, but 3.0 times the time."
        );
        assert_eq!(
            advice(&cells, &PHASES),
            [
                "Stay with std: nothing here is better on the whole.",
                "In part: bump has 100% fewer heap blocks.",
            ]
        );
    }

    #[test]
    fn leaks_and_faults_cannot_win() {
        let leaky = format!("{} all.end_blocks=1", figures(1, 1, 1));
        let mut cells = [
            cell("std", &figures(100, 1000, 400)),
            cell("bump", &leaky),
            cell("pool", &figures(1, 1, 1)),
            cell("system", &figures(90, 900, 390)),
        ];
        cells[2].faults.push("wrong outcome".to_owned());
        assert!(verdict("uniform", &cells, &PHASES).contains("system did best"));
        let advice = advice(&cells, &PHASES);
        assert!(advice.contains(&"bump is left out: it leaks.".to_owned()), "{advice:?}");
        assert!(advice.contains(&"pool is left out: it failed.".to_owned()), "{advice:?}");
        cells[0].faults.push("killed".to_owned());
        assert!(verdict("uniform", &cells, &PHASES).contains("no verdict"));
        assert!(super::advice(&cells, &PHASES).is_empty());
    }

    #[test]
    fn a_pool_is_advised_with_reason_price_and_pause() {
        let with =
            |figures: String, quantile: u32| format!("{figures} all.p999_insert_ns={quantile}");
        let cells = [
            cell("std", &with(full([1000, 6000, 6000, 1000, 1000, 400]), 30)),
            cell("pool", &with(full([590, 1292, 9, 1080, 900, 1160]), 15)),
        ];
        assert_eq!(
            advice(&cells, &PHASES),
            [
                "Why: its nodes hold more entries, so that the map makes 78% fewer requests than \
                 std's; of 1,292 requests 9 reach the heap, the rest is served from chunks.",
                "To switch: the import, `use allotment::{BTreeMap, pool::Pool};`, and one line \
                 where the map is made, `BTreeMap::new_in(Pool::new())`.",
                "What it costs: 8% more heap with every entry in place.",
                "Pauses: worst insert 2.90 times std's (1.16 us to 400 ns; at p99.9 0.500 times); \
                 a chunk is fetched of the heap about once in 5,556 inserts. A single maximum may \
                 also be the machine's.",
                "If one thing matters most: heap with every entry in place, std; the longest \
                 pause, std.",
            ]
        );
    }

    #[test]
    fn what_costs_nothing_has_no_price() {
        let cells = [std(), cell("system", &full([590, 1292, 1292, 900, 900, 400]))];
        assert_eq!(
            advice(&cells, &PHASES),
            [
                "Why: its nodes hold more entries, so that the map makes 78% fewer requests than \
                 std's.",
                "To switch: the import, `use allotment::BTreeMap;` in place of std's.",
            ]
        );
    }

    #[test]
    fn who_is_better_in_one_thing_is_named() {
        let cells = [
            std(),
            cell("pool", &full([600, 1292, 9, 950, 950, 800])),
            cell("system", &full([700, 1292, 1292, 700, 700, 300])),
            cell("bump", &full([400, 1292, 9, 1500, 1800, 400])),
        ];
        let advice = advice(&cells, &PHASES);
        let line = advice.iter().find(|line| line.starts_with("If one thing")).unwrap();
        assert_eq!(
            line,
            "If one thing matters most: time, bump (40% of std); peak heap, system (70% of std); \
             heap with every entry in place, system (70% of std); the longest pause, system (75% \
             of std)."
        );
    }

    #[test]
    fn the_unordered_is_a_reference_and_no_choice() {
        let figures = full([100, 1, 1, 1, 1, 1]).replace("drop.", "lookup.");
        let std =
            full([1000, 6000, 6000, 1000, 1000, 400]).replace("drop.nanos=0", "lookup.nanos=9");
        let cells = [cell("std", &std), cell("hashbrown", &figures)];
        assert!(verdict("uniform", &cells, &PHASES).contains("nothing to hold against std"));
        let cells = [&cells[..], &[cell("system", &std.replace("=1000", "=500"))]].concat();
        let advice = advice(&cells, &["build"]);
        let last = advice.last().unwrap();
        let expected = "What order costs: hashbrown, which has none, does build in 10% and lookup \
                        in 0% of std's time.";
        assert_eq!(last, expected);
    }

    #[test]
    fn every_backend_says_how_to_switch_to_it() {
        for (backend, part) in [
            ("system", "use allotment::BTreeMap;"),
            ("pool", "BTreeMap::new_in(Pool::new())"),
            ("bump", "BTreeMap::new_in(Bump::new())"),
            ("mimalloc", "BTreeMap::new_in(MiMalloc)"),
            ("bumpalo", "has to outlive it"),
            ("pond", "pond's allocator"),
        ] {
            assert!(switch(backend).contains(part), "{backend}");
        }
    }
}
