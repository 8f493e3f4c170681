CREATE INDEX document_by_issue ON document (issued_at, series, sequence);

-- Where an account receives e-invoices (EN 16931 BT-34, BT-49): as client, as expert.
CREATE TABLE einvoice_endpoint (
    account_id BLOB NOT NULL REFERENCES account (id),
    side TEXT NOT NULL CHECK (side IN ('client', 'expert')),
    scheme TEXT NOT NULL,
    identifier TEXT NOT NULL,
    PRIMARY KEY (account_id, side)
) STRICT;

-- Agreements to self-billing (VAT Directive Art. 224): which text, by whom, when. Never changed.
CREATE TABLE self_billing_agreement (
    expert_id BLOB NOT NULL REFERENCES expert (id),
    version INTEGER NOT NULL,
    locale TEXT NOT NULL,
    -- Hexadecimal SHA-256 of the text that was accepted.
    sha256 TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id),
    accepted_at TEXT NOT NULL,
    PRIMARY KEY (expert_id, version)
) STRICT;

-- What an expert says of each self-billed invoice; silence until the day accepts it.
CREATE TABLE self_billed_answer (
    document_id BLOB PRIMARY KEY REFERENCES document (id),
    booking_id BLOB NOT NULL REFERENCES booking (id),
    expert_id BLOB NOT NULL REFERENCES expert (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'silent', 'contested', 'settled')),
    answer_until TEXT NOT NULL,
    -- With VAT; what is withheld while contested.
    disputed INTEGER NOT NULL CHECK (disputed >= 0),
    reason TEXT NOT NULL,
    answered_by BLOB REFERENCES account (id),
    answered_at TEXT,
    -- A manager's word at the end of a dispute.
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX self_billed_answer_by_booking ON self_billed_answer (booking_id);
CREATE INDEX self_billed_answer_by_state ON self_billed_answer (state, answer_until);

-- What the yearly report on sellers must say of an expert (Directive 2021/514, DAC7).
CREATE TABLE seller_identity (
    expert_id BLOB PRIMARY KEY REFERENCES expert (id),
    is_entity INTEGER NOT NULL,
    -- Of a person; the legal name of an entity is that of its billing details.
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    birth_date TEXT,
    tin TEXT NOT NULL,
    tin_country TEXT NOT NULL,
    registration TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

-- From here on, each database in its own words.

-- An issued document is never changed and never removed: the database refuses it, whoever asks.
CREATE TRIGGER document_unchanged BEFORE UPDATE ON document
BEGIN
    SELECT RAISE(ABORT, 'an issued document is not changed');
END;
CREATE TRIGGER document_kept BEFORE DELETE ON document
BEGIN
    SELECT RAISE(ABORT, 'an issued document is not removed');
END;
