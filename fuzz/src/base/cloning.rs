//! Clones that reuse memory.
//!
//! Promises: `clone_from` of a struct with `clone_by_field` leaves what `clone` would, in the
//! memory that the struct has already. What is derived drops everything and allocates it again.

/// Implements [`Clone`] for a struct, given its fields: a missing one does not compile.
macro_rules! clone_by_field {
    (
        $name:ident $(<$($parameter:ident),*>)? $(where $($of:ty: $bound:path),*)?;
        $($field:ident),*
    ) => {
        impl $(<$($parameter),*>)? Clone for $name $(<$($parameter),*>)?
        $(where $($of: $bound),*)?
        {
            fn clone(&self) -> Self {
                let Self { $($field),* } = self;
                Self { $($field: $field.clone()),* }
            }

            fn clone_from(&mut self, source: &Self) {
                let Self { $($field),* } = source;
                $(self.$field.clone_from($field);)*
            }
        }
    };
}

pub(crate) use clone_by_field;

#[cfg(test)]
mod tests {
    struct Sample<T> {
        items: Vec<T>,
        last: Option<T>,
    }

    clone_by_field!(Sample<T> where T: Clone; items, last);

    #[test]
    fn a_struct_takes_the_value_of_another_and_keeps_its_memory() {
        let source = Sample { items: vec![1, 2, 3], last: Some(3) };
        let mut target = Sample { items: Vec::with_capacity(8), last: None };
        let memory = target.items.as_ptr();
        target.clone_from(&source);
        assert_eq!((&target.items, target.last), (&source.items, source.last));
        assert_eq!(target.items.as_ptr(), memory);
        let clone = source.clone();
        assert_eq!((clone.items, clone.last), (source.items, source.last));
    }
}
