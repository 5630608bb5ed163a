//! [`Damage`]: where a file is not what it must be, and why.

use core::error;
use core::fmt;

use crate::source::Unreadable;

/// A place in a file that is not what a writer has put there.
///
/// What is read elsewhere stays right: a page is checked before anything in it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Damage {
    /// Where the page, or the other part of the file, begins.
    pub offset: u64,
    /// How far above the leaves the page stands, if it is a page: leaves are on level 0.
    pub level: Option<u8>,
    /// What is wrong.
    pub kind: DamageKind,
}

/// What is wrong with a place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DamageKind {
    /// The bytes are not those that were written there.
    Checksum,
    /// The page reaches beyond what can hold pages.
    Outside,
    /// The head of the page is not the one that was expected.
    PageHead,
    /// The columns do not fill the page as its head says.
    Columns,
    /// The ends of entries in a column do not ascend, or not up to its end.
    Ends,
    /// A link leads to where no child can be.
    Link,
    /// The page could not be decompressed to the length that it should have.
    Compression,
    /// An entry of the page has a key that does not come after the one before.
    Order,
    /// A key lies outside of what the separators above the page say.
    Separator,
    /// A key is none of the type that the file says.
    Key,
    /// A value is none of the type that the file says.
    Value,
    /// The page does not begin where the one written before it ends.
    Gap,
    /// There are not as many pages as the footer says.
    PageCount,
    /// The bytes could not be had from where the file is.
    Unreadable(Unreadable),
}

impl Damage {
    pub(crate) const fn new(offset: u64, level: u8, kind: DamageKind) -> Self {
        Self { offset, level: Some(level), kind }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(0) => write!(f, "the leaf at byte {}: ", self.offset)?,
            Some(level) => write!(f, "the index page of level {level} at byte {}: ", self.offset)?,
            None => write!(f, "at byte {}: ", self.offset)?,
        }
        let why = match self.kind {
            DamageKind::Checksum => "its bytes are not those that were written",
            DamageKind::Outside => "it reaches beyond the pages of the file",
            DamageKind::PageHead => "its head is not the one expected",
            DamageKind::Columns => "its columns do not fill it",
            DamageKind::Ends => "the ends of its entries do not ascend",
            DamageKind::Link => "a link leads to where no page can be",
            DamageKind::Compression => "it does not decompress to its length",
            DamageKind::Order => "its keys do not ascend",
            DamageKind::Separator => "a key is not where the index says",
            DamageKind::Key => "a key is not of its type",
            DamageKind::Value => "a value is not of its type",
            DamageKind::Gap => "it does not follow the page written before it",
            DamageKind::PageCount => "there are more or fewer pages than it says",
            DamageKind::Unreadable(why) => return why.fmt(f),
        };
        f.write_str(why)
    }
}

impl error::Error for Damage {}
