//! Types told apart, by [`TypeId`], a comparison that the optimiser decides as it instantiates what
//! asks for it.

use core::any::TypeId;
use core::marker::PhantomData;
use core::mem;

/// Whether two types are of the same size and alignment.
pub(super) const fn lies_as<T, U>() -> bool {
    size_of::<T>() == size_of::<U>() && align_of::<T>() == align_of::<U>()
}

/// Whether two types are the same, lifetimes aside.
#[inline]
pub(crate) fn is_same<T: ?Sized, U: ?Sized>() -> bool {
    id_of::<T>() == id_of::<U>()
}

/// The id of a type with all its lifetimes erased, so that it need not be `'static`.
///
/// The way of David Tolnay's `typeid`: a trait object whose method asks for `'static` itself.
#[inline]
pub(super) fn id_of<T: ?Sized>() -> TypeId {
    trait Erased {
        fn id(&self) -> TypeId
        where
            Self: 'static;
    }

    impl<T: ?Sized> Erased for PhantomData<T> {
        #[inline]
        fn id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }

    let erased: &dyn Erased = &PhantomData::<T>;
    // SAFETY: only the bound of the trait object changes, and the object holds nothing that could
    // die; its id is all that is read.
    let erased = unsafe { mem::transmute::<&dyn Erased, &(dyn Erased + 'static)>(erased) };
    erased.id()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_are_erased_and_nothing_else() {
        fn same<'a, 'b>(_: &'a u8, _: &'b u8) -> bool {
            is_same::<&'a str, &'b str>()
        }
        let outer = 0;
        {
            let inner = 0;
            assert!(same(&outer, &inner));
        }
        assert!(!is_same::<&str, &mut str>());
        assert!(!is_same::<u64, str>());
        assert!(is_same::<str, str>());
    }
}
