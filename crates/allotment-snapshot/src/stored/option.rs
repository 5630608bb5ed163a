//! `Option` as a stored type: `None` comes first.

use super::{Encoded, Restored, Stored, StoredKey};
use crate::name::TypeName;

impl<T: Stored> Stored for Option<T> {
    const TYPE: TypeName = TypeName::option(T::TYPE);
    const WIDTH: Option<usize> = match T::WIDTH {
        Some(width) => Some(width + 1),
        None => None,
    };
    type View<'a> = Option<T::View<'a>>;

    fn is_storable(&self) -> bool {
        self.as_ref().is_none_or(T::is_storable)
    }

    fn encode(&self, out: &mut Encoded) {
        out.push(&[u8::from(self.is_some())]);
        match self {
            Some(value) => value.encode(out),
            None => (0..T::WIDTH.unwrap_or(0)).for_each(|_| out.push(&[0])),
        }
    }

    fn view(bytes: &[u8]) -> Option<Self::View<'_>> {
        match bytes.split_first()? {
            (1, value) => T::view(value).map(Some),
            (0, rest) => {
                let none = rest.len() == T::WIDTH.unwrap_or(0) && rest.iter().all(|b| *b == 0);
                none.then_some(None)
            }
            _ => None,
        }
    }
}

impl<T: StoredKey> StoredKey for Option<T> {}

impl<T: Restored> Restored for Option<T> {
    fn restore(view: Self::View<'_>) -> Self {
        view.map(T::restore)
    }
}
