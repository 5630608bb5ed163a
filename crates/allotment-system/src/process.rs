//! What the operating system counts for this process.

/// The memory of this process, as the operating system sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessMemory {
    /// Bytes in physical memory, shared pages included.
    pub resident_bytes: u64,
    /// Bytes of address space, whether they are backed by memory or not.
    pub virtual_bytes: u64,
}

/// What the operating system says of the memory of this process; `None` where it says nothing.
///
/// Linux only so far: reads `/proc/self/status`, which counts in KiB. Takes some microseconds and
/// allocates a buffer for the text, from the global allocator. The kernel keeps the resident count
/// per thread and adds it up now and then, so it may lag by some tens of pages for each thread.
///
/// ```
/// use allotment_system::process_memory;
///
/// if let Some(memory) = process_memory() {
///     assert!(memory.resident_bytes > 0);
///     assert!(memory.virtual_bytes >= memory.resident_bytes);
/// }
/// ```
pub fn process_memory() -> Option<ProcessMemory> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    // Not necessarily UTF-8: the first line holds the name of the program.
    parse(&std::fs::read("/proc/self/status").ok()?)
}

/// Finds the two lines that count.
fn parse(status: &[u8]) -> Option<ProcessMemory> {
    Some(ProcessMemory {
        resident_bytes: bytes_of(status, b"VmRSS:")?,
        virtual_bytes: bytes_of(status, b"VmSize:")?,
    })
}

/// The value of a line such as `VmRSS:      3456 kB`.
fn bytes_of(status: &[u8], name: &[u8]) -> Option<u64> {
    let value = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))?;
    let kibibytes = value.trim_ascii().strip_suffix(b"kB")?.trim_ascii_end();
    str::from_utf8(kibibytes).ok()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &[u8] = b"Name:\tcat \xFF\nVmPeak:\t    9000 kB\nVmSize:\t    8000 kB\n\
        VmRSS:\t    1776 kB\nRssAnon:\t      96 kB\n";

    #[test]
    fn both_lines_are_found() {
        let expected = ProcessMemory { resident_bytes: 1776 * 1024, virtual_bytes: 8000 * 1024 };
        assert_eq!(parse(STATUS), Some(expected));
    }

    #[test]
    fn text_that_is_not_understood_gives_nothing() {
        for text in [
            &b""[..],
            b"VmRSS:\t    1776 kB\n",
            b"VmSize:\t    8000 kB\n",
            b"VmRSS:\t 1776 MB\nVmSize:\t 8000 kB\n",
            b"VmRSS:\t kB\nVmSize:\t 8000 kB\n",
            b"VmRSS:\t -1 kB\nVmSize:\t 8000 kB\n",
            b"VmRSS:\t 18446744073709551615 kB\nVmSize:\t 8000 kB\n",
        ] {
            assert_eq!(parse(text), None);
        }
    }
}
