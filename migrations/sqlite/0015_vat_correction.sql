-- VAT numbers that the register could not confirm when a booking was made: what it said later, and what became of the VAT
-- that was charged meanwhile. The absence of a row means that nobody knows yet.

CREATE TABLE vat_correction (
    booking_id BLOB PRIMARY KEY REFERENCES booking (id),
    -- The answer that decided it: the evidence.
    check_id BLOB NOT NULL REFERENCES vat_check (id),
    -- Confirmed: credited and invoiced anew; invalid: the VAT stays; nothing: nothing was kept any more to correct.
    outcome TEXT NOT NULL CHECK (outcome IN ('corrected', 'invalid', 'nothing')),
    -- The VAT that was taken off, in cents.
    vat INTEGER NOT NULL CHECK (vat >= 0),
    -- The manager who had the register asked; none if it was asked again by itself.
    actor_id BLOB REFERENCES account (id),
    decided_at TEXT NOT NULL
) STRICT;

-- From here on, each database in its own words.
CREATE TRIGGER vat_correction_no_update BEFORE UPDATE ON vat_correction
BEGIN SELECT RAISE(ABORT, 'vat_correction is append-only'); END;
CREATE TRIGGER vat_correction_no_delete BEFORE DELETE ON vat_correction
BEGIN SELECT RAISE(ABORT, 'vat_correction is append-only'); END;
