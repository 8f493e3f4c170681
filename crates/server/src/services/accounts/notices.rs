//! What an account's owner is told by e-mail, in their language, in the transaction of what it tells of.

use crate::{
    clock::zoned,
    db::{Exec, accounts::AccountRow},
    mail::{self, Message},
    platform::Platform,
};
use chrono::{DateTime, Utc};
use gabarit_i18n::{Locale, account_mail as text, fmt, notice};
use gabarit_view::{account::AccountView, error::ApiError};

/// An address of the platform, for a mail.
pub(super) fn address(p: &Platform, locale: Locale, path: &str) -> String {
    let path = format!("/{}/{path}", locale.code());
    p.config.public_url.join(&path).map_or(path, String::from)
}

/// A link with a token.
pub(super) fn link(p: &Platform, locale: Locale, page: &str, token: &str) -> String {
    address(p, locale, &format!("{page}?token={token}"))
}

fn start(locale: Locale, name: &str, subject: impl AsRef<str>) -> Message {
    Message::new(locale, subject).paragraph(notice::hello(locale, name))
}

fn locale_of(row: &AccountRow) -> Locale {
    Locale::parse(&row.locale).unwrap_or_default()
}

/// A key that no other mail has: its cause happens once.
fn once(p: &Platform, what: &str) -> String {
    format!("account/{what}/{}", p.ids.uuid())
}

async fn send(exec: &mut Exec<'_>, p: &Platform, what: &str, to: &str, message: &Message) -> Result<(), ApiError> {
    mail::enqueue(exec, p, &once(p, what), to, message).await.map(drop)
}

/// Asks whether mail to the address reaches its owner.
pub(super) async fn confirm_email(
    exec: &mut Exec<'_>,
    p: &Platform,
    to: (&str, &str, Locale),
    token: &str,
    days: i64,
) -> Result<(), ApiError> {
    let (email, name, l) = to;
    let message = start(l, name, text::confirm_subject(l))
        .paragraph(text::confirm(l, days.unsigned_abs()))
        .button(text::confirm_button(l), link(p, l, "confirm-email", token))
        .paragraph(text::confirm_not_you(l));
    send(exec, p, "confirm", email, &message).await
}

/// The link that sets a new password.
pub(super) async fn reset(exec: &mut Exec<'_>, p: &Platform, row: &AccountRow, token: &str) -> Result<(), ApiError> {
    let l = locale_of(row);
    let message = start(l, &row.name, text::reset_subject(l))
        .paragraph(text::reset(l))
        .button(text::reset_button(l), link(p, l, "reset-password", token))
        .paragraph(text::reset_not_you(l));
    send(exec, p, "reset", &row.email, &message).await
}

/// The password was changed.
pub(super) async fn password_changed(exec: &mut Exec<'_>, p: &Platform, row: &AccountRow) -> Result<(), ApiError> {
    let l = locale_of(row);
    let at = moment(p, l, &row.time_zone, p.now());
    let message = start(l, &row.name, text::password_changed_subject(l))
        .paragraph(text::password_changed(l, at))
        .paragraph(text::not_you(l))
        .button(text::reset_button(l), address(p, l, "forgot-password"));
    send(exec, p, "password-changed", &row.email, &message).await
}

fn moment(p: &Platform, locale: Locale, zone: &str, at: DateTime<Utc>) -> String {
    fmt::date_time(locale, &zoned(at, zone.parse().unwrap_or(p.config.zone)))
}

/// To the new address: the link that puts it in place of the old one.
pub(super) async fn change_email(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
    to: &str,
    token: &str,
) -> Result<(), ApiError> {
    let l = actor.locale;
    let message = start(l, &actor.name, text::change_email_subject(l))
        .paragraph(text::change_email(l, &actor.email))
        .button(text::change_email_button(l), link(p, l, "change-email", token))
        .paragraph(text::confirm_not_you(l));
    send(exec, p, "change-email", to, &message).await
}

/// To an address that has an account: another account wanted it.
pub(super) async fn email_has_account(exec: &mut Exec<'_>, p: &Platform, row: &AccountRow) -> Result<(), ApiError> {
    let l = locale_of(row);
    let message = start(l, &row.name, text::email_has_account_subject(l)).paragraph(text::email_has_account(l));
    send(exec, p, "has-account", &row.email, &message).await
}

/// To the old address: what the new one is, and the way back.
pub(super) async fn email_changed(
    exec: &mut Exec<'_>,
    p: &Platform,
    before: &AccountRow,
    new: &str,
    token: &str,
    days: i64,
) -> Result<(), ApiError> {
    let l = locale_of(before);
    let message = start(l, &before.name, text::email_changed_subject(l))
        .paragraph(text::email_changed(l, new))
        .paragraph(text::email_changed_not_you(l, days.unsigned_abs()))
        .button(text::email_changed_button(l), link(p, l, "revert-email", token));
    send(exec, p, "email-changed", &before.email, &message).await
}

/// To the address that was taken away again.
pub(super) async fn email_reverted(
    exec: &mut Exec<'_>,
    p: &Platform,
    before: &AccountRow,
    to: &str,
) -> Result<(), ApiError> {
    let l = locale_of(before);
    let message = start(l, &before.name, text::email_reverted_subject(l)).paragraph(text::email_reverted(l));
    send(exec, p, "email-reverted", to, &message).await
}

/// Two-step sign-in is in force, or no longer.
pub(super) async fn two_step(exec: &mut Exec<'_>, p: &Platform, to: &AccountView, on: bool) -> Result<(), ApiError> {
    let l = to.locale;
    let at = moment(p, l, &to.time_zone, p.now());
    let message = if on {
        start(l, &to.name, text::two_step_on_subject(l)).paragraph(text::two_step_on(l, at))
    } else {
        start(l, &to.name, text::two_step_off_subject(l)).paragraph(text::two_step_off(l, at))
    };
    let message = message.paragraph(text::not_you(l)).button(text::reset_button(l), address(p, l, "forgot-password"));
    send(exec, p, "two-step", &to.email, &message).await
}

/// Invites a manager.
pub(super) async fn invitation(
    exec: &mut Exec<'_>,
    p: &Platform,
    to: &str,
    locale: Locale,
    inviter: &str,
    token: &str,
    days: i64,
) -> Result<(), ApiError> {
    let l = locale;
    let message = Message::new(l, text::invitation_subject(l, inviter))
        .paragraph(text::invitation(l, inviter, to))
        .button(text::invitation_button(l), link(p, l, "invitation", token))
        .paragraph(text::invitation_note(l, days.unsigned_abs()));
    send(exec, p, "invitation", to, &message).await
}

/// To all who manage: there is one more of them.
pub(super) async fn new_manager(
    exec: &mut Exec<'_>,
    p: &Platform,
    managers: &[AccountRow],
    name: &str,
    email: &str,
) -> Result<(), ApiError> {
    for manager in managers {
        let l = locale_of(manager);
        let message =
            start(l, &manager.name, text::new_manager_subject(l, name)).paragraph(text::new_manager(l, name, email));
        send(exec, p, "new-manager", &manager.email, &message).await?;
    }
    Ok(())
}
