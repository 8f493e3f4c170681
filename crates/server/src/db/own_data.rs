//! What is stored about a person, table by table: what they are given when they ask for it, what is removed when they
//! have themselves erased, and what is kept, and why.
//!
//! **Every column of every table stands here**: a test compares this register with the database, so that nobody adds
//! personal data without saying what becomes of it. Children stand before their parents: rows are removed in this order.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;
use sqlx::{AssertSqlSafe, FromRow};
use std::fmt::Write as _;
use uuid::Uuid;

/// Why something stays when a person has themselves erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing of it does.
    Nothing,
    /// It tells of no person.
    NoPerson,
    /// Tax and accounting law.
    Books,
    /// Proof of what was agreed and done, with nothing in it that is not needed for that.
    Proof,
    /// It goes by itself within days.
    Expires,
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Rows of a person: a condition in which `$1` is their account. Empty where nothing is exported from it.
    pub whose: &'static str,
    /// Columns that a person is given.
    pub shown: &'static str,
    /// The others: keys, secrets, what others wrote for themselves.
    pub hidden: &'static str,
    /// What erasing does: `$1` is the account, `$2` now, `$3` an address that reaches nobody.
    pub erase: &'static [&'static str],
    /// Why the rest stays.
    pub kept: Kept,
}

impl Table {
    const fn none(name: &'static str, columns: &'static str) -> Self {
        Self { name, whose: "", shown: "", hidden: columns, erase: &[], kept: Kept::NoPerson }
    }

    const fn of(name: &'static str, whose: &'static str, shown: &'static str, hidden: &'static str) -> Self {
        Self { name, whose, shown, hidden, erase: &[], kept: Kept::Nothing }
    }

    const fn erased(self, erase: &'static [&'static str]) -> Self {
        Self { erase, ..self }
    }

    const fn kept(self, kept: Kept) -> Self {
        Self { kept, ..self }
    }
}

macro_rules! expert {
    () => {
        "expert_id IN (SELECT id FROM expert WHERE account_id = $1)"
    };
}
macro_rules! client {
    () => {
        "booking_id IN (SELECT id FROM booking WHERE client_id = $1)"
    };
}
macro_rules! either {
    () => {
        "booking_id IN (SELECT b.id FROM booking b JOIN expert e ON e.id = b.expert_id \
         WHERE b.client_id = $1 OR e.account_id = $1)"
    };
}
macro_rules! candidate {
    () => {
        "candidate_id IN (SELECT id FROM candidate WHERE account_id = $1)"
    };
}
/// Requests of an account, and those that were sent signed out from its address, once that is confirmed to be theirs.
macro_rules! asked {
    () => {
        "(account_id = $1 OR (account_id IS NULL AND LOWER(email) = (SELECT LOWER(a.email) FROM account a \
         WHERE a.id = $1 AND a.email_confirmed_at IS NOT NULL)))"
    };
}
macro_rules! request {
    () => {
        concat!("request_id IN (SELECT id FROM contact_request WHERE ", asked!(), ")")
    };
}
/// What was written in requests; managers' notes among it.
macro_rules! in_request {
    () => {
        concat!("message_id IN (SELECT id FROM contact_message WHERE ", request!(), ")")
    };
}
macro_rules! nomination {
    () => {
        "nomination_id IN (SELECT id FROM nomination WHERE account_id = $1)"
    };
}
macro_rules! membership {
    () => {
        "membership_id IN (SELECT id FROM membership WHERE account_id = $1)"
    };
}
macro_rules! rental {
    () => {
        "rental_id IN (SELECT id FROM rental_order WHERE client_id = $1)"
    };
}
macro_rules! mail {
    () => {
        "(SELECT email FROM account WHERE id = $1)"
    };
}

