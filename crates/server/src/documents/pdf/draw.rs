//! Laid-out pages drawn, with their structure and their metadata.

use super::{HEIGHT, Mark, Node, PdfError, Role, Sheet, WIDTH};
use chrono::{Datelike, NaiveDate};
use gabarit_view::document::DocumentText;
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Archival, ConfigurationBuilder},
    embed::{AssociationKind, EmbeddedFile, MimeType},
    geom::{PathBuilder, Point},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule, Stroke},
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TagGroup, TagTree},
};

fn ink((red, green, blue): (u8, u8, u8)) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn stroke(colour: (u8, u8, u8), width: f32) -> Stroke {
    Stroke { paint: ink(colour).paint, width, ..Stroke::default() }
}

/// PDF/A-3a: to be kept, tagged, and with files in it.
fn settings() -> Result<SerializeSettings, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .finish()
        .map_err(|error| PdfError::Write(format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, ..SerializeSettings::default() })
}

/// The invoice's data, stored as it is: a reader needs no inflater.
fn attachment(xml: &str, issued_on: NaiveDate) -> EmbeddedFile {
    EmbeddedFile {
        path: "factur-x.xml".to_owned(),
        mime_type: MimeType::new("text/xml"),
        description: Some("Factur-X".to_owned()),
        association_kind: AssociationKind::Alternative,
        data: xml.as_bytes().to_vec().into(),
        modification_date: Some(date(issued_on)),
        compress: Some(false),
        location: None,
    }
}

pub(super) fn draw(
    sheet: &Sheet<'_>,
    text: &DocumentText,
    issued_on: NaiveDate,
    xml: Option<&str>,
) -> Result<Vec<u8>, PdfError> {
    let mut document = Document::new_with(settings()?);
    let mut identifiers: Vec<Vec<Identifier>> = sheet.nodes.iter().map(|_| Vec::new()).collect();
    let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| PdfError::Write("no page size".to_owned()))?;
    for marks in &sheet.pages {
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        for (role, mark) in marks {
            let tag = match role {
                Role::Beside => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
                Role::In(_) => ContentTag::Span(SpanTag::empty()),
            };
            let identifier = surface.start_tagged(tag);
            match mark {
                Mark::Rule { x, y, width, height, colour } => {
                    // A stroke, not a filled box: viewers draw strokes of one width with one number of pixels.
                    let mut path = PathBuilder::new();
                    let thickness = if width > height {
                        path.move_to(*x, y + height / 2.0);
                        path.line_to(x + width, y + height / 2.0);
                        *height
                    } else {
                        path.move_to(x + width / 2.0, *y);
                        path.line_to(x + width / 2.0, y + height);
                        *width
                    };
                    if let Some(path) = path.finish() {
                        surface.set_fill(None);
                        surface.set_stroke(Some(stroke(*colour, thickness)));
                        surface.draw_path(&path);
                        surface.set_stroke(None);
                    }
                }
                Mark::Text { x, baseline, run } => {
                    surface.set_fill(Some(ink(run.style.colour)));
                    let font = sheet.fonts.font(run.style.weight);
                    surface.draw_glyphs(
                        Point::from_xy(*x, *baseline),
                        &run.glyphs,
                        font,
                        &run.text,
                        run.style.size,
                        false,
                    );
                }
            }
            surface.end_tagged();
            if let Role::In(node) = role
                && let Some(list) = identifiers.get_mut(*node)
            {
                list.push(identifier);
            }
        }
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(text.locale.code().to_owned()));
    for (index, node) in sheet.nodes.iter().enumerate() {
        if node.parent.is_none() {
            tree.push(group(sheet, &identifiers, index, node));
        }
    }
    document.set_tag_tree(tree);
    document.set_metadata(metadata(text, issued_on));
    if let Some(xml) = xml
        && document.embed_file(attachment(xml, issued_on)).is_none()
    {
        return Err(PdfError::Write("a second file of one name".to_owned()));
    }
    Ok(document.finish()?)
}

fn group(sheet: &Sheet<'_>, identifiers: &[Vec<Identifier>], index: usize, node: &Node) -> TagGroup {
    let mut group = TagGroup::new(node.tag.clone());
    for identifier in identifiers.get(index).into_iter().flatten() {
        group.push(*identifier);
    }
    for (child, below) in sheet.nodes.iter().enumerate().filter(|(_, below)| below.parent == Some(index)) {
        group.push(self::group(sheet, identifiers, child, below));
    }
    group
}

fn date(day: NaiveDate) -> DateTime {
    let part = |number: u32| u8::try_from(number).unwrap_or(1);
    DateTime::new(u16::try_from(day.year()).unwrap_or_default())
        .month(part(day.month()))
        .day(part(day.day()))
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn metadata(text: &DocumentText, issued_on: NaiveDate) -> Metadata {
    Metadata::new()
        .title(format!("{} {}", text.title, text.number))
        .language(text.locale.code().to_owned())
        .authors(vec![text.seller.name.clone()])
        .creator("Gabarit".to_owned())
        .creation_date(date(issued_on))
        .document_id(text.number.clone())
}
