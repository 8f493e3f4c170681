-- The money desk: payouts, chargebacks, settlements; and a ledger that the database itself keeps balanced.

-- What experts are owed: one row a self-billed invoice, written in the transaction that issues it.
CREATE TABLE payable (
    document_id BLOB PRIMARY KEY REFERENCES document (id),
    booking_id BLOB NOT NULL REFERENCES booking (id),
    expert_id BLOB NOT NULL REFERENCES expert (id),
    -- Of the invoice, with VAT.
    total INTEGER NOT NULL CHECK (total >= 0),
    -- Withheld while the expert contests it, or a client disputes the work; the rest is paid.
    disputed_cents INTEGER NOT NULL DEFAULT 0 CHECK (disputed_cents BETWEEN 0 AND total),
    -- From then on it is offered for payment: the time to contest it is over, or the expert has accepted it.
    payable_on TEXT NOT NULL,
    -- A banking day: paid on it or before.
    due_on TEXT NOT NULL
) STRICT;
CREATE INDEX payable_by_booking ON payable (booking_id);
CREATE INDEX payable_by_due ON payable (due_on);
CREATE INDEX payable_by_expert ON payable (expert_id);

-- A file of credit transfers: prepared by one manager, approved (where the setting asks: by another), executed by the bank.
CREATE TABLE payout_batch (
    id BLOB PRIMARY KEY,
    -- The message's id at the bank.
    reference TEXT NOT NULL CONSTRAINT payout_batch_reference_unique UNIQUE,
    -- The form's own key: a double click is one batch.
    idempotency_key BLOB NOT NULL CONSTRAINT payout_batch_idempotency_unique UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'approved', 'executed', 'cancelled')),
    execute_on TEXT NOT NULL,
    prepared_by BLOB NOT NULL REFERENCES account (id),
    prepared_at TEXT NOT NULL,
    approved_by BLOB REFERENCES account (id),
    approved_at TEXT,
    closed_at TEXT
) STRICT;
CREATE INDEX payout_batch_by_time ON payout_batch (prepared_at);

-- One credit transfer, for one invoice.
CREATE TABLE payout (
    id BLOB PRIMARY KEY,
    batch_id BLOB NOT NULL REFERENCES payout_batch (id),
    document_id BLOB NOT NULL REFERENCES payable (document_id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    -- prepared; sent: approved and in the file; then executed or bounced; cancelled with its batch.
    state TEXT NOT NULL CHECK (state IN ('prepared', 'sent', 'executed', 'bounced', 'cancelled')),
    creditor TEXT NOT NULL,
    -- The account (`expert_iban`) as it was when the batch was prepared, and as people may see it.
    iban_id BLOB NOT NULL,
    account_masked TEXT NOT NULL,
    -- Who entered the account: never the one who approves.
    account_by BLOB NOT NULL REFERENCES account (id),
    bounce_reason TEXT,
    settled_at TEXT
) STRICT;
CREATE INDEX payout_by_batch ON payout (batch_id);
CREATE INDEX payout_by_document ON payout (document_id);
-- An invoice is in one batch at a time: the index itself refuses the second.
CREATE UNIQUE INDEX payout_under_way_once ON payout (document_id) WHERE state IN ('prepared', 'sent');

-- Money that a client's bank took back; by the provider's id.
CREATE TABLE chargeback (
    provider_ref TEXT PRIMARY KEY,
    payment_id BLOB NOT NULL REFERENCES payment (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    reversed INTEGER NOT NULL,
    noted_at TEXT NOT NULL
) STRICT;
CREATE INDEX chargeback_by_payment ON chargeback (payment_id);

-- What the provider paid out to the operator's bank account, and the fees that it kept.
CREATE TABLE settlement (
    reference TEXT PRIMARY KEY,
    received INTEGER NOT NULL CHECK (received >= 0),
    fees INTEGER NOT NULL CHECK (fees >= 0),
    noted_by BLOB REFERENCES account (id),
    noted_at TEXT NOT NULL
) STRICT;

-- Append-only: what managers did at the money desk, and to jobs, mails and refunds.
CREATE TABLE desk_log (
    id BLOB PRIMARY KEY,
    at TEXT NOT NULL,
    actor_id BLOB REFERENCES account (id),
    action TEXT NOT NULL,
    -- Of what: a batch's reference, a job's kind and subject.
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX desk_log_by_time ON desk_log (at);
CREATE INDEX ledger_by_time ON ledger_transaction (at);

-- From here on, each database in its own words.
-- The ledger and the log are only ever added to.
CREATE TRIGGER ledger_transaction_no_update BEFORE UPDATE ON ledger_transaction
BEGIN SELECT RAISE(ABORT, 'ledger_transaction is append-only'); END;
CREATE TRIGGER ledger_transaction_no_delete BEFORE DELETE ON ledger_transaction
BEGIN SELECT RAISE(ABORT, 'ledger_transaction is append-only'); END;
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER desk_log_no_update BEFORE UPDATE ON desk_log
BEGIN SELECT RAISE(ABORT, 'desk_log is append-only'); END;
CREATE TRIGGER desk_log_no_delete BEFORE DELETE ON desk_log
BEGIN SELECT RAISE(ABORT, 'desk_log is append-only'); END;

-- A transaction must sum to nought when it is committed. While it does not, a row stands here that refers to a row that
-- is never there; the foreign key is looked at only on commit.
CREATE TABLE ledger_never (id INTEGER PRIMARY KEY CHECK (id < 0)) STRICT;
CREATE TABLE ledger_unbalanced (
    transaction_id BLOB PRIMARY KEY,
    amount INTEGER NOT NULL,
    never INTEGER NOT NULL CONSTRAINT ledger_balances REFERENCES ledger_never (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
BEGIN
    INSERT INTO ledger_unbalanced (transaction_id, amount, never) VALUES (NEW.transaction_id, NEW.amount, 1)
        ON CONFLICT (transaction_id) DO UPDATE SET amount = amount + excluded.amount;
    DELETE FROM ledger_unbalanced WHERE transaction_id = NEW.transaction_id AND amount = 0;
END;
