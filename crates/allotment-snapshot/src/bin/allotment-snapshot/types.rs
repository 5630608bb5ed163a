//! [`Type`]: stored types by their names, for those who have nothing else.

use std::fmt::Write;

use allotment_snapshot::Stored;

/// A stored type, as far as its name says what it is.
#[derive(Clone, Debug)]
pub(crate) enum Type {
    /// A number, `bool`, `char` or `()`, by its width and how it is shown.
    Plain(usize, fn(&[u8]) -> Option<String>),
    /// An array of bytes.
    Array(usize),
    Text,
    Bytes,
    Option(Box<Type>),
    Tuple(Vec<Type>),
    /// One of somebody's own: its bytes are shown.
    Unknown,
}

/// Shows bytes as their type does, if they are of it.
fn plain<T>(bytes: &[u8]) -> Option<String>
where
    T: for<'a> Stored<View<'a> = T> + std::fmt::Debug,
{
    T::view(bytes).map(|value| format!("{value:?}"))
}

/// The types that a name stands for as a whole.
macro_rules! plain_types {
    ($name:expr, $($type:ty)*) => {
        match $name {
            $(name if name == <$type>::TYPE.as_str() => {
                Type::Plain(<$type>::WIDTH.unwrap_or(0), plain::<$type>)
            })*
            "str" => Type::Text,
            "bytes" => Type::Bytes,
            _ => Type::Unknown,
        }
    };
}

impl Type {
    /// The type of a name. It nests no deeper than a name is long.
    pub(crate) fn of(name: &str) -> Self {
        let inside = |open: &str, close: &str| name.strip_prefix(open)?.strip_suffix(close);
        if name != "()"
            && let Some(parts) = inside("(", ")")
        {
            let parts: Vec<Self> = split(parts).into_iter().map(Self::of).collect();
            let known = parts.iter().all(Self::is_known);
            let (_, fixed) = parts.split_last().unwrap_or((&Self::Unknown, &[]));
            let fixed = fixed.iter().all(|part| part.width().is_some());
            return if known && fixed { Self::Tuple(parts) } else { Self::Unknown };
        }
        if let Some(inner) = inside("Option<", ">") {
            let inner = Self::of(inner);
            return if inner.is_known() { Self::Option(Box::new(inner)) } else { Self::Unknown };
        }
        if let Some(len) = inside("[u8;", "]") {
            return len.parse::<u16>().map_or(Self::Unknown, |len| Self::Array(len.into()));
        }
        plain_types!(
            name,
            () bool char u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64
        )
    }

    pub(crate) fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    fn width(&self) -> Option<usize> {
        match self {
            Self::Plain(width, _) | Self::Array(width) => Some(*width),
            Self::Text | Self::Bytes | Self::Unknown => None,
            Self::Option(inner) => Some(inner.width()? + 1),
            Self::Tuple(parts) => parts.iter().map(Self::width).sum(),
        }
    }

    /// Whether bytes are of the type; those of one that is not known are.
    pub(crate) fn fits(&self, bytes: &[u8]) -> bool {
        self.try_show(bytes, &mut String::new()).is_some()
    }

    /// Appends what bytes stand for; themselves, if they are not of the type.
    pub(crate) fn show(&self, bytes: &[u8], out: &mut String) {
        let len = out.len();
        if self.try_show(bytes, out).is_none() {
            out.truncate(len);
            show_bytes(bytes, out);
        }
    }

    fn try_show(&self, bytes: &[u8], out: &mut String) -> Option<()> {
        match self {
            Self::Plain(_, show) => out.push_str(&show(bytes)?),
            Self::Array(width) if bytes.len() != *width => return None,
            Self::Array(_) | Self::Bytes | Self::Unknown => show_bytes(bytes, out),
            Self::Text => write!(out, "{:?}", <str>::view(bytes)?).ok()?,
            Self::Option(inner) => match bytes.split_first()? {
                (1, value) => {
                    out.push_str("Some(");
                    inner.try_show(value, out)?;
                    out.push(')');
                }
                (0, rest) if rest.len() == inner.width().unwrap_or(0) => {
                    if rest.iter().any(|byte| *byte != 0) {
                        return None;
                    }
                    out.push_str("None");
                }
                _ => return None,
            },
            Self::Tuple(parts) => show_parts(parts, bytes, out)?,
        }
        Some(())
    }
}

fn show_parts(parts: &[Type], bytes: &[u8], out: &mut String) -> Option<()> {
    let (last, fixed) = parts.split_last()?;
    let mut rest = bytes;
    out.push('(');
    for part in fixed {
        let (bytes, behind) = rest.split_at_checked(part.width()?)?;
        part.try_show(bytes, out)?;
        out.push_str(", ");
        rest = behind;
    }
    last.try_show(rest, out)?;
    out.push(')');
    Some(())
}

fn show_bytes(bytes: &[u8], out: &mut String) {
    out.push_str("0x");
    for byte in bytes {
        // Text takes whatever is written to it.
        _ = write!(out, "{byte:02x}");
    }
}

/// The parts of a tuple: what stands between commas that are in no brackets.
fn split(parts: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0_i32, 0, Vec::new());
    for (at, byte) in parts.bytes().enumerate() {
        match byte {
            b'(' | b'<' | b'[' => depth += 1,
            b')' | b'>' | b']' => depth -= 1,
            b',' if depth == 0 => {
                found.push(&parts[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&parts[start..]);
    found
}
