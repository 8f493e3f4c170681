-- Referral partners (S40): who may bring customers for software licences, and the leads that they brought.
--
-- Who follows a partner's link without leaving a lead is recorded nowhere (S43).

-- One row for each time that an expert asked.
CREATE TABLE referral_partner (
    id BLOB PRIMARY KEY,
    expert_id BLOB NOT NULL REFERENCES expert (id),
    state TEXT NOT NULL CHECK (state IN ('asked', 'granted', 'refused', 'ended')),
    -- Rises with each change; who decides names the one that was read.
    version INTEGER NOT NULL,
    -- What the expert wrote; may be empty.
    motivation TEXT NOT NULL,
    -- Given when it is granted, and never to anybody else afterwards.
    code TEXT CONSTRAINT referral_partner_code_unique UNIQUE,
    -- Why it was refused or ended.
    reasons TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    decided_at TEXT,
    decided_by BLOB REFERENCES account (id),
    ended_at TEXT,
    ended_by BLOB REFERENCES account (id)
) STRICT;
CREATE INDEX referral_partner_by_state ON referral_partner (state, asked_at);
CREATE INDEX referral_partner_by_expert ON referral_partner (expert_id, asked_at);
-- One at a time.
CREATE UNIQUE INDEX referral_partner_open ON referral_partner (expert_id) WHERE state IN ('asked', 'granted');

-- Somebody who came by a partner's link and wants an offer.
CREATE TABLE referral_lead (
    id BLOB PRIMARY KEY,
    partner_id BLOB NOT NULL REFERENCES referral_partner (id),
    -- SHA-256 of the form's own key and of what it said: a double click is one lead.
    digest BLOB NOT NULL CONSTRAINT referral_lead_digest_unique UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('new', 'contacted', 'quoted', 'won', 'lost')),
    version INTEGER NOT NULL,
    -- Who sent it, if signed in.
    account_id BLOB REFERENCES account (id),
    organisation TEXT NOT NULL,
    contact_name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT,
    -- JSON: codes of products.
    products TEXT NOT NULL,
    seats INTEGER NOT NULL CHECK (seats > 0),
    country TEXT NOT NULL,
    message TEXT NOT NULL,
    locale TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX referral_lead_by_partner ON referral_lead (partner_id, created_at);
CREATE INDEX referral_lead_by_state ON referral_lead (state, created_at);
CREATE INDEX referral_lead_by_account ON referral_lead (account_id);

-- Append-only: what became of partnerships, and of leads. Notes on leads have their own table: they can be erased.
CREATE TABLE referral_log (
    id BLOB PRIMARY KEY,
    partner_id BLOB NOT NULL REFERENCES referral_partner (id),
    lead_id BLOB REFERENCES referral_lead (id),
    at TEXT NOT NULL,
    actor_id BLOB REFERENCES account (id),
    event TEXT NOT NULL
) STRICT;
CREATE INDEX referral_log_by_partner ON referral_log (partner_id, at);
CREATE INDEX referral_log_by_lead ON referral_log (lead_id, at);
CREATE INDEX referral_log_by_time ON referral_log (at);

-- What managers wrote of a lead, with its line of the log.
CREATE TABLE referral_note (
    log_id BLOB PRIMARY KEY REFERENCES referral_log (id),
    lead_id BLOB NOT NULL REFERENCES referral_lead (id),
    body TEXT NOT NULL
) STRICT;
CREATE INDEX referral_note_by_lead ON referral_note (lead_id);

-- From here on, each database in its own words.
CREATE TRIGGER referral_log_no_update BEFORE UPDATE ON referral_log
BEGIN SELECT RAISE(ABORT, 'referral_log is append-only'); END;
CREATE TRIGGER referral_log_no_delete BEFORE DELETE ON referral_log
BEGIN SELECT RAISE(ABORT, 'referral_log is append-only'); END;
