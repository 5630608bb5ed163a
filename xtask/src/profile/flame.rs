//! [`Flame`]: who holds the heap at its peak, as a tree from the outermost caller inwards.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::hotspots::Site;

/// A part of the whole that is too small to be drawn.
const SMALLEST: f64 = 0.005;

/// A function, with what it and those it calls hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Flame {
    name: String,
    bytes: u64,
    /// By falling bytes. Together they may hold less than this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<Flame>,
}

#[derive(Default)]
struct Node<'a> {
    bytes: u64,
    children: BTreeMap<&'a str, Node<'a>>,
}

impl Flame {
    /// The tree of a cell, without what is under half a per cent; `None` for an empty heap.
    pub(crate) fn at_peak(sites: &[Site]) -> Option<Flame> {
        let mut root = Node::default();
        for site in sites.iter().filter(|site| site.peak.bytes > 0) {
            root.bytes += site.peak.bytes;
            let mut node = &mut root;
            for frame in site.frames.iter().rev() {
                node = node.children.entry(&frame.function).or_default();
                node.bytes += site.peak.bytes;
            }
        }
        let smallest = (root.bytes as f64 * SMALLEST).ceil() as u64;
        (root.bytes > 0).then(|| root.pruned("all", smallest))
    }
}

impl Node<'_> {
    fn pruned(&self, name: &str, smallest: u64) -> Flame {
        let large = self.children.iter().filter(|(_, node)| node.bytes >= smallest);
        let mut children: Vec<Flame> =
            large.map(|(name, node)| node.pruned(name, smallest)).collect();
        children.sort_by_key(|child| Reverse(child.bytes));
        Flame { name: name.to_owned(), bytes: self.bytes, children }
    }
}

/// Every stack at the peak as other tools read it: `outer;inner bytes`, a line each, sorted.
pub(crate) fn collapsed(sites: &[Site]) -> String {
    let mut stacks: BTreeMap<String, u64> = BTreeMap::new();
    for site in sites.iter().filter(|site| site.peak.bytes > 0) {
        let names: Vec<&str> = site.frames.iter().rev().map(|frame| &*frame.function).collect();
        *stacks.entry(names.join(";")).or_default() += site.peak.bytes;
    }
    stacks.iter().map(|(stack, bytes)| format!("{stack} {bytes}\n")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::hotspots::tests::at_peak;
    use super::*;

    #[test]
    fn stacks_share_their_outer_frames() {
        let hotspots =
            at_peak(&[("run insert", 300), ("run insert split", 100), ("run clone", 600)]);
        let flame = serde_json::to_value(Flame::at_peak(hotspots.sites())).unwrap();
        let expected = json!({"name": "all", "bytes": 1000, "children": [
            {"name": "x::run", "bytes": 1000, "children": [
                {"name": "x::clone", "bytes": 600},
                {"name": "x::insert", "bytes": 400, "children": [
                    {"name": "x::split", "bytes": 100}]}]}]});
        assert_eq!(flame, expected);
        assert_eq!(
            collapsed(hotspots.sites()),
            "x::run;x::clone 600\nx::run;x::insert 300\nx::run;x::insert;x::split 100\n"
        );
    }

    #[test]
    fn what_is_too_small_is_pruned_but_counted() {
        let hotspots = at_peak(&[("run large", 9950), ("run half", 50), ("run small", 40)]);
        let flame = Flame::at_peak(hotspots.sites()).unwrap();
        assert_eq!(flame.bytes, 10_040);
        let names: Vec<&str> = flame.children[0].children.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["x::large"]);
        assert_eq!(Flame::at_peak(&[]), None);
        assert_eq!(collapsed(&[]), "");
    }
}
