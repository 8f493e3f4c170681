CREATE INDEX document_by_issue ON document (issued_at, series, sequence);

-- Where an account receives e-invoices (EN 16931 BT-34, BT-49): as client, as expert.
CREATE TABLE einvoice_endpoint (
    account_id UUID NOT NULL REFERENCES account (id),
    side TEXT NOT NULL CHECK (side IN ('client', 'expert')),
    scheme TEXT NOT NULL,
    identifier TEXT NOT NULL,
    PRIMARY KEY (account_id, side)
);

-- Agreements to self-billing (VAT Directive Art. 224): which text, by whom, when. Never changed.
CREATE TABLE self_billing_agreement (
    expert_id UUID NOT NULL REFERENCES expert (id),
    version BIGINT NOT NULL,
    locale TEXT NOT NULL,
    -- Hexadecimal SHA-256 of the text that was accepted.
    sha256 TEXT NOT NULL,
    account_id UUID NOT NULL REFERENCES account (id),
    accepted_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (expert_id, version)
);

-- What an expert says of each self-billed invoice; silence until the day accepts it.
CREATE TABLE self_billed_answer (
    document_id UUID PRIMARY KEY REFERENCES document (id),
    booking_id UUID NOT NULL REFERENCES booking (id),
    expert_id UUID NOT NULL REFERENCES expert (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'silent', 'contested', 'settled')),
    answer_until TIMESTAMPTZ NOT NULL,
    -- With VAT; what is withheld while contested.
    disputed BIGINT NOT NULL CHECK (disputed >= 0),
    reason TEXT NOT NULL,
    answered_by UUID REFERENCES account (id),
    answered_at TIMESTAMPTZ,
    -- A manager's word at the end of a dispute.
    outcome TEXT NOT NULL
);
CREATE INDEX self_billed_answer_by_booking ON self_billed_answer (booking_id);
CREATE INDEX self_billed_answer_by_state ON self_billed_answer (state, answer_until);

-- What the yearly report on sellers must say of an expert (Directive 2021/514, DAC7).
CREATE TABLE seller_identity (
    expert_id UUID PRIMARY KEY REFERENCES expert (id),
    is_entity BOOLEAN NOT NULL,
    -- Of a person; the legal name of an entity is that of its billing details.
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    birth_date DATE,
    tin TEXT NOT NULL,
    tin_country TEXT NOT NULL,
    registration TEXT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- From here on, each database in its own words.

-- An issued document is never changed and never removed: the database refuses it, whoever asks.
CREATE FUNCTION refuse_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued document is neither changed nor removed';
END
$$;
CREATE TRIGGER document_unchanged BEFORE UPDATE ON document
    FOR EACH ROW EXECUTE FUNCTION refuse_document_change();
CREATE TRIGGER document_kept BEFORE DELETE ON document
    FOR EACH ROW EXECUTE FUNCTION refuse_document_change();
