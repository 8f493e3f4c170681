//! Type: the two fonts of printed documents, shaped and measured exactly, so that right-aligned amounts end on the
//! same hair.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Face, Feature, UnicodeBuffer, ttf_parser::Tag};
use thiserror::Error;

const REGULAR: &[u8] = include_bytes!("../../../../assets/fonts/GabaritSans-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../../../../assets/fonts/GabaritSans-SemiBold.ttf");

/// The fonts that are compiled in cannot be read: a fault of the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the embedded font cannot be read")]
pub struct FontError;

/// How heavy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// Text.
    Regular,
    /// Headings, names, totals.
    SemiBold,
}

/// A font at a size, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    /// How heavy.
    pub(super) weight: Weight,
    /// Size.
    pub(super) size: f32,
    /// Colour.
    pub(super) colour: (u8, u8, u8),
}

/// One line of shaped text.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// The text.
    pub(super) text: String,
    /// Its glyphs.
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// Width in points.
    pub(super) width: f32,
    /// How.
    pub(super) style: Style,
}

struct Cut {
    face: Face<'static>,
    font: Font,
}

/// Both weights.
pub(super) struct Fonts {
    regular: Cut,
    semi_bold: Cut,
}

impl Fonts {
    /// Reads the embedded fonts.
    pub(super) fn load() -> Result<Self, FontError> {
        let cut = |bytes: &'static [u8]| {
            Ok(Cut {
                face: Face::from_slice(bytes, 0).ok_or(FontError)?,
                font: Font::new(bytes.into(), 0).ok_or(FontError)?,
            })
        };
        Ok(Self { regular: cut(REGULAR)?, semi_bold: cut(SEMI_BOLD)? })
    }

    const fn cut(&self, weight: Weight) -> &Cut {
        match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
        }
    }

    /// The font to draw a weight with.
    pub(super) fn font(&self, weight: Weight) -> Font {
        self.cut(weight).font.clone()
    }

    /// Shapes one line.
    pub(super) fn shape(&self, text: &str, style: Style) -> Run {
        let face = &self.cut(style.weight).face;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        // No pair of digit and comma may be drawn closer than another, or columns of amounts would not stand straight.
        let figures = text.chars().any(|c| c.is_ascii_digit());
        let features = if figures { vec![Feature::new(Tag::from_bytes(b"kern"), 0, ..)] } else { Vec::new() };
        let shaped = rustybuzz::shape(face, &features, buffer);
        #[expect(clippy::cast_precision_loss, reason = "font units are small")]
        let em = |units: i32| units as f32 / face.units_per_em() as f32;
        let (infos, positions) = (shaped.glyph_infos(), shaped.glyph_positions());
        let mut glyphs = Vec::with_capacity(infos.len());
        let mut width = 0.0;
        for (index, (info, position)) in infos.iter().zip(positions).enumerate() {
            let start = info.cluster as usize;
            // Text direction may be either; the cluster's end is the nearest greater start.
            let end = infos
                .iter()
                .skip(index + 1)
                .chain(infos.iter().take(index))
                .map(|other| other.cluster as usize)
                .filter(|other| *other > start)
                .min()
                .unwrap_or(text.len());
            width += em(position.x_advance) * style.size;
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                em(position.x_advance),
                em(position.x_offset),
                em(position.y_offset),
                em(position.y_advance),
                start..end,
                None,
            ));
        }
        Run { text: text.to_owned(), glyphs, width, style }
    }

    /// Breaks a text into lines no wider than `width`: at spaces, and inside a word only where it alone is too wide.
    pub(super) fn wrap(&self, text: &str, style: Style, width: f32) -> Vec<Run> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.shape(&longer, style).width <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(self.shape(&line, style));
            }
            line = self.break_word(word, style, width, &mut lines);
        }
        if !line.is_empty() {
            lines.push(self.shape(&line, style));
        }
        lines
    }

    /// Puts all but the last part of a word that is too wide into `lines`; answers with that part.
    fn break_word(&self, word: &str, style: Style, width: f32, lines: &mut Vec<Run>) -> String {
        let mut part = String::new();
        for c in word.chars() {
            part.push(c);
            if part.chars().nth(1).is_some() && self.shape(&part, style).width > width {
                part.pop();
                lines.push(self.shape(&part, style));
                part = c.to_string();
            }
        }
        part
    }
}
