//! The rulebook: what is released, the next one in the making, and what it does to sample bookings.

use crate::{
    api::rules::{ActOnRules, BeginRules, manager_rules},
    i18n::{Locale, fmt, use_locale},
    ui::{
        EmptyState, ErrorState, Field, FormErrors, FormState, Hidden, Notice, Skeleton, Submit, Sure, TableFrame, Tag,
        TextArea, problem_text, use_form_state,
    },
    url::{self, ManagePage, Page},
};
use gabarit_domain::{
    expert::ProductCode,
    money::Cents,
    rulebook_edit::{self as edit, Group, Measure, RowsField},
};
use gabarit_i18n::{lines, rules as text};
use gabarit_view::rules::{DraftView, FieldChange, ReleaseObstacle, ReleaseView, RulesDesk, SamplePrice, SampleView};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use std::collections::BTreeMap;

/// Codes and names of products.
type Products = StoredValue<Vec<(String, String)>>;

/// The page.
#[component]
pub(super) fn RulesPage() -> impl IntoView {
    let locale = use_locale();
    let (begin, act) = (ServerAction::<BeginRules>::new(), ServerAction::<ActOnRules>::new());
    // What was refused changed nothing: the form stays as it was typed, with the revision that was read.
    let done = Memo::new(move |before: Option<&usize>| {
        let fine = act.value().with(|value| matches!(value, Some(Ok(()))));
        before.copied().unwrap_or_default() + usize::from(fine)
    });
    let desk = Resource::new_blocking(move || (begin.version().get(), done.get()), |_| manager_rules());
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match desk.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(desk) => view! { <Desk locale desk begin act/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Desk(
    locale: Locale,
    desk: RulesDesk,
    begin: ServerAction<BeginRules>,
    act: ServerAction<ActOnRules>,
) -> impl IntoView {
    let RulesDesk { releases, draft, products, four_eyes, .. } = desk;
    let products = StoredValue::new(products);
    let draft = match draft {
        None => {
            let form = use_form_state("begin", begin);
            view! {
                <section class="stack">
                    <h2>{text::draft(locale)}</h2>
                    <EmptyState title=text::no_draft(locale)/>
                    <ActionForm action=begin>
                        <FormErrors form/>
                        <Hidden name="locale" value=locale.code()/>
                        <Submit form text=text::begin(locale)/>
                    </ActionForm>
                </section>
            }
            .into_any()
        }
        Some(draft) => view! {
            <section class="stack">
                <h2>{text::draft(locale)}</h2>
                <p class="hint">
                    {text::changed_by(locale, fmt::date_time(locale, &draft.changed_at), &draft.changed_by)}
                    {(!draft.editors.is_empty())
                        .then(|| format!(" · {}", text::editors(locale, draft.editors.join(", "))))}
                </p>
                {four_eyes.then(|| view! { <p class="hint">{text::four_eyes(locale)}</p> })}
                <h3>{text::changes(locale)}</h3>
                <Changes locale changes=draft.changes.clone() products/>
                <Preview locale samples=draft.samples.clone() products/>
                <Editor locale draft=draft.clone() products act/>
                <Release locale draft act/>
            </section>
        }
        .into_any(),
    };
    view! {
        {draft}
        <section class="stack">
            <h2>{text::history(locale)}</h2>
            <ol class="rules-history">
                {releases
                    .into_iter()
                    .map(|release| view! { <Released locale release products/> })
                    .collect_view()}
            </ol>
        </section>
    }
    .into_any()
}

/// What a field is called.
fn field_name(locale: Locale, name: &str, products: Products) -> String {
    if let Some(level) = name.strip_prefix("day_rate_") {
        return text::day_rate(locale, level);
    }
    if let Some(code) = name.strip_prefix("licence_") {
        let product = products.with_value(|list| {
            list.iter().find(|(known, _)| known == code).map_or_else(|| code.to_owned(), |(_, name)| name.clone())
        });
        return text::licence(locale, product);
    }
    let mut parts = name.split('_');
    if let (Some(list), Some(row), Some(side), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        && row.bytes().all(|b| b.is_ascii_digit())
    {
        return match (list, side) {
            ("ladder", "from") => text::ladder_from(locale, row),
            ("ladder", _) => text::ladder_value(locale, row),
            ("schedule", "from") => text::schedule_from(locale, row),
            ("schedule", _) => text::schedule_value(locale, row),
            (_, "from") => text::flights_from(locale, row),
            _ => text::flights_value(locale, row),
        };
    }
    match name {
        "supplement" => text::supplement(locale),
        "notice_days" => text::notice_days(locale),
        "supplement_refunded" => text::supplement_refunded(locale),
        "allowance_over_km" => text::allowance_over_km(locale),
        "flight_over_km" => text::flight_over_km(locale),
        "per_km" => text::per_km(locale),
        "lodging_per_day" => text::lodging_per_day(locale),
        "flight_beyond" => text::flight_beyond(locale),
        "road_factor" => text::road_factor(locale),
        "workstation_per_day" => text::workstation_per_day(locale),
        "week_costs_days" => text::week_costs_days(locale),
        "month_costs_days" => text::month_costs_days(locale),
        "lead_days" => text::lead_days(locale),
        "hold_minutes" => text::hold_minutes(locale),
        "transfer_days" => text::transfer_days(locale),
        "transfer_before_start_days" => text::transfer_before_start_days(locale),
        "max_unpaid_holds" => text::max_unpaid_holds(locale),
        "acceptance_hours" => text::acceptance_hours(locale),
        "quote_days" => text::quote_days(locale),
        "contest_days" => text::contest_days(locale),
        "payout_days" => text::payout_days(locale),
        "payment_terms_days" => text::payment_terms_days(locale),
        "limit_new" => text::limit_new(locale),
        "limit_trusted" => text::limit_trusted(locale),
        "trusted_after" => text::trusted_after(locale),
        "weight_champion" => text::weight_champion(locale),
        "weight_expert" => text::weight_expert(locale),
        "weight_caring" => text::weight_caring(locale),
        "weight_responsive" => text::weight_responsive(locale),
        "weight_leader" => text::weight_leader(locale),
        "review_days" => text::review_days(locale),
        "answer_days" => text::answer_days(locale),
        "alarm_days" => text::alarm_days(locale),
        "membership_months_needed" => text::membership_months_needed(locale),
        "membership_notice_days" => text::membership_notice_days(locale),
        "membership_appeal_days" => text::membership_appeal_days(locale),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// Decimals as the language has them.
fn typed(locale: Locale, plain: &str) -> String {
    match locale {
        Locale::En => plain.to_owned(),
        _ => plain.replace('.', ","),
    }
}

fn shown(locale: Locale, field: &str, plain: &str) -> String {
    match (field, plain) {
        (_, "") => text::none(locale).to_owned(),
        ("supplement_refunded", "1") => text::on(locale).to_owned(),
        ("supplement_refunded", _) => text::off(locale).to_owned(),
        _ => typed(locale, plain),
    }
}

#[component]
fn Changes(locale: Locale, changes: Vec<FieldChange>, products: Products) -> impl IntoView {
    if changes.is_empty() {
        return view! { <p class="hint">{text::no_changes(locale)}</p> }.into_any();
    }
    let rows = changes
        .into_iter()
        .map(|change| {
            view! {
                <tr>
                    <th scope="row">{field_name(locale, &change.field, products)}</th>
                    <td class="number">{shown(locale, &change.field, &change.before)}</td>
                    <td class="number">{shown(locale, &change.field, &change.after)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame caption=text::changes(locale)>
            <thead>
                <tr>
                    <th scope="col">{text::field(locale)}</th>
                    <th scope="col" class="number">{text::before(locale)}</th>
                    <th scope="col" class="number">{text::after(locale)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

fn sample_name(locale: Locale, key: &str) -> &'static str {
    match key {
        "remote" => text::sample_remote(locale),
        "near" => text::sample_near(locale),
        "equipped" => text::sample_equipped(locale),
        "road" => text::sample_road(locale),
        "flight" => text::sample_flight(locale),
        _ => text::sample_far(locale),
    }
}

/// An amount, or that there is none.
fn amount(locale: Locale, price: &SamplePrice, amount: Cents) -> String {
    if price.lines.is_empty() { text::unpriced(locale).to_owned() } else { fmt::money(locale, amount) }
}

fn difference(locale: Locale, before: Cents, after: Cents) -> String {
    let difference = after - before;
    let sign = if difference > Cents::ZERO { "+" } else { "" };
    if difference == Cents::ZERO { "–".to_owned() } else { format!("{sign}{}", fmt::money(locale, difference)) }
}

#[component]
fn Preview(locale: Locale, samples: Vec<SampleView>, products: Products) -> impl IntoView {
    let rows = samples
        .iter()
        .map(|sample| {
            let figures = [
                (text::net(locale), sample.before.net, sample.after.net),
                (text::total(locale), sample.before.total, sample.after.total),
                (text::earned(locale), sample.before.earned, sample.after.earned),
            ];
            let rows = figures
                .into_iter()
                .enumerate()
                .map(|(index, (name, before, after))| {
                    let (old, new) = (amount(locale, &sample.before, before), amount(locale, &sample.after, after));
                    let head = (index == 0)
                        .then(|| view! { <th scope="rowgroup" rowspan="3">{sample_name(locale, &sample.key)}</th> });
                    view! {
                        <tr class:rules-moved=before != after>
                            {head}
                            <th scope="row">{name}</th>
                            <td class="number">{old}</td>
                            <td class="number">{new}</td>
                            <td class="number">{difference(locale, before, after)}</td>
                        </tr>
                    }
                })
                .collect_view();
            view! { <tbody>{rows}</tbody> }
        })
        .collect_view();
    let details = samples
        .into_iter()
        .filter(|sample| sample.before.lines != sample.after.lines)
        .map(|sample| view! { <SampleLines locale sample products/> })
        .collect_view();
    view! {
        <h3>{text::preview(locale)}</h3>
        <p class="hint">{text::preview_lead(locale)}</p>
        <TableFrame caption=text::preview(locale)>
            <thead>
                <tr>
                    <th scope="col">{text::example(locale)}</th>
                    <th scope="col">{text::field(locale)}</th>
                    <th scope="col" class="number">{text::before(locale)}</th>
                    <th scope="col" class="number">{text::after(locale)}</th>
                    <th scope="col" class="number">{text::difference(locale)}</th>
                </tr>
            </thead>
            {rows}
        </TableFrame>
        {details}
    }
    .into_any()
}

/// Every line of a sample that a change touches, with its reason.
#[component]
fn SampleLines(locale: Locale, sample: SampleView, products: Products) -> impl IntoView {
    let name = move |code: &ProductCode| {
        products.with_value(|list| {
            list.iter()
                .find(|(known, _)| known == code.as_str())
                .map_or_else(|| code.to_string(), |(_, name)| name.clone())
        })
    };
    let side = |price: &SamplePrice| {
        price
            .lines
            .iter()
            .map(|line| {
                view! {
                    <li>
                        {lines::line_title(locale, line, name)} " " {fmt::money(locale, line.net)}
                        <span class="hint">" " {lines::line_reason(locale, line)}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <details>
            <summary>{text::lines_of(locale, sample_name(locale, &sample.key))}</summary>
            <div class="rules-sides">
                <div>
                    <h4>{text::before(locale)}</h4>
                    <ul>{side(&sample.before)}</ul>
                </div>
                <div>
                    <h4>{text::after(locale)}</h4>
                    <ul>{side(&sample.after)}</ul>
                </div>
            </div>
        </details>
    }
    .into_any()
}

/// A field whose name is made, not written.
#[component]
fn Number(
    form: FormState,
    name: String,
    label: String,
    value: String,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let locale = use_locale();
    form.call(&name, &label);
    let id = form.field_id(&name);
    let start = form.initial(&name, value);
    let watched = name.clone();
    let problem = Memo::new(move |_| {
        form.error().with(|error| {
            let texts: Vec<String> =
                error.as_ref()?.problems(&watched).map(|problem| problem_text(locale, problem)).collect();
            (!texts.is_empty()).then(|| texts.join(" "))
        })
    });
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    let describing = (error_id.clone(), hint_id.clone(), !hint.is_empty());
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <input
                id=id
                name=name
                type="text"
                class="input"
                inputmode="decimal"
                autocomplete="off"
                value=start
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=move || {
                    let (error, hint, hinted) = &describing;
                    match (problem.with(Option::is_some), hinted) {
                        (true, true) => Some(format!("{hint} {error}")),
                        (true, false) => Some(error.clone()),
                        (false, true) => Some(hint.clone()),
                        (false, false) => None,
                    }
                }
            />
            {move || {
                let id = error_id.clone();
                problem.get().map(|problem| view! { <p class="field-error" id=id>{problem}</p> })
            }}
        </div>
    }
    .into_any()
}

/// Every field of the draft, as stored.
type Fields = StoredValue<BTreeMap<String, String>>;

fn typed_in(fields: Fields, name: &str) -> String {
    fields.with_value(|fields| fields.get(name).cloned().unwrap_or_default())
}

fn group_fields(locale: Locale, form: FormState, group: Group, fields: Fields, products: Products) -> AnyView {
    edit::NUMBERS
        .iter()
        .filter(|field| field.group == group)
        .map(|field| {
            let value = typed_in(fields, field.name);
            let label = field_name(locale, field.name, products);
            if field.measure == Measure::Switch {
                let id = form.field_id(field.name);
                let checked = form.initially_checked(field.name, value == "1");
                return view! {
                    <div class="field field-check">
                        <input id=id.clone() name=field.name type="checkbox" value="on" checked=checked/>
                        <label for=id>{label}</label>
                    </div>
                }
                .into_any();
            }
            view! { <Number form name=field.name.to_owned() label value=typed(locale, &value)/> }.into_any()
        })
        .collect_view()
        .into_any()
}

fn rows_fields(locale: Locale, form: FormState, list: RowsField, fields: Fields, products: Products) -> AnyView {
    let one = move |name: String| {
        let value = typed_in(fields, &name);
        let label = field_name(locale, &name, products);
        view! { <Number form name label value=typed(locale, &value)/> }
    };
    (1..=list.rows)
        .map(|row| {
            let (from, value) = list.fields(row);
            view! { <div class="rules-row">{one(from)} {one(value)}</div> }
        })
        .collect_view()
        .into_any()
}

#[component]
fn Editor(locale: Locale, draft: DraftView, products: Products, act: ServerAction<ActOnRules>) -> impl IntoView {
    let form = use_form_state("rules", act);
    let fields = StoredValue::new(draft.fields.clone());
    let [ladder, schedule, flights] = edit::ROWS;
    let group = move |group: Group| group_fields(locale, form, group, fields, products);
    let rows = move |list: RowsField| rows_fields(locale, form, list, fields, products);
    let licences = products.with_value(|list| {
        list.iter()
            .map(|(code, _)| {
                let name = format!("licence_{code}");
                let value = typed_in(fields, &name);
                let label = field_name(locale, &name, products);
                view! { <Number form name label value=typed(locale, &value)/> }
            })
            .collect_view()
    });
    let revision = form.initial("revision", draft.revision.to_string());
    let overtaken = form.problem("revision");
    let here = url::path(locale, Page::Manage(ManagePage::Rules));
    view! {
        <ActionForm action=act attr:class="stack" attr:novalidate="">
            <FormErrors form/>
            <div id=form.field_id("revision")>
                {move || {
                    let here = here.clone();
                    overtaken
                        .get()
                        .map(|problem| {
                            view! {
                                <Notice>
                                    <p>{problem}</p>
                                    <p><a href=here rel="external">{text::reopen(locale)}</a></p>
                                </Notice>
                            }
                        })
                }}
            </div>
            <Hidden name="act" value="save"/>
            <Hidden name="revision" value=revision/>
            <Hidden name="locale" value=locale.code()/>
            <Field
                form
                name="effective_from"
                kind="date"
                label=text::effective_from(locale)
                hint=text::effective_hint(locale)
                value=draft.effective_from.to_string()
            />
            <TextArea form name="reason" label=text::reason(locale) hint=text::reason_hint(locale) rows=2 value=draft.reason.clone()/>
            <fieldset class="fieldset rules-group"><legend>{text::group_rates(locale)}</legend>{group(Group::Rates)}</fieldset>
            <fieldset class="fieldset rules-group">
                <legend>{text::group_flexible(locale)}</legend>
                {group(Group::Flexible)}
                <p class="hint">{text::rows_hint(locale)}</p>
                {rows(schedule)}
            </fieldset>
            <fieldset class="fieldset rules-group">
                <legend>{text::group_ladder(locale)}</legend>
                <p class="hint">{text::rows_hint(locale)}</p>
                {rows(ladder)}
            </fieldset>
            <fieldset class="fieldset rules-group">
                <legend>{text::group_travel(locale)}</legend>
                {group(Group::Travel)}
                <p class="hint">{text::rows_hint(locale)}</p>
                {rows(flights)}
            </fieldset>
            <fieldset class="fieldset rules-group">
                <legend>{text::group_rental(locale)}</legend>
                {group(Group::Rental)}
                <p class="hint">{text::licence_hint(locale)}</p>
                {licences}
            </fieldset>
            <fieldset class="fieldset rules-group"><legend>{text::group_booking(locale)}</legend>{group(Group::Booking)}</fieldset>
            <fieldset class="fieldset rules-group"><legend>{text::group_credit(locale)}</legend>{group(Group::Credit)}</fieldset>
            <fieldset class="fieldset rules-group"><legend>{text::group_programme(locale)}</legend>{group(Group::Programme)}</fieldset>
            <Submit form text=text::save(locale)/>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Release(locale: Locale, draft: DraftView, act: ServerAction<ActOnRules>) -> impl IntoView {
    let number = draft.revision;
    let hidden = move |act: &'static str| {
        let revision = number.to_string();
        view! {
            <Hidden name="act" value=act/>
            <Hidden name="revision" value=revision/>
            <Hidden name="locale" value=locale.code()/>
        }
    };
    let obstacle = draft.obstacle.map(|obstacle| match obstacle {
        ReleaseObstacle::OwnWork => text::obstacle_own(locale),
        ReleaseObstacle::NothingChanged => text::obstacle_nothing(locale),
        ReleaseObstacle::InPast => text::obstacle_past(locale),
        ReleaseObstacle::NoReason => text::obstacle_reason(locale),
    });
    let release = match obstacle {
        Some(why) => view! { <p class="hint">{why}</p> }.into_any(),
        None => view! {
            <Sure text=text::release(locale)>
                <p>{text::release_lead(locale, fmt::date(locale, draft.effective_from))}</p>
                <ActionForm action=act>
                    {hidden("release")}
                    <button type="submit" class="button button-primary">
                        {text::release_from(locale, fmt::date(locale, draft.effective_from))}
                    </button>
                </ActionForm>
            </Sure>
        }
        .into_any(),
    };
    view! {
        <div class="stack rules-release">
            <h3>{text::release(locale)}</h3>
            {release}
            <ActionForm action=act>
                {hidden("discard")}
                <button type="submit" class="button">{text::discard(locale)}</button>
            </ActionForm>
        </div>
    }
    .into_any()
}

#[component]
fn Released(locale: Locale, release: ReleaseView, products: Products) -> impl IntoView {
    let at = fmt::date_time(locale, &release.released_at);
    let released = match &release.released_by {
        Some(who) => text::released(locale, at, who),
        None => text::released_first(locale, at),
    };
    let changes = (!release.changes.is_empty()).then(|| {
        view! {
            <details>
                <summary>{text::changes(locale)}</summary>
                <Changes locale changes=release.changes.clone() products/>
            </details>
        }
    });
    view! {
        <li>
            <h3>
                {text::version(locale, release.version)} " "
                {release.in_force.then(|| view! { <Tag strong=true>{text::in_force(locale)}</Tag> })}
            </h3>
            <p>{text::effective(locale, fmt::date(locale, release.effective_from))}</p>
            <p class="hint">{released} " · " {text::bookings(locale, u64::from(release.bookings))}</p>
            {(!release.reason.is_empty()).then(|| view! { <p>{release.reason.clone()}</p> })}
            {changes}
        </li>
    }
    .into_any()
}
