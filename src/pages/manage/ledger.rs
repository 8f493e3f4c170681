//! The ledger: trial balance, accounts, transactions.

use crate::{
    api::desk::{NoteSettlement, read_account, read_transaction, read_trial_balance},
    i18n::{Locale, fmt, use_locale},
    ui::{
        EmptyState, ErrorState, Field, FormErrors, Hidden, LinkButton, Pagination, Skeleton, Submit, TableFrame,
        use_form_state,
    },
    url::{self, ManagePage, Page},
};
use gabarit_domain::money::Cents;
use gabarit_i18n::books as text;
use gabarit_view::{
    desk::{AccountPage, EntryView, TransactionView, TrialBalance, ledger_kind},
    error::ApiError,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

fn account_name(locale: Locale, code: &str) -> String {
    match code {
        "provider_clearing" => text::account_provider_clearing(locale),
        "deposits" => text::account_deposits(locale),
        "client_receivable" => text::account_client_receivable(locale),
        "revenue" => text::account_revenue(locale),
        "vat_payable" => text::account_vat_payable(locale),
        "vat_receivable" => text::account_vat_receivable(locale),
        "cost_of_experts" => text::account_cost_of_experts(locale),
        "expert_payable" => text::account_expert_payable(locale),
        "payouts_in_transit" => text::account_payouts_in_transit(locale),
        "bank" => text::account_bank(locale),
        "provider_fees" => text::account_provider_fees(locale),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// An address with the period that is looked at.
fn with_period(path: &str, from: &str, to: &str) -> String {
    let mut path = path.to_owned();
    for (name, value) in [("from", from), ("to", to)] {
        if !value.is_empty() {
            path = url::with_param(&path, name, value);
        }
    }
    path
}

/// Days from the address, as typed.
fn period() -> impl Fn() -> (String, String) + Copy + Send + Sync + 'static {
    let query = use_query_map();
    move || {
        let query = query.read();
        (query.get("from").unwrap_or_default(), query.get("to").unwrap_or_default())
    }
}

#[component]
fn PeriodForm(locale: Locale, from: String, to: String) -> impl IntoView {
    view! {
        <form method="get" class="desk-filter">
            <div class="field">
                <label for="period-from">{text::from(locale)}</label>
                <input id="period-from" class="input" type="date" name="from" value=from/>
            </div>
            <div class="field">
                <label for="period-to">{text::to(locale)}</label>
                <input id="period-to" class="input" type="date" name="to" value=to/>
            </div>
            <button type="submit" class="button">{text::show(locale)}</button>
        </form>
    }
    .into_any()
}

/// The trial balance, and the form that notes settlements.
#[component]
pub(super) fn LedgerPage() -> impl IntoView {
    let locale = use_locale();
    let days = period();
    let action = ServerAction::<NoteSettlement>::new();
    let trial = Resource::new_blocking(
        move || (days(), action.version().get()),
        |((from, to), _)| read_trial_balance(from, to),
    );
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || {
                let (from, to) = days();
                Suspend::new(async move {
                    match trial.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(trial) => view! { <Trial locale trial from to/> }.into_any(),
                    }
                })
            }}
        </Suspense>
        <Settlement locale action/>
    }
    .into_any()
}

