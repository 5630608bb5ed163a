//! [`Hotspots`]: the call sites of a cell, ranked four ways.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::dhat::Profile;
use super::frame::{Frame, Sources, readable};
use crate::format::grouped;

/// Sites that a ranking names in the report.
const KEPT: usize = 20;

/// Blocks, and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Weight {
    pub(crate) blocks: u64,
    pub(crate) bytes: u64,
}

/// A path through the program by which blocks were asked for, and what became of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Site {
    /// The call site first, then its callers.
    #[serde(serialize_with = "with_places")]
    pub(crate) frames: Vec<Frame>,
    /// Alive at the end.
    pub(crate) retained: Weight,
    /// Alive as the whole heap was largest.
    pub(crate) peak: Weight,
    /// Ever asked for; a reallocation asks again.
    pub(crate) total: Weight,
    /// Asked for although as much of the same site had been given back before: the total, less the
    /// most that was alive at once.
    pub(crate) temporary: Weight,
}

/// By what sites are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ranking {
    Retained,
    Peak,
    Total,
    Temporary,
}

/// The call sites of one cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hotspots {
    sites: Vec<Site>,
}

impl Ranking {
    pub(crate) const ALL: [Ranking; 4] =
        [Ranking::Retained, Ranking::Peak, Ranking::Total, Ranking::Temporary];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Ranking::Retained => "never given back",
            Ranking::Peak => "at the peak",
            Ranking::Total => "in total",
            Ranking::Temporary => "temporary",
        }
    }

    pub(crate) fn of(self, site: &Site) -> Weight {
        match self {
            Ranking::Retained => site.retained,
            Ranking::Peak => site.peak,
            Ranking::Total => site.total,
            Ranking::Temporary => site.temporary,
        }
    }
}

impl Weight {
    fn add(&mut self, blocks: u64, bytes: u64) {
        self.blocks += blocks;
        self.bytes += bytes;
    }
}

impl Hotspots {
    /// Gathers a profile's points by what is readable of their stacks.
    ///
    /// The order depends on nothing but the figures and names: not on addresses, which differ from
    /// run to run.
    pub(crate) fn new(profile: &Profile, sources: &Sources) -> Hotspots {
        let mut sites: BTreeMap<Vec<Frame>, Site> = BTreeMap::new();
        for point in &profile.points {
            let stack = profile.stack(point).map(|frame| Frame::parse(frame, sources)).collect();
            let Some(frames) = readable(stack) else { continue };
            let site = sites.entry(frames.clone()).or_insert_with(|| Site::new(frames));
            site.retained.add(point.end_blocks, point.end_bytes);
            site.peak.add(point.peak_blocks, point.peak_bytes);
            site.total.add(point.total_blocks, point.total_bytes);
            let passing = |total: u64, most: u64| total.saturating_sub(most);
            site.temporary.add(
                passing(point.total_blocks, point.max_blocks),
                passing(point.total_bytes, point.max_bytes),
            );
        }
        Hotspots { sites: sites.into_values().collect() }
    }

    /// All sites, in the order of their names.
    pub(crate) fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// At most `count` sites by falling bytes; those without any are left out.
    pub(crate) fn top(&self, ranking: Ranking, count: usize) -> Vec<&Site> {
        self.ranked(ranking, count).into_iter().map(|index| &self.sites[index]).collect()
    }

    fn ranked(&self, ranking: Ranking, count: usize) -> Vec<usize> {
        let weight = |index: &usize| ranking.of(&self.sites[*index]);
        let mut ranked: Vec<usize> = (0..self.sites.len()).collect();
        ranked.retain(|index| weight(index).blocks > 0);
        // Stable: equal sites stay in the order of their names.
        ranked.sort_by_key(|index| Reverse((weight(index).bytes, weight(index).blocks)));
        ranked.truncate(count);
        ranked
    }
}

impl Site {
    /// In two lines: how much from where, and by whom.
    pub(crate) fn told(&self, ranking: Ranking) -> String {
        let Weight { blocks, bytes } = ranking.of(self);
        let one = if blocks == 1 { "" } else { "s" };
        let (blocks, bytes) = (grouped(blocks), grouped(bytes));
        let mut text =
            format!("{blocks} block{one}, {bytes} bytes: {}", self.frames[0].with_place());
        for (index, caller) in self.frames[1..].iter().enumerate() {
            text.push_str(if index == 0 { "\nfrom " } else { " < " });
            text.push_str(&caller.function);
        }
        text
    }

    fn new(frames: Vec<Frame>) -> Site {
        let none = Weight::default();
        Site { frames, retained: none, peak: none, total: none, temporary: none }
    }
}

