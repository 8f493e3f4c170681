//! Charts as SVG, drawn where the figures are. Each has a title and a description; the table with the same figures
//! stands behind it on the page. Colours come from the page's style, by class.

use super::Charts;
use gabarit_domain::money::Cents;
use gabarit_i18n::{Locale, figures as text, fmt};
use gabarit_view::govern::{Figures, Span, Step};
use std::fmt::Write as _;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 240;
/// Room for the axes' words.
const LEFT: i64 = 76;
const BOTTOM: i64 = 34;
const TOP: i64 = 12;
/// Between the lines of a label.
const LINE: i64 = 13;
/// What a letter of a label takes, in tenths.
const LETTER: i64 = 62;

/// What bars of one kind show.
struct Series {
    name: String,
    values: Vec<i64>,
}

struct Chart<'a> {
    id: &'a str,
    title: &'a str,
    description: String,
    labels: Vec<String>,
    series: Vec<Series>,
    unit: &'a dyn Fn(i64) -> String,
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The least round number that is not below: a digit with noughts, but 7 and 9.
fn round_up(most: i64) -> i64 {
    let mut step = 1_i64;
    loop {
        for factor in [1, 2, 3, 4, 5, 6, 8] {
            if let Some(round) = step.checked_mul(factor).filter(|round| *round >= most) {
                return round;
            }
        }
        let Some(next) = step.checked_mul(10) else { return most };
        step = next;
    }
}

/// A label in lines of so many letters; a longer word stands alone.
fn lines(label: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in label.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

impl Chart<'_> {
    fn draw(&self) -> String {
        let most = self.series.iter().flat_map(|series| series.values.iter().copied()).max().unwrap_or(0).max(0);
        // Four equal steps, each a round number.
        let top = round_up(most.saturating_add(3) / 4).saturating_mul(4);
        let plot_width = WIDTH - LEFT - 8;
        let groups = i64::try_from(self.labels.len()).unwrap_or(1).max(1);
        let kinds = i64::try_from(self.series.len()).unwrap_or(1).max(1);
        // Tenths of a unit, so that narrow bars stay even.
        let group = plot_width * 10 / groups;
        let bar = (group * 8 / 10 / kinds).max(4);
        // At most some twelve words under the axis.
        let every = (groups + 11) / 12;
        let letters = usize::try_from(group * every / LETTER).unwrap_or(usize::MAX);
        let drawn = usize::try_from(every).unwrap_or(1).max(1);
        let labels: Vec<Vec<String>> = self
            .labels
            .iter()
            .enumerate()
            .map(|(index, label)| if index % drawn == 0 { lines(label, letters) } else { Vec::new() })
            .collect();
        let more = i64::try_from(labels.iter().map(Vec::len).max().unwrap_or(1)).unwrap_or(1).max(1) - 1;
        let height = HEIGHT + more * LINE;
        let plot_height = HEIGHT - TOP - BOTTOM;
        let y = |value: i64| {
            let share = i128::from(value.max(0)) * i128::from(plot_height) / i128::from(top.max(1));
            TOP + plot_height - i64::try_from(share).unwrap_or(0)
        };
        let mut svg = format!(
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\
             <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
            escape(self.title),
            escape(&self.description),
            id = self.id,
        );
        for part in 0..=4 {
            let value = top * part / 4;
            let at = y(value);
            let _ = write!(
                svg,
                "<line class=\"chart-rule\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at}\" y2=\"{at}\"/>\
                 <text class=\"chart-word\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                LEFT + plot_width,
                LEFT - 8,
                at + 4,
                escape(&(self.unit)(value)),
            );
        }
        for (index, label) in self.labels.iter().enumerate() {
            let index_number = i64::try_from(index).unwrap_or(0);
            let start = LEFT * 10 + group * index_number + group / 10;
            for (kind, series) in self.series.iter().enumerate() {
                let value = series.values.get(index).copied().unwrap_or(0);
                let (x, at) = (start + bar * i64::try_from(kind).unwrap_or(0), y(value));
                let _ = write!(
                    svg,
                    "<rect class=\"chart-bar chart-{}\" x=\"{}.{}\" y=\"{at}\" width=\"{}.{}\" height=\"{}\">\
                     <title>{}</title></rect>",
                    kind + 1,
                    x / 10,
                    x % 10,
                    (bar - 4).max(3) / 10,
                    (bar - 4).max(3) % 10,
                    TOP + plot_height - at,
                    escape(&format!("{label} · {}: {}", series.name, (self.unit)(value))),
                );
            }
            if index_number % every == 0 {
                let x = (start + group * 4 / 10) / 10;
                let _ = write!(svg, "<text class=\"chart-word\" y=\"{}\" text-anchor=\"middle\">", HEIGHT - 12);
                for (line, words) in labels.get(index).into_iter().flatten().enumerate() {
                    let down = if line == 0 { 0 } else { LINE };
                    let _ = write!(svg, "<tspan x=\"{x}\" dy=\"{down}\">{}</tspan>", escape(words));
                }
                svg.push_str("</text>");
            }
        }
        svg.push_str("</svg>");
        if self.series.len() > 1 {
            svg.push_str("<ul class=\"chart-legend\">");
            for (kind, series) in self.series.iter().enumerate() {
                let _ = write!(
                    svg,
                    "<li><span class=\"chart-key chart-key-{}\"></span>{}</li>",
                    kind + 1,
                    escape(&series.name)
                );
            }
            svg.push_str("</ul>");
        }
        svg
    }
}

