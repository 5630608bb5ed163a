//! [`Summary`]: what was written.

/// What was written, in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Summary {
    /// How many entries.
    pub entries: u64,
    /// How many pages.
    pub pages: u64,
    /// The length of the file.
    pub bytes: u64,
    /// How many levels of pages there are: 0 if the file is empty.
    pub height: u8,
    /// A checksum over the footer, which has one over the root, which has those over the pages
    /// below it: it stands for the file. It is no protection against who can choose the bytes.
    pub root_hash: u64,
    /// The id of the file.
    pub file_id: u128,
}