/// The register.
pub const TABLES: &[Table] = &[
    // Signing in.
    Table::of("recovery_code", "", "", "account_id code_hash")
        .erased(&["DELETE FROM recovery_code WHERE account_id = $1"]),
    Table::of("two_step", "account_id = $1", "account_id created_at enabled_at", "secret last_step codes_set")
        .erased(&["DELETE FROM two_step WHERE account_id = $1"]),
    Table::of("session", "account_id = $1", "created_at expires_at device last_seen_at confirmed_at", "account_id token_hash")
        .erased(&["DELETE FROM session WHERE account_id = $1"]),
    Table::of("known_device", "account_id = $1", "account_id used_at", "token_hash")
        .erased(&["DELETE FROM known_device WHERE account_id = $1"]),
    Table::of("account_token", "account_id = $1", "kind email created_at expires_at", "account_id token_hash")
        .erased(&["DELETE FROM account_token WHERE account_id = $1"]),
    Table::of("reset_request", concat!("email = ", mail!()), "email created_at", "id")
        .erased(&[concat!("DELETE FROM reset_request WHERE email = ", mail!())]),
    Table::of(
        "invitation",
        concat!("email = ", mail!(), " OR accepted_by = $1"),
        "id email created_at expires_at accepted_at revoked_at",
        "token_hash invited_by accepted_by",
    )
    .erased(&[concat!("UPDATE invitation SET email = $3 WHERE email = ", mail!(), " AND accepted_at IS NULL OR accepted_by = $1")])
    .kept(Kept::Proof),
    Table::none("throttle", "bucket attempts window_ends_at").kept(Kept::Expires),
    Table::none("form_stash", "key_hash body expires_at").kept(Kept::Expires),
    Table::none("secret_check", "id sealed"),
    // Clients.
    Table::of(
        "client_profile",
        "account_id = $1",
        "account_id organisation street postal_code city country vat_number registration invoice_email",
        "",
    )
    .erased(&["DELETE FROM client_profile WHERE account_id = $1"]),
    Table::of("einvoice_endpoint", "account_id = $1", "account_id side scheme identifier", "")
        .erased(&["DELETE FROM einvoice_endpoint WHERE account_id = $1"]),
    // Experts.
    Table::of("expert_product", expert!(), "expert_id product", "")
        .erased(&[concat!("DELETE FROM expert_product WHERE ", expert!())]),
    Table::of("expert_sector", expert!(), "expert_id sector", "")
        .erased(&[concat!("DELETE FROM expert_sector WHERE ", expert!())]),
    Table::of("expert_language", expert!(), "expert_id language", "")
        .erased(&[concat!("DELETE FROM expert_language WHERE ", expert!())]),
    Table::of(
        "expert_record",
        expert!(),
        "expert_id kind position title organisation from_year to_year description",
        "",
    )
    .erased(&[concat!("DELETE FROM expert_record WHERE ", expert!())]),
    Table::of("expert_skill", expert!(), "expert_id position name", "")
        .erased(&[concat!("DELETE FROM expert_skill WHERE ", expert!())]),
    Table::of("expert_exception", expert!(), "expert_id day free", "")
        .erased(&[concat!("DELETE FROM expert_exception WHERE ", expert!())]),
    Table::of("calendar_feed", expert!(), "expert_id created_at", "secret_hash")
        .erased(&[concat!("DELETE FROM calendar_feed WHERE ", expert!())]),
    Table::of("busy_day", expert!(), "expert_id calendar_id day", "")
        .erased(&[concat!("DELETE FROM busy_day WHERE ", expert!())]),
    Table::of(
        "busy_calendar",
        expert!(),
        "expert_id id name address body events created_at read_at problem",
        "",
    )
    .erased(&[concat!("DELETE FROM busy_calendar WHERE ", expert!())]),
    Table::of(
        "expert_billing",
        expert!(),
        "expert_id company street postal_code city country vat_number registration vat_exempt",
        "",
    )
    .erased(&[concat!(
        "DELETE FROM expert_billing WHERE ",
        expert!(),
        " AND NOT EXISTS (SELECT 1 FROM payable p WHERE p.expert_id = expert_billing.expert_id)"
    )])
    .kept(Kept::Books),
    Table::of(
        "seller_identity",
        expert!(),
        "expert_id is_entity first_name last_name birth_date tin tin_country registration updated_at",
        "",
    )
    .erased(&[concat!(
        "DELETE FROM seller_identity WHERE ",
        expert!(),
        " AND NOT EXISTS (SELECT 1 FROM payable p WHERE p.expert_id = seller_identity.expert_id)"
    )])
    .kept(Kept::Books),
    Table::of(
        "expert_iban",
        expert!(),
        "expert_id masked requested_at effective_at cancelled_at",
        "id sealed requested_by",
    )
    .erased(&[concat!(
        "DELETE FROM expert_iban WHERE ",
        expert!(),
        " AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.iban_id = expert_iban.id)"
    )])
    .kept(Kept::Books),
    // Applications. The bytes of documents are files of the archive, and removed with them.
    Table::of("candidate_product", candidate!(), "candidate_id product", "")
        .erased(&[concat!("DELETE FROM candidate_product WHERE ", candidate!())]),
    Table::of(
        "candidate_document",
        "account_id = $1",
        "id candidate_id name media_type size sha256 uploaded_at",
        "account_id",
    )
    .erased(&["DELETE FROM candidate_document WHERE account_id = $1"]),
    Table::of("candidate_slot", candidate!(), "candidate_id starts_at minutes", "id offered_by")
        .erased(&[concat!("DELETE FROM candidate_slot WHERE ", candidate!())]),
    // Written by managers for managers.
    Table::of("candidate_note", "", "", "candidate_id body at id author_id")
        .erased(&[concat!("DELETE FROM candidate_note WHERE ", candidate!())]),
    Table::of(
        "candidate_log",
        candidate!(),
        "candidate_id step at from_state to_state event reason",
        "actor_id",
    )
    .erased(&[concat!("UPDATE candidate_log SET reason = '' WHERE ", candidate!())])
    .kept(Kept::Proof),
    Table::of(
        "candidate",
        "account_id = $1",
        "id state form created_at saved_at submitted_at waiting_since display_name country interview_at \
         interview_minutes level kind reasons",
        "account_id version interviewer_id",
    )
    .erased(&[
        "UPDATE candidate SET form = '{}', display_name = '–', country = '', \
         reasons = CASE WHEN reasons IS NULL THEN NULL ELSE '–' END WHERE account_id = $1",
    ])
    .kept(Kept::Proof),
    // Bookings and what belongs to them. Documents themselves are files of the archive.
    Table::of(
        "booking_message_file",
        "author_id = $1",
        "id message_id position name media_type size sha256",
        "author_id",
    )
    .erased(&["DELETE FROM booking_message_file WHERE author_id = $1"]),
    Table::of("booking_message", either!(), "id booking_id author_id body created_at", "form_key")
        .erased(&["UPDATE booking_message SET body = '–' WHERE author_id = $1"])
        .kept(Kept::Proof),
    Table::of("booking_report", "account_id = $1", "id booking_id days_body note created_at closed_at", "account_id")
        .erased(&["UPDATE booking_report SET note = '–' WHERE account_id = $1"])
        .kept(Kept::Proof),
    Table::of(
        "booking_change",
        client!(),
        "id booking_id state clock_at order_body quote_body place_name work_address difference asks_expert reason \
         created_at closed_at",
        "actor_id",
    )
    .erased(&[concat!("UPDATE booking_change SET work_address = NULL WHERE ", client!())])
    .kept(Kept::Books),
    Table::of("booked_day", either!(), "booking_id day", "expert_id").kept(Kept::Books),
    Table::of("booking_log", "actor_id = $1", "booking_id step at from_state to_state reason", "actor_id")
        .kept(Kept::Proof),
    Table::of("refund",
        "payment_id IN (SELECT p.id FROM payment p JOIN booking b ON b.id = p.booking_id WHERE b.client_id = $1)",
        "id payment_id amount state attempt refused_at failed_at elsewhere reason created_at updated_at",
        "provider_ref dedup_key",
    )
    .kept(Kept::Books),
    Table::of(
        "chargeback",
        "payment_id IN (SELECT p.id FROM payment p JOIN booking b ON b.id = p.booking_id WHERE b.client_id = $1)",
        "payment_id amount reversed noted_at",
        "provider_ref",
    )
    .kept(Kept::Books),
    Table::of(
        "payment",
        client!(),
        "id booking_id method amount state captured to_capture created_at updated_at",
        "provider_ref checkout_url change_id",
    )
    .kept(Kept::Books),
    Table::none("ledger_day", "day account debit credit").kept(Kept::Books),
    Table::none("ledger_closed", "id until").kept(Kept::Books),
    Table::none("ledger_entry", "transaction_id line account amount").kept(Kept::Books),
    Table::none("ledger_transaction", "id dedup_key kind booking_id at").kept(Kept::Books),
    Table::of(
        "payout",
        "document_id IN (SELECT y.document_id FROM payable y JOIN expert e ON e.id = y.expert_id WHERE e.account_id = $1)",
        "id document_id amount state creditor account_masked bounce_reason settled_at",
        "batch_id iban_id account_by",
    )
    .kept(Kept::Books),
    Table::none(
        "payout_batch",
        "id reference idempotency_key state execute_on prepared_by prepared_at approved_by approved_at closed_at",
    )
    .kept(Kept::Books),
    Table::of("self_billed_answer", expert!(),
        "document_id booking_id state answer_until disputed reason answered_at outcome",
        "expert_id answered_by",
    )
    .kept(Kept::Books),
    Table::of("payable", expert!(), "document_id booking_id total disputed_cents payable_on due_on", "expert_id")
        .kept(Kept::Books),
    Table::of("self_billing_agreement", "account_id = $1", "version locale sha256 accepted_at", "expert_id account_id")
        .kept(Kept::Books),
    Table::none("settlement", "reference received fees noted_by noted_at").kept(Kept::Books),
    Table::none("document", "id series year sequence booking_id rental_id dedup_key total body sha256 issued_at").kept(Kept::Books),
    Table::none("document_counter", "series year last_sequence").kept(Kept::Books),
    Table::of(
        "vat_check",
        "number IN (SELECT vat_number FROM client_profile WHERE account_id = $1)",
        "country number status evidence asked_at",
        "id",
    )
    .kept(Kept::Books),
    Table::of(
        "vat_correction",
        "booking_id IN (SELECT id FROM booking WHERE client_id = $1)",
        "booking_id outcome vat decided_at",
        "check_id actor_id",
    )
    .kept(Kept::Books),
    Table::none("review_log", "id review_id at actor_id event reason").kept(Kept::Proof),
    Table::of(
        "text_look",
        "account_id = $1",
        "area field body words_body state asked_at decided_at reason",
        "id account_id decided_by",
    )
    .erased(&["DELETE FROM text_look WHERE account_id = $1"]),
    Table::of("text_look_log", "account_id = $1 OR actor_id = $1", "at event", "id look_id account_id actor_id reason")
        .kept(Kept::Proof),
    Table::of("review_report", "account_id = $1", "about review_id reason created_at closed_at", "id account_id")
        .erased(&[
            // Nobody can judge it any more: its reason goes, or the review itself.
            "UPDATE review_report SET reason = CASE WHEN account_id = $1 THEN '–' ELSE reason END, \
             closed_at = COALESCE(closed_at, $2) WHERE account_id = $1 \
             OR (about = 'client' AND review_id IN (SELECT id FROM client_review WHERE client_id = $1))",
        ])
        .kept(Kept::Proof),
    Table::of(
        "client_review",
        "client_id = $1 AND state = 'shown'",
        "id booking_id rating body language state created_at shown_at",
        "expert_id client_id",
    )
    .erased(&["DELETE FROM client_review WHERE client_id = $1"]),
    Table::of(
        "review",
        client!(),
        "id booking_id rating scores author body language state created_at shown_at reply replied_at",
        "expert_id",
    )
    .erased(&[concat!("UPDATE review SET author = '–' WHERE ", client!())])
    .kept(Kept::Proof),
    Table::of(
        "booking",
        "client_id = $1",
        "id reference state clock_at first_day last_day starts_at ends_at order_body quote_body settlement_body \
         rulebook_version total place_name work_address buyer_body order_number note locale created_at paid_at \
         accepted_at completed_at revision",
        "idempotency_key expert_id client_id version ladder_before ladder_days buyer_name",
    )
    .erased(&["UPDATE booking SET work_address = NULL, note = NULL WHERE client_id = $1"])
    .kept(Kept::Books),
    // Disputes. Files are files of the archive.
    Table::of(
        "dispute_message",
        "dispute_id IN (SELECT d.id FROM dispute d JOIN booking b ON b.id = d.booking_id \
         JOIN expert e ON e.id = b.expert_id WHERE b.client_id = $1 OR e.account_id = $1)",
        "dispute_id side body created_at",
        "id author_id form_key",
    )
    .erased(&["UPDATE dispute_message SET body = '–' WHERE author_id = $1"])
    .kept(Kept::Proof),
    Table::of("dispute_file", "author_id = $1", "id dispute_id side name kind size sha256 created_at", "author_id")
        .erased(&["DELETE FROM dispute_file WHERE author_id = $1"]),
    Table::of(
        "dispute",
        either!(),
        "id booking_id side state days_body statement outcome created_at closed_at",
        // What the client got back stands under `refund`; it is no expert's business.
        "account_id refund",
    )
    .erased(&["UPDATE dispute SET statement = '–' WHERE account_id = $1"])
    .kept(Kept::Books),
    // What is rented.
    Table::none("rental_stock", "product units"),
    Table::of(
        "rental_day",
        "rental_id IN (SELECT id FROM rental_order WHERE client_id = $1) \
         OR booking_id IN (SELECT id FROM booking WHERE client_id = $1)",
        "product day rental_id booking_id",
        "unit",
    )
    .kept(Kept::Books),
    Table::of(
        "rental_chargeback",
        "payment_id IN (SELECT y.id FROM rental_payment y JOIN rental_order o ON o.id = y.rental_id WHERE o.client_id = $1)",
        "payment_id amount reversed noted_at",
        "provider_ref",
    )
    .kept(Kept::Books),
    Table::of("rental_log", rental!(), "rental_id step at from_state to_state reason", "actor_id").kept(Kept::Proof),
    Table::of(
        "rental_refund",
        "payment_id IN (SELECT y.id FROM rental_payment y JOIN rental_order o ON o.id = y.rental_id WHERE o.client_id = $1)",
        "id payment_id amount state attempt refused_at failed_at elsewhere reason created_at updated_at",
        "provider_ref dedup_key",
    )
    .kept(Kept::Books),
    Table::of(
        "rental_payment",
        rental!(),
        "id rental_id method amount state captured created_at updated_at",
        "provider_ref checkout_url",
    )
    .kept(Kept::Books),
    Table::of(
        "rental_order",
        "client_id = $1",
        "id reference state clock_at first_day last_day order_body quote_body rulebook_version total buyer_body \
         order_number delivery_body locale created_at paid_at handed_out_at returned_at cancelled_at",
        "idempotency_key client_id version",
    )
    .erased(&["UPDATE rental_order SET delivery_body = NULL WHERE client_id = $1"])
    .kept(Kept::Books),
    // What somebody keeps in mind.
    Table::of("saved_match", "search_id IN (SELECT id FROM saved_search WHERE account_id = $1)", "search_id expert_id found_at", "")
        .erased(&["DELETE FROM saved_match WHERE search_id IN (SELECT id FROM saved_search WHERE account_id = $1)"]),
    Table::of("saved_search", "account_id = $1", "id name query notify created_at", "account_id")
        .erased(&["DELETE FROM saved_search WHERE account_id = $1"]),
    Table::of("shortlist", "account_id = $1", "expert_id created_at", "account_id")
        .erased(&["DELETE FROM shortlist WHERE account_id = $1"]),
    // The contact desk. Files are files of the archive.
    Table::of(
        "contact_message_file",
        concat!("message_id IN (SELECT id FROM contact_message WHERE side <> 'note' AND ", request!(), ")"),
        "id message_id position name media_type size sha256",
        "",
    )
    .erased(&[concat!("DELETE FROM contact_message_file WHERE ", in_request!())]),
    Table::of(
        "contact_message",
        concat!(request!(), " AND side <> 'note'"),
        "id request_id side body created_at",
        "author_id experts form_digest",
    )
    .erased(&[concat!(
        "UPDATE contact_message SET body = '–', experts = '[]', form_digest = NULL WHERE ",
        request!()
    )])
    .kept(Kept::Proof),
    Table::of("contact_log", "account_id = $1", "request_id at event detail", "id account_id").kept(Kept::Proof),
    Table::of(
        "contact_request",
        asked!(),
        "id reference topic state name email locale expert_id booking_id search created_at first_answered_at \
         settled_at erased_at confirmed_at",
        "key_hash sealed_key account_id assigned_to merged_into waits_since version",
    )
    .erased(&[
        concat!(
            "UPDATE contact_request SET name = '–', email = $3, search = '', key_hash = NULL, sealed_key = NULL, \
             state = 'closed', waits_since = NULL, erased_at = $2, version = version + 1 WHERE state <> 'merged' AND ",
            asked!()
        ),
        concat!(
            "UPDATE contact_request SET name = '–', email = $3, search = '', key_hash = NULL, sealed_key = NULL, \
             erased_at = $2 WHERE state = 'merged' AND ",
            asked!()
        ),
    ])
    .kept(Kept::Proof),
    // The recognition programme. Reviews are the reviewers'; the nominee is given the letter, which says what matters.
    Table::of("nomination_contribution", nomination!(), "nomination_id contribution_id", "")
        .erased(&[concat!("DELETE FROM nomination_contribution WHERE ", nomination!())]),
    Table::of(
        "contribution",
        "account_id = $1",
        "id channel occurred_on url title language reach helped source created_at removed_at",
        "account_id source_key",
    )
    .erased(&["DELETE FROM contribution WHERE account_id = $1"]),
    Table::of("nomination_message", "author_id = $1", "nomination_id body at", "id author_id")
        .kept(Kept::Proof),
    Table::of("nomination_letter", nomination!(), "nomination_id locale subject body sent_at", "sent_by")
        .erased(&[concat!("UPDATE nomination_letter SET body = '[\"–\"]' WHERE ", nomination!())])
        .kept(Kept::Proof),
    Table::of(
        "nomination_seat",
        "reviewer_id = $1",
        "nomination_id state assigned_at form champion expert caring responsive leader submitted_at ground ended_at",
        "reviewer_id reminded_at",
    )
    .erased(&[concat!("UPDATE nomination_seat SET form = '{}' WHERE ", nomination!())])
    .kept(Kept::Proof),
    Table::of(
        "nomination_log",
        // What the nominee did; how far others are is told by the letter.
        concat!("actor_id = $1 AND ", nomination!()),
        "nomination_id at event",
        "step actor_id from_state to_state reason",
    )
    .kept(Kept::Proof),
    Table::of(
        "nomination",
        "account_id = $1",
        "id form locale country eligible_at created_at saved_at submitted_at answered_at",
        // The answer is the letter's to tell, and nothing is told before it.
        "account_id version state outcome reasons remark cycle_id previous_id decided_by decided_at",
    )
    .erased(&[
        // Reasons that can be read: a quality, and a text that is long enough.
        "UPDATE nomination SET form = '{}', country = '', remark = '', reasons = CASE WHEN outcome = 'refuse' \
         THEN '[{\"quality\":\"expert\",\"text\":\"––––––––––––––––––––––––\"}]' ELSE NULL END WHERE account_id = $1",
    ])
    .kept(Kept::Proof),
    Table::of("reviewer_conflict", "reviewer_id = $1", "ground at", "reviewer_id account_id")
        .erased(&["DELETE FROM reviewer_conflict WHERE account_id = $1 OR reviewer_id = $1"]),
    Table::of("reviewer", "account_id = $1", "languages organisation appointed_at ended_at", "account_id appointed_by")
        .erased(&["UPDATE reviewer SET organisation = '–', ended_at = COALESCE(ended_at, $2) WHERE account_id = $1"])
        .kept(Kept::Proof),
    Table::none("recognition_cycle_log", "cycle_id step at from_phase to_phase"),
    Table::none(
        "recognition_cycle",
        "id code phase version window_at review_until answer_by rulebook_version created_at closed_at alarmed_at",
    ),
    // Members.
    Table::of("community_report", "account_id = $1", "post_id reason at settled_at", "account_id")
        .erased(&["DELETE FROM community_report WHERE account_id = $1"]),
    Table::of(
        "community_log",
        "post_id IN (SELECT id FROM community_post WHERE account_id = $1)",
        "thread_id post_id at event body reason",
        "id actor_id",
    )
    .erased(&[
        "UPDATE community_log SET body = '–' WHERE post_id IN (SELECT id FROM community_post WHERE account_id = $1)",
    ])
    .kept(Kept::Proof),
    Table::of(
        "community_post",
        "account_id = $1",
        "id thread_id body created_at edited_at removed_at removed_because contributed_at",
        "account_id removed_by",
    )
    .erased(&["UPDATE community_post SET body = '–' WHERE account_id = $1"])
    .kept(Kept::Proof),
    Table::of(
        "community_thread",
        "account_id = $1",
        "id title product language created_at last_post_at closed_at answer_id",
        "account_id",
    )
    .erased(&["UPDATE community_thread SET title = '–' WHERE account_id = $1"])
    .kept(Kept::Proof),
    Table::of("member_sign_up", "account_id = $1", "event_id state at talk contributed_at", "account_id")
        .erased(&["DELETE FROM member_sign_up WHERE account_id = $1"]),
    // What managers did.
    Table::of("programme_log", "actor_id = $1", "event_id benefit_id at action version detail", "id actor_id")
        .kept(Kept::Proof),
    Table::none(
        "member_event",
        "id title description language starts_at ends_at place link places cancelled_at version",
    ),
    Table::of(
        "benefit_code",
        "claim_id IN (SELECT id FROM benefit_claim WHERE account_id = $1)",
        "code benefit_id revoked_at",
        "id claim_id added_at",
    )
    .erased(&[
        "UPDATE benefit_code SET revoked_at = COALESCE(revoked_at, $2) \
         WHERE claim_id IN (SELECT id FROM benefit_claim WHERE account_id = $1)",
    ])
    .kept(Kept::Proof),
    Table::of(
        "benefit_claim",
        "account_id = $1",
        "id benefit_id term state claimed_at terms terms_accepted_at given_at ended_at uninstalled_at",
        "account_id membership_id address given_by",
    )
    .erased(&["UPDATE benefit_claim SET address = NULL WHERE account_id = $1"])
    .kept(Kept::Proof),
    Table::none("benefit_country", "id benefit_id country valid_from valid_until"),
    Table::none("benefit_text", "benefit_id locale title description instructions terms"),
    Table::none("benefit", "id kind position uses_codes version terms_version"),
    Table::of(
        "membership_appeal",
        membership!(),
        "membership_id body made_at granted answer answered_at",
        "id answered_by",
    )
    .erased(&[concat!(
        "UPDATE membership_appeal SET body = '–', answer = CASE WHEN answer IS NULL THEN NULL ELSE '–' END WHERE ",
        membership!()
    )])
    .kept(Kept::Proof),
    Table::of("membership_log", membership!(), "membership_id step at from_state to_state event reason", "actor_id")
        .erased(&[concat!("UPDATE membership_log SET reason = '' WHERE ", membership!())])
        .kept(Kept::Proof),
    Table::of(
        "membership_term",
        membership!(),
        "membership_id term first_day last_day granted_at months_active months_needed reasons",
        "granted_by",
    )
    .kept(Kept::Proof),
    Table::of(
        "membership",
        "account_id = $1",
        "id state first_day last_day term reasons decided_on decided_at lost_at appeal",
        "account_id nomination_id decided_by version",
    )
    .kept(Kept::Proof),
    Table::of("member_language", "account_id = $1", "language", "account_id")
        .erased(&["DELETE FROM member_language WHERE account_id = $1"]),
    Table::of("member_product", "account_id = $1", "product", "account_id")
        .erased(&["DELETE FROM member_product WHERE account_id = $1"]),
    Table::of(
        "member_profile",
        "account_id = $1",
        "code display_name about country listed changed_at",
        "account_id",
    )
    .erased(&["DELETE FROM member_profile WHERE account_id = $1"]),
    // Managers' work.
    Table::of("desk_log", "actor_id = $1", "at action subject detail", "id actor_id").kept(Kept::Proof),
    // Findings name records, and go by themselves after a month.
    Table::none("audit_finding", "run_id position check_name subject detail about about_id account_id").kept(Kept::Expires),
    Table::none(
        "audit_run",
        "id state asked_by asked_at started_at checked_at ended_at row_count compared unanswered compared_up_to left_out",
    )
    .kept(Kept::Expires),
    Table::of("rulebook_log", "actor_id = $1", "draft_id at event detail", "id actor_id").kept(Kept::Proof),
    Table::none("rulebook_draft", "id state revision body reason created_at changed_by changed_at").kept(Kept::Proof),
    Table::none("rulebook", "version effective_from body released_at released_by reason").kept(Kept::Proof),
    // Texts, and one's own data.
    Table::none("published_text", "kind version locale body sha256 published_at"),
    Table::of(
        "text_acceptance",
        "account_id = $1",
        "kind version locale occasion booking_id at",
        "id account_id",
    )
    .kept(Kept::Proof),
    Table::of("data_export", "account_id = $1", "state asked_at ready_at expires_at size", "id account_id")
        .erased(&["DELETE FROM data_export WHERE account_id = $1"]),
    Table::of("erasure_log", "account_id = $1", "at detail", "id account_id").kept(Kept::Proof),
    Table::of("outbox", concat!("recipient = ", mail!()),
        "recipient locale subject body_text created_at sent_at",
        "id dedup_key body_html next_attempt_at attempts last_error",
    )
    .erased(&[concat!("DELETE FROM outbox WHERE recipient = ", mail!())]),
    // Referral partners, and the leads that their links brought.
    Table::of(
        "referral_note",
        "",
        "",
        "log_id lead_id body",
    )
    .erased(&["DELETE FROM referral_note WHERE lead_id IN (SELECT id FROM referral_lead WHERE account_id = $1)"]),
    Table::of("referral_log", "actor_id = $1", "at event", "id partner_id lead_id actor_id").kept(Kept::Proof),
    Table::of(
        "referral_lead",
        "account_id = $1",
        "id state organisation contact_name email phone products seats country message locale created_at changed_at",
        "partner_id digest version account_id",
    )
    .erased(&[
        "DELETE FROM outbox WHERE dedup_key LIKE 'referral-lead/%' \
         AND recipient IN (SELECT email FROM referral_lead WHERE account_id = $1)",
        "UPDATE referral_lead SET organisation = '–', contact_name = '–', email = $3, phone = NULL, message = '', \
         state = CASE WHEN state IN ('won', 'lost') THEN state ELSE 'lost' END, version = version + 1 \
         WHERE account_id = $1",
    ])
    .kept(Kept::Proof),
    Table::of(
        "referral_partner",
        expert!(),
        "id state motivation code reasons asked_at decided_at ended_at",
        "expert_id version decided_by ended_by",
    )
    .erased(&[
        concat!(
            "UPDATE referral_partner SET state = CASE state WHEN 'asked' THEN 'refused' ELSE 'ended' END, \
             ended_at = $2, version = version + 1 WHERE state IN ('asked', 'granted') AND ",
            expert!()
        ),
        concat!("UPDATE referral_partner SET motivation = '', reasons = '' WHERE ", expert!()),
    ])
    .kept(Kept::Proof),
    // The person, last.
    Table::of(
        "expert",
        "account_id = $1",
        "id state kind level display_name headline summary summary_language base_place base_lat base_lon base_country \
         on_site remote max_travel_km week_pattern works_holidays rating_sum rating_count completed_days created_at \
         changed_at lead_days paused_at holiday_region",
        "account_id version",
    )
    .erased(&[
        "UPDATE expert SET state = 'withdrawn', display_name = '–', headline = '', summary = '', base_place = 0, \
         base_lat = 0, base_lon = 0, base_country = '', holiday_region = NULL, version = version + 1, changed_at = $2 WHERE account_id = $1",
    ])
    .kept(Kept::Books),
    Table::of(
        "account",
        "id = $1",
        "id email name phone locale time_zone is_manager created_at email_confirmed_at erased_at",
        "password_hash two_step_exempt_at",
    )
    .erased(&[
        "UPDATE account SET email = $3, name = '–', phone = NULL, password_hash = '!', email_confirmed_at = NULL, \
         two_step_exempt_at = NULL, erased_at = $2 WHERE id = $1",
    ])
    .kept(Kept::Books),
    Table::none("product", "code name position"),
    Table::none("job", "kind subject due_at attempts leased_until done_at last_error"),
];

