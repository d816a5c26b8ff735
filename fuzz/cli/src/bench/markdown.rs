//! Leaf: numbers and lists as the page prints them.

use serde_json::Number;

/// The widest that a cell of a table may be.
pub const WIDEST: usize = 110;

/// Three significant digits, and thousands and millions as such.
pub fn short(value: f64) -> String {
    let (value, unit) = match value {
        _ if value >= 999_500.0 => (value / 1e6, " M"),
        _ if value >= 9_995.0 => (value / 1e3, " k"),
        _ => (value, ""),
    };
    if value == 0.0 || !value.is_finite() {
        return format!("{value}{unit}");
    }
    let digits = (2.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.digits$}{unit}")
}

/// A probability.
pub fn chance(p: f64) -> String {
    if p < 0.001 {
        format!("{p:.0e}")
    } else {
        format!("{p:.3}")
    }
}

/// A number as it was measured, integers with commas.
pub fn number(value: &Number) -> String {
    let text = value.to_string();
    if value.as_u64().is_none() {
        return text;
    }
    let mut grouped = String::new();
    for (place, digit) in text.char_indices() {
        if place > 0 && (text.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A list clipped to `room` characters: whole items, and the number of the others.
pub fn clip(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.into();
    }
    let items: Vec<&str> = text.split(", ").collect();
    for kept in (1..items.len()).rev() {
        let short = format!("{}, and {} more", items[..kept].join(", "), items.len() - kept);
        if short.chars().count() <= room {
            return short;
        }
    }
    text.chars().take(room.saturating_sub(3)).collect::<String>() + "..."
}

/// A list in words.
pub fn names(names: &[String]) -> String {
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_significant_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.000_123_4, "0.000123"),
            (0.0105, "0.0105"),
            (1.0, "1.00"),
            (640.4, "640"),
            (9_994.0, "9994"),
            (12_345.0, "12.3 k"),
            (2_345_678.0, "2.35 M"),
        ] {
            assert_eq!(short(value), text);
        }
        assert_eq!([chance(0.04), chance(1.2e-9), chance(1.0)], ["0.040", "1e-9", "1.000"]);
    }

    #[test]
    fn a_measured_number_keeps_all_its_digits() {
        for (value, text) in [
            ("0", "0"),
            ("999", "999"),
            ("899968418", "899,968,418"),
            ("0.16", "0.16"),
            ("-1", "-1"),
        ] {
            assert_eq!(number(&value.parse().unwrap()), text);
        }
    }

    #[test]
    fn a_cell_is_clipped_between_items_and_counts_the_rest() {
        let items: Vec<String> = (10..40).map(|item| format!("item {item}")).collect();
        let cell = clip(&items.join(", "), WIDEST);
        assert!(cell.chars().count() <= WIDEST, "{cell}");
        assert!(cell.ends_with("item 20, and 19 more"), "{cell}");
        assert_eq!(clip(&"x".repeat(200), WIDEST).chars().count(), WIDEST);
        assert_eq!(clip("short, list", WIDEST), "short, list");
    }
}
