//! Icons, drawn for this project on a grid of 24 with lines of 1.5: inlined, so that no request is made for them.

use leptos::{prelude::*, svg};

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// The platform's sign: a gauge plate with its notch.
    Mark,
    /// Menu.
    Menu,
    /// Search.
    Search,
    /// A place.
    Pin,
    /// Days.
    Calendar,
    /// Done, chosen.
    Check,
    /// Close, remove.
    Cross,
    /// Onwards.
    ArrowRight,
    /// Back.
    ArrowLeft,
    /// Opens.
    ChevronDown,
    /// Look out.
    Warning,
    /// Worth knowing.
    Info,
    /// A running clock.
    Clock,
    /// At the client's.
    Building,
    /// From a distance.
    Screen,
    /// A document.
    Document,
    /// Download.
    Download,
    /// A person.
    Person,
    /// Mail.
    Mail,
    /// Telephone.
    Phone,
    /// Filters.
    Sliders,
    /// Travel.
    Route,
}

impl IconName {
    /// The lines of the drawing, as one SVG path.
    const fn lines(self) -> &'static str {
        match self {
            Self::Mark => "M3.5 3.5h17v17h-6.5v-6.5h-4v6.5h-6.5z M7 7h4 M7 7v4",
            Self::Menu => "M4 7h16 M4 12h16 M4 17h16",
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13z M15.5 15.5L20 20",
            Self::Pin => {
                "M12 21c4.5-5 6.5-8.3 6.5-11a6.5 6.5 0 0 0-13 0c0 2.7 2 6 6.5 11z M12 7.500a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5z"
            }
            Self::Calendar => "M4 6h16v14h-16z M4 10.500h16 M8.5 3.500v4 M15.5 3.500v4",
            Self::Check => "M5 12.500l4.5 4.500L19 7.5",
            Self::Cross => "M6 6l12 12 M18 6L6 18",
            Self::ArrowRight => "M4 12h16 M14 6l6 6l-6 6",
            Self::ArrowLeft => "M20 12H4 M10 6l-6 6l6 6",
            Self::ChevronDown => "M6 9.500l6 6l6-6",
            Self::Warning => "M12 4L21 20H3z M12 10v4.5 M12 17v.5",
            Self::Info => "M12 3.500a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17z M12 11v5.5 M12 7.500v.5",
            Self::Clock => "M12 3.500a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17z M12 7.500V12l3.5 2",
            Self::Building => "M5 20.500V4h9v16.5 M14 9.500h5v11 M3 20.500h18 M8 8h3 M8 12h3 M8 16h3",
            Self::Screen => "M3.5 5h17v11h-17z M9 20h6 M12 16v4",
            Self::Document => "M6 3.500h8l4 4v13H6z M14 3.500v4h4 M9 12h6 M9 16h6",
            Self::Download => "M12 4v11 M7 10.500l5 5l5-5 M4.5 20h15",
            Self::Person => "M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8z M4.5 20.500c.5-4 3.5-6 7.5-6s7 2 7.5 6",
            Self::Mail => "M3.5 6h17v12.500h-17z M3.5 7l8.5 6.500L20.5 7",
            Self::Phone => "M7 3.500h10v17H7z M10.5 17.500h3",
            Self::Sliders => {
                "M4 7h9 M17 7h3 M4 17h3 M11 17h9 M15 5a2 2 0 1 0 0 4a2 2 0 0 0 0-4z M9 15a2 2 0 1 0 0 4a2 2 0 0 0 0-4z"
            }
            Self::Route => {
                "M6 15.500a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5z M18 3.500a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5z M8.5 18H15a3 3 0 0 0 0-6H9a3 3 0 0 1 0-6h6.5"
            }
        }
    }
}

/// An icon beside a text that says the same: hidden from screen readers.
#[component]
pub fn Icon(
    /// Which.
    name: IconName,
) -> impl IntoView {
    svg::svg()
        .attr("class", "icon")
        .attr("viewBox", "0 0 24 24")
        .attr("fill", "none")
        .attr("stroke", "currentColor")
        .attr("stroke-width", "1.5")
        .attr("stroke-linecap", "square")
        .attr("aria-hidden", "true")
        .attr("focusable", "false")
        .child(svg::path().attr("d", name.lines()))
}