/// The sites that any ranking names, and each ranking as places in that list.
impl Serialize for Hotspots {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Ranked<'a> {
            sites: Vec<&'a Site>,
            retained: Vec<usize>,
            peak: Vec<usize>,
            total: Vec<usize>,
            temporary: Vec<usize>,
        }
        let rankings = Ranking::ALL.map(|ranking| self.ranked(ranking, KEPT));
        let (named, [retained, peak, total, temporary]) = renumbered(rankings);
        let sites = named.iter().map(|site| &self.sites[*site]).collect();
        Ranked { sites, retained, peak, total, temporary }.serialize(serializer)
    }
}

/// The sites that any ranking names, ascending, and each ranking as places in that list.
pub(crate) fn renumbered(rankings: [Vec<usize>; 4]) -> (Vec<usize>, [Vec<usize>; 4]) {
    let mut named: Vec<usize> = rankings.iter().flatten().copied().collect();
    named.sort_unstable();
    named.dedup();
    let place = |site: usize| named.partition_point(|other| *other < site);
    let places = rankings.map(|ranking| ranking.into_iter().map(place).collect());
    (named, places)
}

fn with_places<S: Serializer>(frames: &[Frame], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(frames.iter().map(Frame::with_place))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::super::frame::tests::sources;
    use super::*;

    /// Sites from stacks, root first, each with the bytes at the peak, in blocks of ten.
    pub(crate) fn at_peak(stacks: &[(&str, u64)]) -> Hotspots {
        let points = stacks.iter().map(|(stack, bytes)| (*stack, [*bytes; 4])).collect::<Vec<_>>();
        of_points(&points)
    }

    /// The same with total, most, peak and end bytes.
    fn of_points(points: &[(&str, [u64; 4])]) -> Hotspots {
        let mut names = vec!["[root]".to_owned()];
        let mut list = Vec::new();
        for (stack, [total, most, peak, end]) in points {
            let mut frames = Vec::new();
            for name in stack.split(' ').rev() {
                frames.push(names.len());
                names.push(format!("0x{}: {name} (src/x.rs:1:1)", names.len()));
            }
            list.push(json!({
                "tb": total, "tbk": total / 10, "mb": most, "mbk": most / 10, "gb": peak,
                "gbk": peak / 10, "eb": end, "ebk": end / 10, "fs": frames,
            }));
        }
        let file = json!({"dhatFileVersion": 2, "mode": "rust-heap", "pps": list, "ftbl": names});
        Hotspots::new(&Profile::parse(&file.to_string()).unwrap(), &sources())
    }

    fn names(hotspots: &Hotspots, ranking: Ranking, count: usize) -> Vec<&str> {
        let top = hotspots.top(ranking, count);
        top.iter().map(|site| site.frames[0].function.as_str()).collect()
    }

    #[test]
    fn each_ranking_has_its_own_order() {
        let hotspots = of_points(&[
            ("run kept", [100, 100, 50, 100]),
            ("run churned", [900, 30, 30, 0]),
            ("run held", [400, 400, 400, 0]),
        ]);
        assert_eq!(names(&hotspots, Ranking::Retained, 9), ["x::kept"]);
        assert_eq!(names(&hotspots, Ranking::Peak, 9), ["x::held", "x::kept", "x::churned"]);
        assert_eq!(names(&hotspots, Ranking::Total, 2), ["x::churned", "x::held"]);
        assert_eq!(names(&hotspots, Ranking::Temporary, 9), ["x::churned"]);
        let churned = hotspots.top(Ranking::Temporary, 1)[0];
        assert_eq!(churned.temporary, Weight { blocks: 87, bytes: 870 });
    }

    #[test]
    fn one_stack_at_two_addresses_is_one_site() {
        let hotspots = at_peak(&[("run insert", 10), ("run insert", 20), ("run clone", 20)]);
        assert_eq!(hotspots.sites().len(), 2);
        assert_eq!(hotspots.top(Ranking::Peak, 1)[0].peak, Weight { blocks: 3, bytes: 30 });
    }

    #[test]
    fn the_report_tells_each_site_once() {
        let mut stacks: Vec<(String, u64)> =
            (0..30).map(|index| (format!("run f{index:02}"), 1000 - 10 * index)).collect();
        stacks.reverse();
        let stacks: Vec<(&str, u64)> = stacks.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        let json = serde_json::to_value(at_peak(&stacks)).unwrap();
        assert_eq!(json["sites"].as_array().unwrap().len(), KEPT);
        assert_eq!(json["peak"], json!((0..KEPT).collect::<Vec<_>>()));
        assert_eq!(json["temporary"], json!([]));
        assert_eq!(
            json["sites"][0]["frames"],
            json!(["x::f00 (src/x.rs:1)", "x::run (src/x.rs:1)"])
        );
        assert_eq!(json["sites"][0]["peak"], json!({"blocks": 100, "bytes": 1000}));
    }
}
