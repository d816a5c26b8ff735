//! Tables that grow with what they are asked for.

/// Makes `table` long enough for `place`.
pub fn grow<T: Default + Clone>(table: &mut Vec<T>, place: usize) {
    if table.len() <= place {
        table.resize(place + 1, T::default());
    }
}
