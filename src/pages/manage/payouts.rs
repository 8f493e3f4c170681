//! Payouts to experts: what is owed, and the batches that pay it.

use crate::{
    api::desk::{ActOnBatch, PreparePayouts, read_batch, read_payouts},
    i18n::{Locale, fmt, use_locale},
    ui::{
        EmptyState, ErrorState, Field, FormErrors, FormState, Hidden, LinkButton, Skeleton, Submit, TableFrame, Tag,
        use_form_state,
    },
    url::{self, ManagePage, Page},
};
use gabarit_domain::{ids::PayoutBatchId, money::Cents, payout::Urgency};
use gabarit_i18n::payout as text;
use gabarit_view::desk::{BatchDetail, BatchView, NotApprover, Obstacle, PayableView, PayoutDesk, PayoutView};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// What is owed, and the batches.
#[component]
pub(super) fn PayoutsPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<PreparePayouts>::new();
    let desk = Resource::new_blocking(move || action.version().get(), |_| read_payouts());
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match desk.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(desk) => view! {
                        <ToPay locale desk=desk.clone() action/>
                        <Batches locale batches=desk.batches/>
                    }
                    .into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn ToPay(locale: Locale, desk: PayoutDesk, action: ServerAction<PreparePayouts>) -> impl IntoView {
    let form = use_form_state("prepare", action);
    let PayoutDesk { payables, key, four_eyes, next_banking_day, .. } = desk;
    if payables.is_empty() {
        return view! {
            <section class="stack">
                <h2>{text::to_pay(locale)}</h2>
                <EmptyState title=text::nothing_to_pay(locale)/>
            </section>
        }
        .into_any();
    }
    let any = payables.iter().any(|payable| payable.obstacle.is_none());
    let rows = payables.into_iter().map(|payable| view! { <Payable locale payable/> }).collect_view();
    view! {
        <section class="stack">
            <h2>{text::to_pay(locale)}</h2>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="key" value=key.to_string()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <TableFrame caption=text::to_pay(locale)>
                    <thead>
                        <tr>
                            <th scope="col">{text::fact_invoice(locale)}</th>
                            <th scope="col">{text::expert(locale)}</th>
                            <th scope="col" class="number">{text::open_amount(locale)}</th>
                            <th scope="col">{text::due_on(locale)}</th>
                            <th scope="col">{text::fact_account(locale)}</th>
                            <th scope="col">{text::status(locale)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </TableFrame>
                {any
                    .then(|| view! {
                        <Field
                            form
                            name="execute_on"
                            kind="date"
                            label=text::execute_on(locale)
                            hint=text::execute_hint(locale)
                            value=next_banking_day.to_string()
                        />
                        {four_eyes.then(|| view! { <p class="hint">{text::four_eyes_hint(locale)}</p> })}
                        <Submit form text=text::prepare(locale).to_owned()/>
                    })}
            </ActionForm>
        </section>
    }
    .into_any()
}

fn obstacle(locale: Locale, payable: &PayableView) -> String {
    match &payable.obstacle {
        None => text::ready(locale).to_owned(),
        Some(Obstacle::NoAccount) => text::obstacle_no_account(locale).to_owned(),
        Some(Obstacle::AccountWaits(until)) => text::obstacle_account_waits(locale, fmt::date_time(locale, until)),
        Some(Obstacle::Contestable(until)) => text::obstacle_contestable(locale, fmt::date(locale, *until)),
        Some(Obstacle::UnderWay) => text::obstacle_under_way(locale).to_owned(),
        Some(Obstacle::Disputed) => text::obstacle_disputed(locale).to_owned(),
        Some(Obstacle::Overpaid) => text::obstacle_overpaid(locale, fmt::money(locale, payable.claim.overpaid())),
    }
}

#[component]
fn Payable(locale: Locale, payable: PayableView) -> impl IntoView {
    let remark = obstacle(locale, &payable);
    let booking = url::path(locale, Page::Booking(payable.booking));
    let id = format!("pay-{}", payable.document);
    let choose = text::choose(locale, &payable.number);
    let withheld = (payable.withheld > Cents::ZERO)
        .then(|| view! { <p class="hint">{text::withheld(locale, fmt::money(locale, payable.withheld))}</p> });
    let credited = (payable.claim.credited > Cents::ZERO)
        .then(|| view! { <p class="hint">{text::credited(locale, fmt::money(locale, payable.claim.credited))}</p> });
    let mark = match payable.urgency {
        Urgency::InTime => None,
        Urgency::Urgent => Some(text::urgent_mark(locale)),
        Urgency::Late => Some(text::late_mark(locale)),
    };
    let number = payable.number.clone();
    view! {
        <tr>
            <th scope="row">
                {if payable.obstacle.is_none() {
                    view! {
                        <label class="desk-choice" for=id.clone()>
                            <input
                                type="checkbox"
                                id=id.clone()
                                name="documents[]"
                                value=payable.document.to_string()
                                aria-label=choose
                                checked=true
                            />
                            <span>{number}</span>
                        </label>
                    }
                    .into_any()
                } else {
                    number.into_any()
                }}
            </th>
            <td>{payable.expert} " · " <a href=booking>{payable.reference}</a></td>
            <td class="number">
                <span class="money">{fmt::money(locale, payable.open)}</span>
                {withheld}
                {credited}
            </td>
            <td>
                {fmt::date(locale, payable.due_on)} " "
                {mark.map(|mark| view! { <Tag strong=true>{mark}</Tag> })}
            </td>
            <td>{payable.account.unwrap_or_else(|| "–".to_owned())}</td>
            <td>{remark}</td>
        </tr>
    }
    .into_any()
}

fn batch_state(locale: Locale, state: &str) -> &'static str {
    match state {
        "prepared" => text::batch_prepared(locale),
        "approved" => text::batch_approved(locale),
        "executed" => text::batch_executed(locale),
        _ => text::batch_cancelled(locale),
    }
}

