//! What clients did to registers: operations with the time of their call and of their response.

/// A request of a client, and its response. An operation that is sent again is still one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The register.
    pub key: u8,
    /// The event at which it was called.
    pub call: u64,
    /// The event of the response, not before the call. None if there was no response: then the
    /// operation may have taken effect at any time after the call, or not at all.
    ///
    /// An operation comes before another only if its response is earlier than the other's call.
    pub done: Option<u64>,
    /// What it does.
    pub action: Action,
}

/// The effect of an operation. A register has the value 0 before the first write. No write writes
/// 0, and no two write the same value to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    /// The register has `value` afterwards.
    Write { value: u64 },
    /// The register had the value `seen`, which means nothing if the outcome is unknown. Also a
    /// compare-and-swap that found another value than the expected one.
    Read { seen: u64 },
    /// Reads and writes at once, like a compare-and-swap that succeeded.
    Swap { seen: u64, value: u64 },
}

impl Operation {
    /// The value that it writes, if any.
    pub(crate) fn writes(&self) -> Option<u64> {
        match self.action {
            Action::Write { value } | Action::Swap { value, .. } => Some(value),
            Action::Read { .. } => None,
        }
    }

    /// The value that its client saw, and the time of the response.
    pub(crate) fn saw(&self) -> Option<(u64, u64)> {
        match self.action {
            Action::Read { seen } | Action::Swap { seen, .. } => Some((seen, self.done?)),
            Action::Write { .. } => None,
        }
    }
}
