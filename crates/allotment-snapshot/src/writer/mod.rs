//! Writing: entries that ascend become pages, as they come.

mod encoder;
mod error;
mod level;
mod one_by_one;
mod options;
mod packer;
mod summary;
mod whole;

pub use self::encoder::WriteBuffers;
pub use self::error::WriteError;
pub use self::one_by_one::{Finished, SnapshotWriter};
pub use self::options::SnapshotOptions;
pub use self::summary::Summary;
