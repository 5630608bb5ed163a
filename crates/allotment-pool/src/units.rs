//! [`InBytes`]: numbers of bytes, as people read them.

use core::fmt;

/// A number of bytes, shown in the largest binary unit that leaves a whole part.
pub(crate) struct InBytes(pub(crate) usize);

impl fmt::Display for InBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u32); 3] = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
        for (unit, shift) in UNITS {
            let whole = self.0 >> shift;
            if whole > 0 {
                // A part is below 2^30, so ten times it fits 64 bits.
                let part = (self.0 & ((1 << shift) - 1)) as u64;
                return write!(f, "{whole}.{} {unit}", (part * 10) >> shift);
            }
        }
        write!(f, "{} B", self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn bytes_read_well() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            ((1 << 20) - 1, "1023.9 KiB"),
            (5 << 19, "2.5 MiB"),
            (3 << 30, "3.0 GiB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(InBytes(bytes).to_string(), text);
        }
    }
}
