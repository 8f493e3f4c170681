-- VAT numbers that the register could not confirm when a booking was made: what it said later, and what became of the VAT
-- that was charged meanwhile. The absence of a row means that nobody knows yet.

CREATE TABLE vat_correction (
    booking_id UUID PRIMARY KEY REFERENCES booking (id),
    -- The answer that decided it: the evidence.
    check_id UUID NOT NULL REFERENCES vat_check (id),
    -- Confirmed: credited and invoiced anew; invalid: the VAT stays; nothing: nothing was kept any more to correct.
    outcome TEXT NOT NULL CHECK (outcome IN ('corrected', 'invalid', 'nothing')),
    -- The VAT that was taken off, in cents.
    vat BIGINT NOT NULL CHECK (vat >= 0),
    -- The manager who had the register asked; none if it was asked again by itself.
    actor_id UUID REFERENCES account (id),
    decided_at TIMESTAMPTZ NOT NULL
);

-- From here on, each database in its own words.
CREATE TRIGGER vat_correction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vat_correction
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