/// The rows of a table that are a person's, in JSON's own words: column, value as text.
///
/// # Errors
/// The database's.
pub async fn rows(
    exec: &mut Exec<'_>,
    table: &Table,
    account: AccountId,
) -> sqlx::Result<Vec<Vec<(&'static str, Option<String>)>>> {
    let columns: Vec<&'static str> = table.shown.split_whitespace().collect();
    if table.whose.is_empty() || columns.is_empty() {
        return Ok(Vec::new());
    }
    // One text a row: each value behind its length, so that nothing has to be escaped.
    let mut line = String::new();
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            line.push_str(" || ");
        }
        let text = match exec {
            // Ids are blobs here; as text they are what they are elsewhere.
            Exec::Sqlite(_) => {
                format!("CASE WHEN typeof({column}) = 'blob' THEN lower(hex({column})) ELSE CAST({column} AS TEXT) END")
            }
            Exec::Postgres(_) => format!("CAST({column} AS TEXT)"),
        };
        let _ = write!(line, "CASE WHEN {column} IS NULL THEN '-:' ELSE LENGTH({text}) || ':' || {text} END");
    }
    let sql = format!("SELECT {line} FROM {} WHERE {}", table.name, table.whose);
    let found: Vec<String> = on!(exec, |c| sqlx::query_scalar(AssertSqlSafe(sql)).bind(account.0).fetch_all(c).await)?;
    Ok(found.iter().map(|line| values(line, &columns)).collect())
}

