//! Our own parsers under fuzz: for any input they return a result, and never panic.

use whitewater::schedule::event::Event;
use whitewater::schedule::family::Faults;
use whitewater::schedule::feature::Features;
use whitewater::schedule::Schedule;
use whitewater::search::generator::{Generator, Strategy};

/// Texts that are almost schedules: lines of a valid one, truncated, repeated, or with noise.
fn noisy_texts() -> impl Iterator<Item = String> {
    const NOISE: [&str; 12] =
        ["", " ", "#", "set ", "n", "n256", ">", "{", "}", "@", "keep=", "\u{1f30a}\0"];
    (0..3_000).map(|seed| {
        let mut random = Generator::new(Strategy::Uniform, seed);
        let mut text = random.schedule(None, 5).to_string();
        for _ in 0..random.below(6) {
            let at = random.below(text.len() as u32 + 1) as usize;
            let at =
                (at..=text.len()).find(|&at| text.is_char_boundary(at)).expect("the end is one");
            match random.below(3) {
                0 => text.insert_str(at, NOISE[random.below(12) as usize]),
                1 => text.truncate(at),
                _ => text = format!("{}{text}", &text[at..]),
            }
        }
        text
    })
}

#[test]
fn any_text_is_a_schedule_or_is_refused_with_a_line_number() {
    let mut refused = 0;
    for text in noisy_texts() {
        match Schedule::parse(&text) {
            Ok(schedule) => assert_eq!(Schedule::parse(&schedule.to_string()), Ok(schedule)),
            Err(bad) => {
                refused += 1;
                assert!((1..=text.lines().count()).contains(&bad.line), "{text:?}");
                assert!(!bad.complaint.is_empty() && !bad.complaint.contains('\n'), "{text:?}");
            }
        }
    }
    assert!(refused > 500, "the noise must matter: {refused}");
}

#[test]
fn any_bytes_are_events_that_round_trip_through_bytes_and_lines() {
    let mut random = Generator::new(Strategy::Uniform, 9);
    for _ in 0..20_000 {
        let features = Features::from_bits(random.below(256) as u8);
        let bytes = [(); 4].map(|()| random.below(256) as u8);
        let event = Event::from_bytes(bytes, Faults::ALL, features);
        assert_eq!(Event::from_bytes(event.to_bytes(), Faults::NONE, features), event);
        assert_eq!(Event::parse(&event.to_string()), Ok(event));
    }
}
