//! Panics as values: a panic of a Raft is a violation, and the process must survive to report it.
//!
//! Promises: a panic inside [`catch`] prints nothing, ends no process and is returned with its
//! place; any other panic goes to the previous hook, for example libFuzzer's.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// A panic that was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// Its message.
    pub message: String,
    /// File, line and column.
    pub place: String,
}

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static CAUGHT: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Runs `body`; returns its panic, if it panicked.
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
            message: message.unwrap_or_else(|| "a payload that is not text".into()),
            place: info.location().map_or("an unknown place".into(), |place| place.to_string()),
        }));
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_returned_with_its_message_and_place() {
        let number = 7;
        let panic = catch(|| panic!("no {number}")).unwrap_err();
        assert_eq!(panic.message, "no 7");
        assert!(panic.place.contains("panics.rs"), "{}", panic.place);
        assert_eq!(catch(|| number), Ok(7));
    }
}
