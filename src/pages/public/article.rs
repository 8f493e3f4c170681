//! A page of text, as the server sends it.

use crate::{
    api::public::public_article,
    i18n::{Locale, fmt, use_locale},
    ui::{ErrorState, Notice, Skeleton},
};
use gabarit_i18n::site;
use gabarit_view::public::{Article, ArticleName, Block, Question, Section, Span};
use leptos::{either::EitherOf5, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde_json::json;

/// A page of text.
#[component]
pub fn ArticlePage(
    /// Which.
    name: ArticleName,
    /// Its heading.
    title: &'static str,
) -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let version = Memo::new(move |_| query.read().get_str("version").and_then(|text| text.parse::<i64>().ok()));
    let text = Resource::new(move || version.get(), move |version| public_article(name, locale, version));
    view! {
        <Title text=title/>
        <h1>{title}</h1>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match text.await {
                    Ok(article) => view! { <ArticleBody article/> }.into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
pub(super) fn ArticleBody(article: Article) -> impl IntoView {
    let locale = use_locale();
    let machine = structured(&article);
    let versions = versions_view(locale, &article);
    let contents = (article.sections.len() > 1).then(|| {
        let links = article
            .sections
            .iter()
            .map(|section| view! { <li><a href=format!("#{}", section.id)>{section.title.clone()}</a></li> })
            .collect_view();
        view! { <nav class="article-contents" aria-label=site::contents(locale)><ul>{links}</ul></nav> }
    });
    let facts = (!article.facts.is_empty()).then(|| {
        let facts =
            article.facts.iter().cloned().map(|(term, value)| view! { <dt>{term}</dt><dd>{value}</dd> }).collect_view();
        view! { <dl class="facts">{facts}</dl> }
    });
    let sections = article.sections.into_iter().map(section_view).collect_view();
    view! {
        <p class="lead article-lead">{spans_view(article.lead)}</p>
        <div class="article">
            {contents}
            <div class="prose article-text">{versions} {facts} {sections}</div>
        </div>
        {machine.map(|json| view! { <script type="application/ld+json" inner_html=json></script> })}
    }
    .into_any()
}

/// Which version is read, since when it holds, and the others.
fn versions_view(locale: Locale, article: &Article) -> impl IntoView + use<> {
    let shown = article.version?;
    let newest = article.versions.first().map(|version| version.number);
    let day = article.versions.iter().find(|version| version.number == shown).map(|version| version.published_on);
    let old = (newest != Some(shown)).then(|| {
        view! { <Notice warning=true>{site::old_version(locale)} " " <a href="?" rel="external">{site::newest_version(locale)}</a></Notice> }
    });
    let others = article
        .versions
        .iter()
        .filter(|version| version.number != shown)
        .map(|version| {
            let words = site::version_of(locale, version.number, fmt::date(locale, version.published_on));
            view! { <li><a href=format!("?version={}", version.number) rel="external">{words}</a></li> }
        })
        .collect::<Vec<_>>();
    let others = (!others.is_empty()).then(|| {
        view! {
            <details>
                <summary>{site::other_versions(locale)}</summary>
                <ul>{others}</ul>
            </details>
        }
    });
    Some(view! {
        {old}
        <p class="hint">{day.map(|day| site::version_of(locale, shown, fmt::date(locale, day)))}</p>
        {others}
    })
}

fn section_view(section: Section) -> impl IntoView {
    let questions = (!section.questions.is_empty()).then(|| {
        let questions = section.questions.into_iter().map(question_view).collect_view();
        view! { <div class="questions">{questions}</div> }
    });
    view! {
        <section>
            <h2 id=section.id.clone()>{section.title.clone()}</h2>
            {blocks_view(section.blocks, &section.title)}
            {questions}
        </section>
    }
    .into_any()
}

/// The anchor stands on the answer: browsers open a `details` for an anchor, or a text searched, inside of it.
fn question_view(question: Question) -> impl IntoView {
    view! {
        <details class="question">
            <summary><h3>{question.question.clone()}</h3></summary>
            <div class="answer" id=question.id>{blocks_view(question.answer, &question.question)}</div>
        </details>
    }
    .into_any()
}

fn blocks_view(blocks: Vec<Block>, title: &str) -> impl IntoView + use<> {
    let items =
        |items: Vec<Vec<Span>>| items.into_iter().map(|item| view! { <li>{spans_view(item)}</li> }).collect_view();
    blocks
        .into_iter()
        .map(|block| match block {
            Block::Paragraph(spans) => EitherOf5::A(view! { <p>{spans_view(spans)}</p> }),
            Block::List(points) => EitherOf5::B(view! { <ul>{items(points)}</ul> }),
            Block::Steps(steps) => EitherOf5::C(view! { <ol>{items(steps)}</ol> }),
            Block::Note(spans) => EitherOf5::D(view! { <Notice><p>{spans_view(spans)}</p></Notice> }),
            Block::Table { head, rows } => EitherOf5::E(table_view(head, rows, title.to_owned())),
        })
        .collect_view()
}

fn table_view(head: Vec<String>, rows: Vec<Vec<Vec<Span>>>, caption: String) -> impl IntoView {
    let head = head.into_iter().map(|cell| view! { <th scope="col">{cell}</th> }).collect_view();
    let rows = rows
        .into_iter()
        .map(|row| {
            let mut cells = row.into_iter();
            let first = cells.next().unwrap_or_default();
            let rest = cells.map(|cell| view! { <td>{spans_view(cell)}</td> }).collect_view();
            view! { <tr><th scope="row">{spans_view(first)}</th>{rest}</tr> }
        })
        .collect_view();
    view! {
        <crate::ui::TableFrame caption=caption>
            <thead><tr>{head}</tr></thead>
            <tbody>{rows}</tbody>
        </crate::ui::TableFrame>
    }
    .into_any()
}

fn spans_view(spans: Vec<Span>) -> impl IntoView {
    spans
        .into_iter()
        .map(|span| match span {
            Span::Text(text) => leptos::either::Either::Left(text),
            Span::Link { text, href, external } => leptos::either::Either::Right(
                view! { <a href=href rel=external.then_some("external noopener")>{text}</a> },
            ),
        })
        .collect_view()
}

/// Questions and answers for machines (schema.org `FAQPage`); other texts have none.
fn structured(article: &Article) -> Option<String> {
    let questions: Vec<_> = article
        .sections
        .iter()
        .flat_map(|section| &section.questions)
        .map(|question| {
            let answer = question.answer.iter().map(Block::plain).collect::<Vec<_>>().join("\n");
            json!({
                "@type": "Question",
                "name": question.question,
                "acceptedAnswer": { "@type": "Answer", "text": answer },
            })
        })
        .collect();
    let page = json!({ "@context": "https://schema.org", "@type": "FAQPage", "mainEntity": questions });
    // Inside of an element of script, no text may look like its end.
    (!questions.is_empty()).then(|| page.to_string().replace('<', "\\u003c"))
}
