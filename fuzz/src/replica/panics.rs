//! Panics as values: a Raft that panics has broken a promise, and the run must go on to tell it.
//!
//! Promises: a panic inside [`catch`] prints nothing, ends nothing and is given back with its
//! place; any other panic goes to the hook that was there before, libFuzzer's for example.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// A panic that was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// What it said.
    pub message: String,
    /// File, line and column.
    pub place: String,
}

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static CAUGHT: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Runs `body`; what it panicked with, if it did.
pub fn catch<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(install);
    let outer = CATCHING.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    CATCHING.set(outer);
    result.map_err(|_| CAUGHT.take().expect("the hook saw the panic"))
}

fn install() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !CATCHING.get() {
            return before(info);
        }
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
        let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
        CAUGHT.set(Some(Panic {
            message: message.unwrap_or_else(|| "something that is no text".into()),
            place: info.location().map_or("an unknown place".into(), |place| place.to_string()),
        }));
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_given_back_with_what_it_said_and_where() {
        let number = 7;
        let panic = catch(|| panic!("no {number}")).unwrap_err();
        assert_eq!(panic.message, "no 7");
        assert!(panic.place.contains("panics.rs"), "{}", panic.place);
        assert_eq!(catch(|| number), Ok(7));
    }
}
