//! Survival curves as SVG.

use plotters::prelude::*;

use super::comparison::Curves;
use crate::Failure;

const SIZE: (u32, u32) = (760, 420);

/// Colours that are distinguishable to most eyes, after Okabe and Ito.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
];

/// The share of campaigns that have not yet found their bug, against CPU seconds.
pub fn survival(title: &str, curves: &Curves) -> Result<String, Failure> {
    let mut svg = String::new();
    draw(&mut svg, title, curves)
        .map_err(|error| Failure(format!("the plot of {title}: {error}")))?;
    Ok(thinned(&svg))
}

/// The same picture, with only the points of each line at which its direction changes. Points are
/// whole pixels.
fn thinned(svg: &str) -> String {
    const BEFORE: &str = " points=\"";
    let mut parts = svg.split(BEFORE);
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let (corners, rest) = part.split_once('"').unwrap_or((part, ""));
        let corners: Vec<&str> = corners.split(' ').filter(|corner| !corner.is_empty()).collect();
        text += &format!("{BEFORE}{}\"{rest}", bends(&corners).join(" "));
    }
    text
}

/// The points `x,y` at which the direction of a line changes, with both ends.
fn bends<'a>(corners: &[&'a str]) -> Vec<&'a str> {
    let is_straight = |from: &str, over: &str, to: &str| {
        let [from, over, to] = [from, over, to].map(|corner| corner.split_once(','));
        let [x, y] = [
            [from, over, to].map(|corner| corner.map(|(x, _)| x)),
            [from, over, to].map(|corner| corner.map(|(_, y)| y)),
        ];
        let same = |of: [Option<&str>; 3]| of[0] == of[1] && of[1] == of[2];
        same(x) || same(y)
    };
    let mut kept: Vec<&str> = Vec::new();
    for &corner in corners {
        while let [.., from, over] = kept.as_slice() {
            if !is_straight(from, over, corner) {
                break;
            }
            kept.pop();
        }
        if kept.last() != Some(&corner) {
            kept.push(corner);
        }
    }
    kept
}

fn draw(
    svg: &mut String,
    title: &str,
    Curves { curves, .. }: &Curves,
) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'static> as DrawingBackend>::ErrorType>> {
    let first = curves.iter().filter_map(|curve| Some(curve.steps.first()?.0));
    let last = curves.iter().map(|curve| curve.until).fold(1e-3, f64::max);
    // A whole decade and a little, so that the axis begins with a label.
    let least = first.fold(last / 10.0, f64::min).max(1e-6).log10().floor();
    let least = 10f64.powf(least) * (1.0 - 1e-9);
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d((least..last).log_scale(), 0.0..1.0)?;
    chart
        .configure_mesh()
        .x_desc("CPU seconds")
        .y_desc("share of campaigns without a find")
        .x_label_formatter(&|at| label(*at))
        .y_label_formatter(&|share| format!("{share:.1}"))
        .max_light_lines(0)
        .draw()?;
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let style = colour.stroke_width(2);
        let points = points(&curve.steps, least, curve.until);
        chart
            .draw_series(LineSeries::new(points, style))?
            .label(curve.strategy.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE)
        .border_style(BLACK)
        .label_font(("sans-serif", 14))
        .draw()?;
    root.present()
}

/// A number on a logarithmic axis, without trailing zeros.
fn label(at: f64) -> String {
    let text = format!("{at:.6}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// The corners of a curve of steps.
fn points(steps: &[(f64, f64)], from: f64, until: f64) -> Vec<(f64, f64)> {
    let (mut points, mut share) = (vec![(from, 1.0)], 1.0);
    for &(at, next) in steps {
        let at = at.max(from);
        points.extend([(at, share), (at, next)]);
        share = next;
    }
    points.push((until.max(from), share));
    points
}

#[cfg(test)]
mod tests {
    use super::super::comparison::Curve;
    use super::*;

    #[test]
    fn a_curve_falls_in_steps_and_continues_to_its_end() {
        let corners = points(&[(1.0, 0.5), (2.0, 0.25)], 0.1, 10.0);
        let expected = [(0.1, 1.0), (1.0, 1.0), (1.0, 0.5), (2.0, 0.5), (2.0, 0.25), (10.0, 0.25)];
        assert_eq!(corners, expected);
    }

    #[test]
    fn a_plot_has_its_title_and_every_strategy() {
        let curve = |strategy: &str, steps: &[(f64, f64)]| Curve {
            strategy: strategy.into(),
            steps: steps.into(),
            until: 10.0,
        };
        let curves = vec![curve("swarm", &[(0.002, 0.5)]), curve("uniform", &[])];
        let curves = Curves { curves, bugs: 1, left_out: Vec::new() };
        let svg = survival("plain, tier 1", &curves).ok().unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for word in ["plain, tier 1", "swarm", "uniform", "CPU seconds", "0.001", "polyline"] {
            assert!(svg.contains(word), "{word}");
        }
    }

    #[test]
    fn a_straight_line_has_no_points_between_its_ends() {
        let corners = ["1,9", "3,9", "3,9", "5,9", "5,7", "5,4", "8,4"];
        assert_eq!(bends(&corners), ["1,9", "5,9", "5,4", "8,4"]);
        let svg = "<a points=\"1,1 \"/><b points=\"1,1 2,1 3,1 \"/></svg>";
        assert_eq!(thinned(svg), "<a points=\"1,1\"/><b points=\"1,1 3,1\"/></svg>");
    }

    #[test]
    fn a_plot_without_curves_can_be_drawn() {
        let curves = Curves { curves: Vec::new(), bugs: 0, left_out: Vec::new() };
        assert!(survival("nothing", &curves).is_ok());
    }
}