fn step_name(locale: Locale, span: Span, step: &Step) -> String {
    match span {
        Span::Year => fmt::month_year(locale, step.from),
        _ => fmt::date_short(locale, step.from),
    }
}

/// All charts of the figures.
pub(super) fn charts(locale: Locale, figures: Figures) -> Charts {
    let labels: Vec<String> = figures.steps.iter().map(|step| step_name(locale, figures.span, step)).collect();
    let count = |number: i64| fmt::int(locale, number);
    let money = |cents: i64| fmt::money(locale, Cents(cents));
    let by_step = |name: &str, value: &dyn Fn(&Step) -> i64| Series {
        name: name.to_owned(),
        values: figures.steps.iter().map(value).collect(),
    };
    let sum = |value: &dyn Fn(&Step) -> i64| figures.steps.iter().map(value).sum::<i64>();
    let (placed, accepted, lost) = (
        |step: &Step| i64::from(step.placed),
        |step: &Step| i64::from(step.accepted),
        |step: &Step| i64::from(step.lost),
    );
    let bookings = Chart {
        id: "chart-bookings",
        title: text::bookings(locale),
        description: text::bookings_desc(locale, count(sum(&placed)), count(sum(&accepted)), count(sum(&lost))),
        labels: labels.clone(),
        series: vec![
            by_step(text::placed(locale), &placed),
            by_step(text::accepted(locale), &accepted),
            by_step(text::lost(locale), &lost),
        ],
        unit: &count,
    }
    .draw();
    let (revenue, experts) = (|step: &Step| step.revenue.0, |step: &Step| step.experts.0);
    let revenue = Chart {
        id: "chart-revenue",
        title: text::revenue(locale),
        description: text::revenue_desc(locale, money(sum(&revenue)), money(sum(&experts))),
        labels: labels.clone(),
        series: vec![by_step(text::invoiced(locale), &revenue), by_step(text::experts(locale), &experts)],
        unit: &money,
    }
    .draw();
    let most = figures.answers.len().saturating_sub(1);
    let answers = Chart {
        id: "chart-answers",
        title: text::answers(locale),
        description: match figures.median_hours {
            Some(hours) => text::answers_desc(locale, u64::from(hours)),
            None => text::nothing(locale).to_owned(),
        },
        labels: (0..figures.answers.len())
            .map(|hour| if hour == most { format!("{hour}+") } else { (hour + 1).to_string() })
            .collect(),
        series: vec![Series {
            name: text::accepted(locale).to_owned(),
            values: figures.answers.iter().map(|number| i64::from(*number)).collect(),
        }],
        unit: &count,
    }
    .draw();
    let reached = |code: &str| figures.funnel.iter().find(|(known, _)| known == code).map_or(0, |(_, n)| i64::from(*n));
    let candidates = Chart {
        id: "chart-candidates",
        title: text::candidates(locale),
        description: text::candidates_desc(locale, count(reached("sent")), count(reached("published"))),
        labels: figures
            .funnel
            .iter()
            .map(|(code, _)| gabarit_i18n::labels::candidate_event(locale, code).to_owned())
            .collect(),
        series: vec![Series {
            name: text::candidates(locale).to_owned(),
            values: figures.funnel.iter().map(|(_, number)| i64::from(*number)).collect(),
        }],
        unit: &count,
    }
    .draw();
    let all: u32 = figures.ratings.iter().sum();
    let satisfaction = Chart {
        id: "chart-satisfaction",
        title: text::satisfaction(locale),
        description: text::satisfaction_desc(locale, u64::from(all)),
        labels: (1..=5).map(|stars| text::stars(locale, stars)).collect(),
        series: vec![Series {
            name: text::reviews(locale).to_owned(),
            values: figures.ratings.iter().map(|number| i64::from(*number)).collect(),
        }],
        unit: &count,
    }
    .draw();
    Charts { figures, bookings, revenue, answers, candidates, satisfaction }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        for (most, round) in
            [(0, 1), (1, 1), (3, 3), (7, 8), (10, 10), (11, 20), (4_999, 5_000), (5_001, 6_000), (8_001, 10_000)]
        {
            assert_eq!(round_up(most), round, "{most}");
        }
        assert_eq!(round_up(i64::MAX), i64::MAX);
    }

    #[test]
    fn labels_are_broken_at_words() {
        assert_eq!(lines("taken up", 10), ["taken up"]);
        assert_eq!(lines("times offered for the interview", 13), ["times offered", "for the", "interview"]);
        assert_eq!(lines("Anwendungsentwicklung", 3), ["Anwendungsentwicklung"]);
    }

    /// A chart says what it shows, and nothing in it is markup of a name.
    #[test]
    fn charts_are_named() {
        let svg = Chart {
            id: "c",
            title: "A & B",
            description: "<none>".to_owned(),
            labels: vec!["x".to_owned(), "\"y\"".to_owned()],
            series: vec![Series { name: "s".to_owned(), values: vec![1, 3] }],
            unit: &|number| number.to_string(),
        }
        .draw();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let title = document.descendants().find(|node| node.has_tag_name("title")).unwrap();
        assert_eq!(title.text(), Some("A & B"));
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("rect")).count(), 2);
        assert!(document.root_element().attribute("aria-labelledby").is_some());
    }
}