#[component]
fn Trial(locale: Locale, trial: TrialBalance, from: String, to: String) -> impl IntoView {
    let rows = trial
        .accounts
        .iter()
        .map(|account| {
            let page = url::path(locale, Page::Manage(ManagePage::Ledger));
            let href = with_period(&format!("{page}/{}", account.account), &from, &to);
            view! {
                <tr>
                    <th scope="row"><a href=href>{account_name(locale, &account.account)}</a></th>
                    <td class="number">{fmt::money(locale, account.debit)}</td>
                    <td class="number">{fmt::money(locale, account.credit)}</td>
                    <td class="number">{fmt::money(locale, account.balance)}</td>
                </tr>
            }
        })
        .collect_view();
    let balanced = trial.debit == trial.credit;
    let csv = with_period("/manage/ledger/csv", &from, &to);
    view! {
        <section class="stack">
            <h2>{text::trial_balance(locale)}</h2>
            <PeriodForm locale from to/>
            <TableFrame caption=text::trial_balance(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::account(locale)}</th>
                        <th scope="col" class="number">{text::debit(locale)}</th>
                        <th scope="col" class="number">{text::credit(locale)}</th>
                        <th scope="col" class="number">{text::balance(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row">{text::total(locale)}</th>
                        <td class="number">{fmt::money(locale, trial.debit)}</td>
                        <td class="number">{fmt::money(locale, trial.credit)}</td>
                        <td></td>
                    </tr>
                </tfoot>
            </TableFrame>
            <p>{if balanced { text::balanced(locale) } else { text::not_balanced(locale) }}</p>
            <div class="desk-actions">
                <LinkButton href=csv external=true>{text::csv(locale)}</LinkButton>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Settlement(locale: Locale, action: ServerAction<NoteSettlement>) -> impl IntoView {
    let form = use_form_state("settlement", action);
    let twice = move || {
        form.error().with(|error| error.as_ref().is_some_and(ApiError::is_moved_on)).then(|| {
            view! { <p class="field-error" role="alert">{text::settlement_noted(locale)}</p> }
        })
    };
    view! {
        <section class="stack">
            <h2>{text::settlement(locale)}</h2>
            <p>{text::settlement_lead(locale)}</p>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                {twice}
                <Field form name="reference" label=text::settlement_reference(locale)/>
                <Field form name="received" label=text::settlement_received(locale) inputmode="decimal"/>
                <Field form name="fees" label=text::settlement_fees(locale) inputmode="decimal" optional=true/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Submit form secondary=true text=text::settlement_note(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}

/// One account.
#[component]
pub(super) fn LedgerAccountPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let query = use_query_map();
    let days = period();
    let code = move || params.read().get("account").unwrap_or_default();
    let number = move || query.read().get("page").and_then(|page| page.parse().ok()).unwrap_or(1_u32);
    let page = Resource::new_blocking(
        move || (code(), days(), number()),
        |(code, (from, to), page)| read_account(code, from, to, page),
    );
    view! {
        <p><a href=url::path(locale, Page::Manage(ManagePage::Ledger))>{text::back(locale)}</a></p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || {
                let (from, to) = days();
                Suspend::new(async move {
                    match page.await {
                        Err(error) => view! {
                            <Title text=text::title(locale)/>
                            <h1>{text::title(locale)}</h1>
                            <ErrorState error/>
                        }
                        .into_any(),
                        Ok(page) => view! { <AccountEntries locale page from to/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
    .into_any()
}

#[component]
fn AccountEntries(locale: Locale, page: AccountPage, from: String, to: String) -> impl IntoView {
    let heading = account_name(locale, &page.account);
    let base = format!("{}/{}", url::path(locale, Page::Manage(ManagePage::Ledger)), page.account);
    let csv = with_period(&format!("/manage/ledger/{}/csv", page.account), &from, &to);
    let (here_from, here_to) = (from.clone(), to.clone());
    let href =
        move |number: u32| url::with_param(&with_period(&base, &here_from, &here_to), "page", &number.to_string());
    let none = page.entries.is_empty();
    let rows = page.entries.into_iter().map(|entry| view! { <Entry locale entry/> }).collect_view();
    view! {
        <Title text=heading.clone()/>
        <h1>{heading.clone()}</h1>
        <PeriodForm locale from to/>
        <dl class="facts">
            <dt>{text::before(locale)}</dt>
            <dd class="money">{fmt::money(locale, page.before)}</dd>
            <dt>{text::balance(locale)}</dt>
            <dd class="money">{fmt::money(locale, page.after)}</dd>
        </dl>
        <p>{text::entries_count(locale, u64::from(page.count))}</p>
        {if none {
            view! { <EmptyState title=text::no_entries(locale)/> }.into_any()
        } else {
            view! {
                <TableFrame caption=heading>
                    <thead>
                        <tr>
                            <th scope="col">{text::at(locale)}</th>
                            <th scope="col">{text::kind(locale)}</th>
                            <th scope="col">{text::booking(locale)}</th>
                            <th scope="col" class="number">{text::debit(locale)}</th>
                            <th scope="col" class="number">{text::credit(locale)}</th>
                            <th scope="col" class="number">{text::balance(locale)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </TableFrame>
                <Pagination page=page.page pages=page.pages href/>
                <div class="desk-actions">
                    <LinkButton href=csv external=true>{text::csv(locale)}</LinkButton>
                </div>
            }
            .into_any()
        }}
    }
    .into_any()
}

#[component]
fn Entry(locale: Locale, entry: EntryView) -> impl IntoView {
    let href = url::path(locale, Page::Manage(ManagePage::Transaction(entry.transaction)));
    let booking =
        entry.booking.map(|(id, reference)| view! { <a href=url::path(locale, Page::Booking(id))>{reference}</a> });
    let amount = |shown: bool, amount: Cents| shown.then(|| fmt::money(locale, amount));
    view! {
        <tr>
            <th scope="row"><a href=href>{fmt::date_time(locale, &entry.at)}</a></th>
            <td>{ledger_kind(locale, &entry.kind)}</td>
            <td>{booking}</td>
            <td class="number">{amount(entry.amount > Cents::ZERO, entry.amount)}</td>
            <td class="number">{amount(entry.amount < Cents::ZERO, -entry.amount)}</td>
            <td class="number">{fmt::money(locale, entry.balance)}</td>
        </tr>
    }
    .into_any()
}

/// One transaction.
#[component]
pub(super) fn TransactionPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = move || params.read().get("id").and_then(|id| id.parse::<Uuid>().ok());
    let transaction = Resource::new_blocking(id, |id| async move {
        match id {
            Some(id) => read_transaction(id).await,
            None => Err(ApiError::NotFound),
        }
    });
    view! {
        <p><a href=url::path(locale, Page::Manage(ManagePage::Ledger))>{text::back(locale)}</a></p>
        <Title text=text::transaction(locale)/>
        <h1>{text::transaction(locale)}</h1>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match transaction.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(transaction) => view! { <Transaction locale transaction/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Transaction(locale: Locale, transaction: TransactionView) -> impl IntoView {
    let booking = transaction.booking.map(|(id, reference)| {
        let href = url::path(locale, Page::Booking(id));
        view! { <dt>{text::booking(locale)}</dt> <dd><a href=href>{reference}</a></dd> }
    });
    let document = transaction.document.map(|(id, number)| {
        let href = url::path(locale, Page::Document(id));
        view! { <dt>{text::document(locale)}</dt> <dd><a href=href>{number}</a></dd> }
    });
    let rows = transaction
        .entries
        .into_iter()
        .map(|(account, amount)| {
            let name = account_name(locale, &account);
            let href = format!("{}/{account}", url::path(locale, Page::Manage(ManagePage::Ledger)));
            view! {
                <tr>
                    <th scope="row"><a href=href>{name}</a></th>
                    <td class="number">{(amount > Cents::ZERO).then(|| fmt::money(locale, amount))}</td>
                    <td class="number">{(amount < Cents::ZERO).then(|| fmt::money(locale, -amount))}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <dl class="facts">
            <dt>{text::kind(locale)}</dt>
            <dd>{ledger_kind(locale, &transaction.kind)}</dd>
            <dt>{text::at(locale)}</dt>
            <dd>{fmt::date_time(locale, &transaction.at)}</dd>
            {booking}
            {document}
            <dt>{text::cause(locale)}</dt>
            <dd><code>{transaction.cause}</code></dd>
        </dl>
        <TableFrame caption=text::transaction(locale)>
            <thead>
                <tr>
                    <th scope="col">{text::account(locale)}</th>
                    <th scope="col" class="number">{text::debit(locale)}</th>
                    <th scope="col" class="number">{text::credit(locale)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}
