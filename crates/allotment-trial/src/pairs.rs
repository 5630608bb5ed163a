//! [`Pairs`]: the combinations of key and value that the differential tests run over.

use std::rc::Rc;

use crate::ledger::Ghost;
use crate::probe::Probe;

/// A combination of key and value, made from numbers.
pub trait Pairs {
    /// What maps are ordered by, and sets hold.
    type Key: Element;
    /// What maps hold beside it.
    type Value: Element + Default;
    /// How many things of the ledger a pair holds.
    const COUNTED: usize = 0;

    /// Ascends with `n`, though different numbers may give equal keys.
    fn key(n: u32) -> Self::Key;
    /// Tells numbers apart, as far as the type can.
    fn value(n: u32) -> Self::Value;
}

/// What the tests ask of keys and values.
pub trait Element: Ord + Clone + std::hash::Hash + std::fmt::Debug {}

impl<T: Ord + Clone + std::hash::Hash + std::fmt::Debug> Element for T {}

/// A value aligned to a cache line.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(64))]
pub struct Line(u32);

/// A value aligned to a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(4096))]
pub struct Page(u32);

/// A value of 256 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Large([u8; 256]);

impl Default for Large {
    fn default() -> Self {
        Self([0; 256])
    }
}

/// A combination: name, types, how many counted things, and how to make a key and a value of `n`.
macro_rules! pairs {
    ($($(#[$doc:meta])* $name:ident($key:ty, $value:ty; $counted:literal):
        |$n:ident| $make_key:expr, $make_value:expr;)*) => {$(
        $(#[$doc])*
        pub enum $name {}

        impl Pairs for $name {
            type Key = $key;
            type Value = $value;
            const COUNTED: usize = $counted;

            fn key($n: u32) -> $key {
                $make_key
            }

            fn value($n: u32) -> $value {
                $make_value
            }
        }
    )*};
}

pairs! {
    /// Integers, of which a node has the most that fit its lines.
    Words(u64, u64; 0): |n| u64::from(n) << 20, u64::from(n);
    /// Blocks of their own, and a prefix that all share.
    Strings(String, String; 0): |n| format!("key {n:06} of some length"), format!("{n}");
    /// Hazard 1: values without size.
    Elements(u32, (); 0): |n| n, { let _ = n; };
    /// Hazard 1: keys without size.
    OneKey((), u64; 0): |n| { let _ = n; }, u64::from(n);
    /// Hazard 1: nothing with a size.
    Nothing((), (); 0): |n| { let _ = n; }, { let _ = n; };
    /// Hazard 1: a value without size that must be dropped.
    Ghosts([u16; 3], Ghost; 1): |n| [0, (n >> 16) as u16, n as u16], { let _ = n; Ghost::new() };
    /// Hazard 2.
    Lines(Line, Line; 0): |n| Line(n), Line(n);
    /// Hazard 2: the key asks for more than the value.
    PageKeys(Page, u8; 0): |n| Page(n), n as u8;
    /// Hazard 2: the value asks for more than the key.
    PageValues(u8, Page; 0): |n| n as u8, Page(n);
    /// Counted references: a second drop takes the block from the others.
    Shared(Rc<u64>, Rc<String>; 0): |n| Rc::new(u64::from(n)), Rc::new(format!("{n}"));
    /// Hazards 11 to 16: whatever they do may panic.
    Probes(Probe, Probe; 2): |n| Probe::new(n), Probe::new(n);
    /// Hazard 7: the largest fan-out.
    Bytes(u8, u8; 0): |n| n.min(255) as u8, n as u8;
    /// Columns that do not line up.
    Odd(i128, [u8; 3]; 0): |n| i128::from(n) - 100, [n as u8, (n >> 8) as u8, 7];
    /// Hazard 7: the smallest fan-out.
    Larges(u64, Large; 0): |n| u64::from(n), Large([n as u8; 256]);
}