fn payout_state(locale: Locale, state: &str) -> &'static str {
    match state {
        "prepared" => text::state_prepared(locale),
        "sent" => text::state_sent(locale),
        "executed" => text::state_executed(locale),
        "bounced" => text::state_bounced(locale),
        _ => text::state_cancelled(locale),
    }
}

#[component]
fn Batches(locale: Locale, batches: Vec<BatchView>) -> impl IntoView {
    let none = batches.is_empty();
    let rows = batches
        .into_iter()
        .map(|batch| {
            let href = url::path(locale, Page::Manage(ManagePage::PayoutBatch(batch.id)));
            view! {
                <tr>
                    <th scope="row"><a href=href>{batch.reference.clone()}</a></th>
                    <td><Tag>{batch_state(locale, &batch.state)}</Tag></td>
                    <td>{fmt::date(locale, batch.execute_on)}</td>
                    <td>{text::payouts_count(locale, u64::from(batch.count))}</td>
                    <td class="number"><span class="money">{fmt::money(locale, batch.sum)}</span></td>
                    <td>{batch.prepared_by.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{text::batches(locale)}</h2>
            {if none {
                view! { <p>{text::no_batches(locale)}</p> }.into_any()
            } else {
                view! {
                    <TableFrame caption=text::batches(locale)>
                        <thead>
                            <tr>
                                <th scope="col">{text::reference(locale)}</th>
                                <th scope="col">{text::state(locale)}</th>
                                <th scope="col">{text::execute_on(locale)}</th>
                                <th scope="col">{text::to_pay(locale)}</th>
                                <th scope="col" class="number">{text::sum(locale)}</th>
                                <th scope="col">{text::prepared_by(locale)}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </TableFrame>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}

/// One batch.
#[component]
pub(super) fn BatchPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let action = ServerAction::<ActOnBatch>::new();
    let id = move || params.read().get("id").and_then(|id| id.parse::<PayoutBatchId>().ok());
    let batch = Resource::new_blocking(
        move || (id(), action.version().get()),
        |(id, _)| async move {
            match id {
                Some(id) => read_batch(id).await,
                None => Err(gabarit_view::error::ApiError::NotFound),
            }
        },
    );
    view! {
        <p><a href=url::path(locale, Page::Manage(ManagePage::Payouts))>{text::back(locale)}</a></p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match batch.await {
                    Err(error) => view! {
                        <Title text=text::title(locale)/>
                        <h1>{text::title(locale)}</h1>
                        <ErrorState error/>
                    }
                    .into_any(),
                    Ok(detail) => view! { <Batch locale detail action/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Batch(locale: Locale, detail: BatchDetail, action: ServerAction<ActOnBatch>) -> impl IntoView {
    let form = use_form_state("batch", action);
    let BatchDetail { batch, payouts, not_approver } = detail;
    let heading = text::batch(locale, &batch.reference);
    let approved = batch.approved_by.clone().map(|name| {
        let at = batch.approved_at.as_ref().map(|at| fmt::date_time(locale, at)).unwrap_or_default();
        view! { <dt>{text::approved_by(locale)}</dt> <dd>{name} " · " {at}</dd> }
    });
    let late =
        payouts.iter().filter(|payout| payout.late).map(|payout| payout.number.clone()).collect::<Vec<_>>().join(", ");
    let rows = payouts.into_iter().map(|payout| view! { <Row locale payout form action/> }).collect_view();
    let id = batch.id.to_string();
    let files = format!("/manage/payouts/{id}");
    let is = |state: &str| batch.state == state;
    let (prepared, filed) = (is("prepared"), is("approved") || is("executed"));
    let why = not_approver.map(|why| match why {
        NotApprover::PreparedIt => text::not_approver_prepared(locale),
        NotApprover::EnteredAccount => text::not_approver_account(locale),
        NotApprover::IsPaid => text::not_approver_paid(locale),
    });
    let press = {
        let id = id.clone();
        move |what: &'static str, label: String, secondary: bool| {
            let id = id.clone();
            view! {
                <ActionForm action=action attr:class="action-form">
                    <Hidden name="what" value=what.to_owned()/>
                    <Hidden name="id" value=id.clone()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <Submit form secondary text=label.clone()/>
                </ActionForm>
            }
            .into_any()
        }
    };
    let approve = (prepared && not_approver.is_none())
        .then(|| press("approve", text::approve(locale, fmt::money(locale, batch.sum)), false));
    let cancel = prepared.then(|| press("cancel", text::give_up(locale).to_owned(), true));
    let executed = is("approved").then(|| press("executed", text::mark_executed(locale).to_owned(), false));
    view! {
        <Title text=heading.clone()/>
        <h1>{heading}</h1>
        <dl class="facts">
            <dt>{text::state(locale)}</dt>
            <dd><Tag>{batch_state(locale, &batch.state)}</Tag></dd>
            <dt>{text::execute_on(locale)}</dt>
            <dd>{fmt::date(locale, batch.execute_on)}</dd>
            <dt>{text::sum(locale)}</dt>
            <dd>
                <span class="money">{fmt::money(locale, batch.sum)}</span>
                " · " {text::payouts_count(locale, u64::from(batch.count))}
            </dd>
            <dt>{text::prepared_by(locale)}</dt>
            <dd>{batch.prepared_by.clone()} " · " {fmt::date_time(locale, &batch.prepared_at)}</dd>
            {approved}
        </dl>
        {(!late.is_empty()).then(|| view! { <p class="notice"><Tag strong=true>{text::late_mark(locale)}</Tag> " " {late}</p> })}
        <FormErrors form/>
        {why.map(|why| view! { <p>{why}</p> })}
        <div class="desk-actions">{approve}{executed}{cancel}</div>
        {filed
            .then(|| view! {
                <div class="desk-actions">
                    <LinkButton href=format!("{files}/xml") external=true>{text::download_xml(locale)}</LinkButton>
                    <LinkButton href=format!("{files}/csv") external=true>{text::download_csv(locale)}</LinkButton>
                </div>
                <p class="hint">{text::file_hint(locale)}</p>
            })}
        <TableFrame caption=text::batch(locale, &batch.reference)>
            <thead>
                <tr>
                    <th scope="col">{text::fact_invoice(locale)}</th>
                    <th scope="col">{text::creditor(locale)}</th>
                    <th scope="col">{text::fact_account(locale)}</th>
                    <th scope="col" class="number">{text::fact_amount(locale)}</th>
                    <th scope="col">{text::state(locale)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn Row(locale: Locale, payout: PayoutView, form: FormState, action: ServerAction<ActOnBatch>) -> impl IntoView {
    let id = payout.id.to_string();
    let booking = url::path(locale, Page::Booking(payout.booking));
    let document = url::path(locale, Page::Document(payout.document));
    let field = format!("bounce-{id}");
    let bounce = matches!(payout.state.as_str(), "sent" | "executed").then(|| {
        let number = payout.number.clone();
        view! {
            <details class="action-more">
                <summary class="button" aria-label=text::bounce_of(locale, &number)>{text::mark_bounced(locale)}</summary>
                <ActionForm action=action attr:class="action-form">
                    <Hidden name="what" value="bounced".to_owned()/>
                    <Hidden name="id" value=id.clone()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <label for=field.clone()>{text::bounce_reason(locale)}</label>
                    <input id=field.clone() name="reason" class="input" autocomplete="off"/>
                    <Submit form secondary=true text=text::bounce_of(locale, &number)/>
                </ActionForm>
            </details>
        }
    });
    view! {
        <tr>
            <th scope="row"><a href=document>{payout.number.clone()}</a></th>
            <td>{payout.creditor} " · " <a href=booking>{payout.reference}</a></td>
            <td>{payout.account}</td>
            <td class="number"><span class="money">{fmt::money(locale, payout.amount)}</span></td>
            <td>
                <Tag>{payout_state(locale, &payout.state)}</Tag>
                {payout.bounce_reason.map(|reason| view! { <p class="hint">{reason}</p> })}
                {bounce}
            </td>
        </tr>
    }
    .into_any()
}
