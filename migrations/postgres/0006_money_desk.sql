-- The money desk: payouts, chargebacks, settlements; and a ledger that the database itself keeps balanced.

-- What experts are owed: one row a self-billed invoice, written in the transaction that issues it.
CREATE TABLE payable (
    document_id UUID PRIMARY KEY REFERENCES document (id),
    booking_id UUID NOT NULL REFERENCES booking (id),
    expert_id UUID NOT NULL REFERENCES expert (id),
    -- Of the invoice, with VAT.
    total BIGINT NOT NULL CHECK (total >= 0),
    -- Withheld while the expert contests it, or a client disputes the work; the rest is paid.
    disputed_cents BIGINT NOT NULL DEFAULT 0 CHECK (disputed_cents BETWEEN 0 AND total),
    -- From then on it is offered for payment: the time to contest it is over, or the expert has accepted it.
    payable_on DATE NOT NULL,
    -- A banking day: paid on it or before.
    due_on DATE NOT NULL
);
CREATE INDEX payable_by_booking ON payable (booking_id);
CREATE INDEX payable_by_due ON payable (due_on);
CREATE INDEX payable_by_expert ON payable (expert_id);

-- A file of credit transfers: prepared by one manager, approved (where the setting asks: by another), executed by the bank.
CREATE TABLE payout_batch (
    id UUID PRIMARY KEY,
    -- The message's id at the bank.
    reference TEXT NOT NULL CONSTRAINT payout_batch_reference_unique UNIQUE,
    -- The form's own key: a double click is one batch.
    idempotency_key UUID NOT NULL CONSTRAINT payout_batch_idempotency_unique UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'approved', 'executed', 'cancelled')),
    execute_on DATE NOT NULL,
    prepared_by UUID NOT NULL REFERENCES account (id),
    prepared_at TIMESTAMPTZ NOT NULL,
    approved_by UUID REFERENCES account (id),
    approved_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ
);
CREATE INDEX payout_batch_by_time ON payout_batch (prepared_at);

-- One credit transfer, for one invoice.
CREATE TABLE payout (
    id UUID PRIMARY KEY,
    batch_id UUID NOT NULL REFERENCES payout_batch (id),
    document_id UUID NOT NULL REFERENCES payable (document_id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    -- prepared; sent: approved and in the file; then executed or bounced; cancelled with its batch.
    state TEXT NOT NULL CHECK (state IN ('prepared', 'sent', 'executed', 'bounced', 'cancelled')),
    creditor TEXT NOT NULL,
    -- The account (`expert_iban`) as it was when the batch was prepared, and as people may see it.
    iban_id UUID NOT NULL,
    account_masked TEXT NOT NULL,
    -- Who entered the account: never the one who approves.
    account_by UUID NOT NULL REFERENCES account (id),
    bounce_reason TEXT,
    settled_at TIMESTAMPTZ
);
CREATE INDEX payout_by_batch ON payout (batch_id);
CREATE INDEX payout_by_document ON payout (document_id);
-- An invoice is in one batch at a time: the index itself refuses the second.
CREATE UNIQUE INDEX payout_under_way_once ON payout (document_id) WHERE state IN ('prepared', 'sent');

-- Money that a client's bank took back; by the provider's id.
CREATE TABLE chargeback (
    provider_ref TEXT PRIMARY KEY,
    payment_id UUID NOT NULL REFERENCES payment (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    reversed BOOLEAN NOT NULL,
    noted_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX chargeback_by_payment ON chargeback (payment_id);

-- What the provider paid out to the operator's bank account, and the fees that it kept.
CREATE TABLE settlement (
    reference TEXT PRIMARY KEY,
    received BIGINT NOT NULL CHECK (received >= 0),
    fees BIGINT NOT NULL CHECK (fees >= 0),
    noted_by UUID REFERENCES account (id),
    noted_at TIMESTAMPTZ NOT NULL
);

-- Append-only: what managers did at the money desk, and to jobs, mails and refunds.
CREATE TABLE desk_log (
    id UUID PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID REFERENCES account (id),
    action TEXT NOT NULL,
    -- Of what: a batch's reference, a job's kind and subject.
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX desk_log_by_time ON desk_log (at);
CREATE INDEX ledger_by_time ON ledger_transaction (at);

-- From here on, each database in its own words.
-- The ledger and the log are only ever added to.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER desk_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON desk_log
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- A transaction must sum to nought when it is committed.
CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT SUM(amount) FROM ledger_entry WHERE transaction_id = NEW.transaction_id) <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % does not balance', NEW.transaction_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances();
