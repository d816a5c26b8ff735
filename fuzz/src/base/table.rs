//! Tables that grow on demand.

/// Makes `table` long enough for `place`.
pub fn grow<T: Default + Clone>(table: &mut Vec<T>, place: usize) {
    if table.len() <= place {
        table.resize(place + 1, T::default());
    }
}
