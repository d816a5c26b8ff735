//! The lines of a story: an event with its consequences, and how a text is broken into columns.
//!
//! Promises: text is at most [`WIDTH`] columns wide, unless a single word is wider.

use std::fmt::{Arguments, Write as _};

use raft::NodeId;

use crate::schedule::event::Kind;

/// No line is longer.
pub const WIDTH: usize = 80;

/// The words for what a reader looks for first.
const ROLES: [&str; 6] = [
    "becomes pre-candidate",
    "becomes candidate",
    "becomes LEADER",
    "steps down",
    "uses the membership",
    "is partitioned",
];

/// An event and its consequences.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is told.
    pub text: String,
    /// The kind of the event; none for the recovery as a whole.
    pub kind: Option<Kind>,
    /// It has a consequence.
    pub has_effect: bool,
}

impl Line {
    /// A line without consequences.
    pub fn new(kind: Option<Kind>, text: String) -> Line {
        Line { text, kind, has_effect: false }
    }

    /// Adds a consequence, at `node` if it is named.
    pub fn add(&mut self, node: Option<NodeId>, words: Arguments<'_>) {
        let joint = if self.has_effect { ";" } else { ":" };
        let _ = match node {
            Some(node) => write!(self.text, "{joint} {node} {words}"),
            None => write!(self.text, "{joint} {words}"),
        };
        self.has_effect = true;
    }

    /// Whether it changes a role or a membership, or splits the cluster.
    pub fn changes_role(&self) -> bool {
        ROLES.iter().any(|words| self.text.contains(words))
    }
}

/// Appends `content` behind `lead`, broken between words, the further lines indented as far.
pub fn wrap(lead: &str, content: &str, text: &mut String) {
    let mut line = lead.to_string();
    for word in content.split(' ') {
        if line.len() + word.len() >= WIDTH && line.len() > lead.len() {
            let _ = writeln!(text, "{}", line.trim_end());
            line = " ".repeat(lead.len());
        }
        line.push_str(word);
        line.push(' ');
    }
    let _ = writeln!(text, "{}", line.trim_end());
}

/// How many lines [`wrap`] makes of a content.
pub fn height(lead: &str, content: &str) -> usize {
    let mut text = String::new();
    wrap(lead, content, &mut text);
    text.lines().count()
}
