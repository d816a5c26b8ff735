//! Bounds on what a client may send.

/// What a command may have at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one bulk string, and so of a value.
    pub bulk: usize,
    /// Arguments, the command's name among them.
    pub arguments: usize,
    /// Bytes of an inline command.
    pub inline: usize,
    /// Bytes of all arguments together.
    pub command: usize,
    /// Bytes of a key.
    pub key: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bulk: 1 << 20, arguments: 1024, inline: 64 << 10, command: 8 << 20, key: 64 << 10 }
    }
}