fn values(line: &str, columns: &[&'static str]) -> Vec<(&'static str, Option<String>)> {
    let mut rest = line;
    columns
        .iter()
        .map(|column| {
            let (length, tail) = rest.split_once(':').unwrap_or(("-", ""));
            let value = length.parse::<usize>().ok().map(|length| tail.chars().take(length).collect::<String>());
            rest = value.as_ref().map_or(tail, |value| &tail[value.len()..]);
            (*column, value)
        })
        .collect()
}

/// Removes a person from every table, as the register says; answers how many rows of which table were touched.
///
/// # Errors
/// The database's.
pub async fn erase(
    exec: &mut Exec<'_>,
    account: AccountId,
    now: DateTime<Utc>,
    nobody: &str,
) -> sqlx::Result<Vec<(&'static str, u64)>> {
    let mut touched = Vec::new();
    for table in TABLES {
        let mut rows = 0;
        for sql in table.erase.iter().copied() {
            let (timed, mailed) = (sql.contains("$2"), sql.contains("$3"));
            rows += match (timed, mailed) {
                (false, false) => {
                    on!(&mut *exec, |c| sqlx::query(sql).bind(account.0).execute(c).await.map(|d| d.rows_affected()))?
                }
                // Where only the address is named, it takes the second place.
                (false, true) => {
                    let sql = sql.replace("$3", "$2");
                    on!(&mut *exec, |c| sqlx::query(AssertSqlSafe(sql))
                        .bind(account.0)
                        .bind(nobody)
                        .execute(c)
                        .await
                        .map(|d| d.rows_affected()))?
                }
                (true, false) => on!(&mut *exec, |c| sqlx::query(sql)
                    .bind(account.0)
                    .bind(now)
                    .execute(c)
                    .await
                    .map(|d| d.rows_affected()))?,
                (true, true) => on!(&mut *exec, |c| sqlx::query(sql)
                    .bind(account.0)
                    .bind(now)
                    .bind(nobody)
                    .execute(c)
                    .await
                    .map(|d| d.rows_affected()))?,
            };
        }
        if rows > 0 {
            touched.push((table.name, rows));
        }
    }
    Ok(touched)
}

/// Takes the person out of a client's bookings and rentals: who they were to be asked for, and by which number. The buyer
/// stays as the invoice names them.
///
/// # Errors
/// The database's.
pub async fn erase_contacts(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<()> {
    const STATEMENTS: [(&str, &str); 2] = [
        ("SELECT id, buyer_body FROM booking WHERE client_id = $1", "UPDATE booking SET buyer_body = $2 WHERE id = $1"),
        (
            "SELECT id, buyer_body FROM rental_order WHERE client_id = $1",
            "UPDATE rental_order SET buyer_body = $2 WHERE id = $1",
        ),
    ];
    for (read, write) in STATEMENTS {
        let found: Vec<(Uuid, String)> = on!(&mut *exec, |c| sqlx::query_as(read).bind(account.0).fetch_all(c).await)?;
        for (id, body) in found {
            let Ok(mut buyer) = serde_json::from_str::<serde_json::Value>(&body) else { continue };
            if let Some(buyer) = buyer.as_object_mut() {
                buyer.insert("contact_name".to_owned(), "–".into());
                buyer.insert("phone".to_owned(), "".into());
            }
            on!(&mut *exec, |c| sqlx::query(write).bind(id).bind(buyer.to_string()).execute(c).await.map(drop))?;
        }
    }
    Ok(())
}

/// Holds an account until the transaction ends; `None` when it is erased or was never there. Answers whether it is a
/// manager's, with two-step sign-in or not.
///
/// # Errors
/// The database's.
pub async fn hold(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<bool>> {
    const SQL: &str = "SELECT is_manager FROM account WHERE id = $1 AND erased_at IS NULL";
    const LOCKED: &str = "SELECT is_manager FROM account WHERE id = $1 AND erased_at IS NULL FOR UPDATE";
    let sql = match exec {
        Exec::Sqlite(_) => SQL,
        Exec::Postgres(_) => LOCKED,
    };
    on!(exec, |c| sqlx::query_scalar(sql).bind(account.0).fetch_optional(c).await)
}

/// What would keep a person from being erased, counted: see [`COUNTED`].
pub type Count = (&'static str, i64);

/// What prevents erasure: a code, and a query that counts it.
pub const COUNTED: &[(&str, &str)] = &[
    (
        "bookings",
        "SELECT COUNT(*) FROM booking b JOIN expert e ON e.id = b.expert_id \
         WHERE b.state IN ('held', 'requested', 'accepted') AND (b.client_id = $1 OR e.account_id = $1)",
    ),
    (
        "refunds",
        "SELECT (SELECT COUNT(*) FROM refund r JOIN payment p ON p.id = r.payment_id \
         JOIN booking b ON b.id = p.booking_id WHERE b.client_id = $1 AND r.state IN ('due', 'failed')) \
         + (SELECT COUNT(*) FROM rental_refund r JOIN rental_payment p ON p.id = r.payment_id \
         JOIN rental_order o ON o.id = p.rental_id WHERE o.client_id = $1 AND r.state IN ('due', 'failed'))",
    ),
    (
        "unpaid",
        "SELECT COUNT(*) FROM (SELECT t.booking_id FROM ledger_transaction t \
         JOIN ledger_entry l ON l.transaction_id = t.id AND l.account = 'client_receivable' \
         JOIN booking b ON b.id = t.booking_id WHERE b.client_id = $1 GROUP BY t.booking_id \
         HAVING SUM(l.amount) <> 0 \
         UNION ALL SELECT o.id FROM rental_chargeback c JOIN rental_payment y ON y.id = c.payment_id \
         JOIN rental_order o ON o.id = y.rental_id WHERE o.client_id = $1 AND NOT c.reversed \
         AND (o.state IN ('paid', 'handed-out', 'returned') OR c.amount \
         + (SELECT COALESCE(SUM(r.amount), 0) FROM rental_refund r \
         WHERE r.payment_id = y.id AND r.state <> 'taken') > y.captured)) AS open_invoices",
    ),
    (
        "disputes",
        "SELECT COUNT(*) FROM dispute d JOIN booking b ON b.id = d.booking_id JOIN expert e ON e.id = b.expert_id \
         WHERE d.closed_at IS NULL AND (b.client_id = $1 OR e.account_id = $1)",
    ),
    (
        "rentals",
        "SELECT COUNT(*) FROM rental_order WHERE client_id = $1 AND state IN ('reserved', 'authorised', 'paid', 'handed-out')",
    ),
    (
        "membership",
        "SELECT COUNT(*) FROM membership WHERE account_id = $1 AND state IN ('active', 'due', 'not-renewed')",
    ),
    (
        "nomination",
        "SELECT COUNT(*) FROM nomination WHERE account_id = $1 \
         AND state IN ('submitted', 'review', 'deliberation', 'decided')",
    ),
    (
        "reviews",
        "SELECT COUNT(*) FROM nomination_seat s JOIN nomination n ON n.id = s.nomination_id WHERE s.reviewer_id = $1 \
         AND s.state = 'open' AND n.state IN ('submitted', 'review', 'deliberation')",
    ),
    (
        "application",
        "SELECT COUNT(*) FROM candidate WHERE account_id = $1 AND state IN ('new', 'in-review', 'invited', 'interviewed')",
    ),
];

/// Counts what prevents erasure.
///
/// # Errors
/// The database's.
pub async fn counts(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<Count>> {
    let mut found = Vec::new();
    for (code, sql) in COUNTED {
        let count: i64 = on!(&mut *exec, |c| sqlx::query_scalar(*sql).bind(account.0).fetch_one(c).await)?;
        if count > 0 {
            found.push((*code, count));
        }
    }
    Ok(found)
}

/// Ids of the files that lie in the store for a person: what they sent, and what they asked for.
///
/// # Errors
/// The database's.
pub async fn stored_files(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = concat!(
        "SELECT id FROM candidate_document WHERE account_id = $1 \
         UNION ALL SELECT id FROM dispute_file WHERE author_id = $1 \
         UNION ALL SELECT id FROM booking_message_file WHERE author_id = $1 \
         UNION ALL SELECT id FROM contact_message_file WHERE ",
        in_request!(),
        " UNION ALL SELECT id FROM data_export WHERE account_id = $1 AND state <> 'gone'"
    );
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).fetch_all(c).await)
}

/// Files that a person sent, or was sent by the contact desk: id and name.
///
/// # Errors
/// The database's.
pub async fn sent_files(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<(Uuid, String)>> {
    const SQL: &str = concat!(
        "SELECT id, name FROM candidate_document WHERE account_id = $1 \
         UNION ALL SELECT id, name FROM dispute_file WHERE author_id = $1 \
         UNION ALL SELECT id, name FROM booking_message_file WHERE author_id = $1 \
         UNION ALL SELECT id, name FROM contact_message_file \
         WHERE message_id IN (SELECT id FROM contact_message WHERE side <> 'note' AND ",
        request!(),
        ") ORDER BY 1"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)
}

/// Ids of the documents of a person's bookings, the oldest first; which of them they may see is for a service to say.
///
/// # Errors
/// The database's.
pub async fn documents(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = concat!(
        "SELECT id FROM document WHERE ",
        either!(),
        " OR ",
        rental!(),
        " ORDER BY issued_at, series, sequence"
    );
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).fetch_all(c).await)
}

/// Writes that a person was erased, in the transaction that does it.
///
/// # Errors
/// The database's.
pub async fn log(
    exec: &mut Exec<'_>,
    id: Uuid,
    account: AccountId,
    detail: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO erasure_log (id, account_id, at, detail) VALUES ($1, $2, $3, $4)";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(account.0).bind(now).bind(detail).execute(c).await.map(drop))
}

/// An export that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ExportRow {
    /// Its id, and its file's.
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// `asked`, `ready` or `gone`.
    pub state: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// Until when it can be had.
    pub expires_at: Option<DateTime<Utc>>,
    /// In bytes.
    pub size: i64,
}

/// Asks for an export; `false` when one is being made already.
///
/// # Errors
/// The database's.
pub async fn ask(exec: &mut Exec<'_>, id: Uuid, account: AccountId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO data_export (id, account_id, state, asked_at, size) VALUES ($1, $2, 'asked', $3, 0) \
        ON CONFLICT DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(account.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// One export.
///
/// # Errors
/// The database's.
pub async fn export(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<ExportRow>> {
    const SQL: &str = "SELECT id, account_id, state, asked_at, expires_at, size FROM data_export WHERE id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}

/// A person's exports, the newest first; at most 20.
///
/// # Errors
/// The database's.
pub async fn exports(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<ExportRow>> {
    const SQL: &str = "SELECT id, account_id, state, asked_at, expires_at, size FROM data_export WHERE account_id = $1 \
        ORDER BY asked_at DESC, id DESC LIMIT 20";
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)
}

/// An export can be had; `false` when nobody waits for it any more.
///
/// # Errors
/// The database's.
pub async fn ready(
    exec: &mut Exec<'_>,
    id: Uuid,
    size: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE data_export SET state = 'ready', size = $2, ready_at = $3, expires_at = $4 \
        WHERE id = $1 AND state = 'asked'";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(size)
        .bind(now)
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Closes the exports whose time is over; answers the ids of their files.
///
/// # Errors
/// The database's.
pub async fn expire(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "UPDATE data_export SET state = 'gone' WHERE state = 'ready' AND expires_at <= $1 RETURNING id";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(now).fetch_all(c).await)
}

/// Removes mails that were sent before an instant, and what told somebody of their erasure as soon as it was sent.
///
/// # Errors
/// The database's.
pub async fn purge_mail(exec: &mut Exec<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str = "DELETE FROM outbox WHERE sent_at < $1 OR (sent_at IS NOT NULL AND dedup_key LIKE 'erasure/%')";
    on!(exec, |c| sqlx::query(SQL).bind(before).execute(c).await.map(|done| done.rows_affected()))
}

/// Every table and column that there is, as `table.column`, but what the tools keep for themselves.
///
/// # Errors
/// The database's.
pub async fn columns(exec: &mut Exec<'_>) -> sqlx::Result<Vec<String>> {
    const SQLITE: &str = "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' \
        AND m.name NOT IN ('ledger_never', 'ledger_unbalanced') ORDER BY 1";
    const POSTGRES: &str = "SELECT table_name || '.' || column_name FROM information_schema.columns \
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%' ORDER BY 1";
    let sql = match exec {
        Exec::Sqlite(_) => SQLITE,
        Exec::Postgres(_) => POSTGRES,
    };
    on!(exec, |c| sqlx::query_scalar(sql).fetch_all(c).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_apart() {
        let line = "3:a:b-:0:2:é–";
        let read = values(line, &["one", "two", "three", "four"]);
        assert_eq!(
            read,
            [
                ("one", Some("a:b".to_owned())),
                ("two", None),
                ("three", Some(String::new())),
                ("four", Some("é–".to_owned()))
            ]
        );
    }
}
