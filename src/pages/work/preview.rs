//! How a profile will look, while it is typed: what leads elsewhere is marked at once (S39), as saving would refuse it.

use crate::{i18n::use_locale, ui::ProfileWords};
use gabarit_domain::{
    expert::Sector,
    no_links::{find_links_but, offending_but},
};
use gabarit_i18n::{Locale, errors, labels, work as text};
use gabarit_view::{
    expert::{ProductView, ProfileRecord, RecordKind},
    work::ProfileEditor,
};
use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast as _, web_sys};
use std::rc::Rc;

/// Words that are told at most.
const MOST: usize = 5;

/// Shows a text with the places marked that lead elsewhere, but for words that a manager allowed.
pub(super) fn marking(allowed: StoredValue<Vec<String>>) -> Callback<String, AnyView> {
    Callback::new(move |text: String| allowed.with_value(|allowed| marked(&text, allowed)))
}

fn marked(text: &str, allowed: &[String]) -> AnyView {
    let mut parts = Vec::new();
    let mut from = 0;
    for found in find_links_but(text, allowed) {
        let (Some(before), Some(link)) = (text.get(from..found.range.start), text.get(found.range.clone())) else {
            continue;
        };
        parts.push(before.to_owned().into_any());
        parts.push(view! { <mark class="work-link">{link.to_owned()}</mark> }.into_any());
        from = found.range.end;
    }
    parts.push(text.get(from..).unwrap_or_default().to_owned().into_any());
    parts.collect_view().into_any()
}

/// What the form around the field that changed holds.
pub(super) struct Typed(web_sys::FormData);

impl Typed {
    /// Of an event of one of its fields.
    pub(super) fn of(event: &ev::Event) -> Option<Self> {
        let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        Self::form(&element.closest("form").ok()??)
    }

    fn form(form: &web_sys::Element) -> Option<Self> {
        web_sys::FormData::new_with_form(form.dyn_ref()?).ok().map(Self)
    }

    /// Tells what the form inside a frame holds: once when script takes the page over, for it may have been typed into
    /// before, and at every key.
    pub(super) fn follow(
        frame: NodeRef<html::Div>,
        tell: impl Fn(&Self) + 'static,
    ) -> impl Fn(ev::Event) + Clone + 'static {
        let tell = Rc::new(tell);
        let first = Rc::clone(&tell);
        Effect::new(move || {
            let form = frame.get().and_then(|frame| frame.query_selector("form").ok().flatten());
            if let Some(typed) = form.and_then(|form| Self::form(&form)) {
                first(&typed);
            }
        });
        move |event| {
            if let Some(typed) = Self::of(&event) {
                tell(&typed);
            }
        }
    }

    /// A field; empty if there is none.
    pub(super) fn text(&self, name: &str) -> String {
        self.0.get(name).as_string().unwrap_or_default()
    }

    /// Whether a box is checked.
    pub(super) fn checked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// Values of checked boxes.
    fn list(&self, name: &str) -> Vec<String> {
        self.0.get_all(&format!("{name}[]")).iter().filter_map(|value| value.as_string()).collect()
    }
}

/// A profile as it is being typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// One line.
    pub(super) headline: String,
    /// The rest.
    pub(super) words: ProfileWords,
}

/// Skills as they are kept: one a line, none twice.
fn skills(text: &str) -> Vec<String> {
    let mut skills: Vec<String> = Vec::new();
    for skill in text.split(['\n', ';']).map(str::trim).filter(|skill| !skill.is_empty()) {
        if !skills.iter().any(|known| known == skill) {
            skills.push(skill.to_owned());
        }
    }
    skills
}

/// Turns what is typed into what readers see.
pub(super) struct Reader {
    locale: Locale,
    products: Vec<ProductView>,
}

impl Reader {
    /// With the names of the products that can be chosen.
    pub(super) fn new(locale: Locale, editor: &ProfileEditor) -> Self {
        Self { locale, products: editor.all_products.clone() }
    }

    /// The draft of fields as posted; `field` gives a text, `list` the codes of a list.
    pub(super) fn read(&self, field: impl Fn(&str) -> String, list: impl Fn(&str) -> Vec<String>) -> Draft {
        let locale = self.locale;
        let name_of = |code: &String| {
            let known = self.products.iter().find(|product| product.code.as_str() == code);
            known.map_or_else(|| code.clone(), |product| product.name.clone())
        };
        let sectors = list("sectors");
        let sectors = sectors.iter().filter_map(|code| Sector::parse(code));
        Draft {
            headline: field("headline"),
            words: ProfileWords {
                summary: field("summary"),
                summary_language: field("summary_language"),
                skills: skills(&field("skills")),
                products: list("products").iter().map(name_of).collect(),
                sectors: sectors.map(|sector| labels::sector(locale, sector).to_owned()).collect(),
                languages: labels::language_names(locale, list("languages").iter().map(String::as_str)),
            },
        }
    }

    /// The draft of a form that is open in the browser.
    pub(super) fn typed(&self, typed: &Typed) -> Draft {
        self.read(|name| typed.text(name), |name| typed.list(name))
    }
}

/// Every text of a draft, for the links in it.
pub(super) fn texts_of(draft: &Draft) -> Vec<String> {
    let mut texts = vec![draft.headline.clone(), draft.words.summary.clone()];
    texts.extend(draft.words.skills.iter().cloned());
    texts
}

/// Says which words saving would refuse.
#[component]
pub(super) fn LinksFound(
    /// What is typed.
    #[prop(into)]
    texts: Signal<Vec<String>>,
    /// Words that a manager allowed.
    allowed: StoredValue<Vec<String>>,
) -> impl IntoView {
    let locale = use_locale();
    let words = Memo::new(move |_| {
        allowed.with_value(|allowed| {
            let found = |text: &String| offending_but(text, allowed, MOST);
            texts.with(|texts| texts.iter().flat_map(found).take(MOST).collect::<Vec<_>>())
        })
    });
    view! {
        <div role="status">
            {move || {
                let words = words.get();
                (!words.is_empty()).then(|| view! { <p class="field-error">{errors::problem_links(locale, words.join(" · "))}</p> })
            }}
        </div>
    }
    .into_any()
}

/// The frame around a preview: beside the form where there is room, below it otherwise.
#[component]
pub(super) fn Preview(children: Children) -> impl IntoView {
    let locale = use_locale();
    view! {
        <section class="work-preview" aria-labelledby="preview">
            <h2 id="preview">{text::preview(locale)}</h2>
            <p class="hint">{text::preview_hint(locale)} " " <span class="script-only">{text::preview_follows(locale)}</span></p>
            {children()}
        </section>
    }
    .into_any()
}

/// A record as typed; years that are none are left out.
pub(super) fn record_typed(kind: RecordKind, typed: &Typed) -> ProfileRecord {
    let year = |name: &str| typed.text(name).trim().parse().ok();
    ProfileRecord {
        kind,
        title: typed.text("title"),
        organisation: typed.text("organisation"),
        from_year: year("from_year"),
        to_year: year("to_year"),
        description: typed.text("description"),
    }
}
