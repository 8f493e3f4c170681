-- Accounts: confirmed addresses, links by e-mail, sessions one can see, two-step sign-in, invitations; and the bank
-- accounts that experts are paid on.

-- Null until somebody has shown that mail to the address reaches them.
ALTER TABLE account ADD COLUMN email_confirmed_at TIMESTAMPTZ;
-- Set for the managers of the demonstration, who act without two-step sign-in; counts only on a loopback address.
ALTER TABLE account ADD COLUMN two_step_exempt_at TIMESTAMPTZ;

-- Browser and system in a word each, as `firefox/windows`.
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN last_seen_at TIMESTAMPTZ;
-- When the password (or a code) was last given in it: sensitive changes want that to be recent.
ALTER TABLE session ADD COLUMN confirmed_at TIMESTAMPTZ;

-- Links by e-mail and steps of signing in, by the SHA-256 of their token. Each works once.
CREATE TABLE account_token (
    token_hash BYTEA PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL CHECK (kind IN ('confirm-email', 'reset-password', 'change-email', 'revert-email', 'second-step')),
    -- The address that it is about.
    email TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX account_token_by_account ON account_token (account_id, kind);
CREATE INDEX account_token_by_email ON account_token (email, kind);
CREATE INDEX account_token_by_expiry ON account_token (expires_at);

-- Addresses that asked for a new password; whether they have an account is looked up by the job alone, so that the
-- answer takes as long for those that have none.
CREATE TABLE reset_request (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- Browsers that an account has signed in from, by the SHA-256 of their cookie: strangers' guesses do not slow them.
CREATE TABLE known_device (
    token_hash BYTEA NOT NULL,
    account_id UUID NOT NULL REFERENCES account (id),
    used_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (token_hash, account_id)
);
CREATE INDEX known_device_by_account ON known_device (account_id);

-- Two-step sign-in (TOTP).
CREATE TABLE two_step (
    account_id UUID PRIMARY KEY REFERENCES account (id),
    -- The seed, sealed.
    secret TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    -- Null until the first right code: not in force before.
    enabled_at TIMESTAMPTZ,
    -- The time step of the last code that was used: each works once.
    last_step BIGINT NOT NULL,
    -- Which set of recovery codes, made from the seed, is the present one.
    codes_set BIGINT NOT NULL
);

-- Codes for who has lost the device, by their SHA-256; a used one is gone.
CREATE TABLE recovery_code (
    account_id UUID NOT NULL REFERENCES account (id),
    code_hash BYTEA NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- Invitations of managers.
CREATE TABLE invitation (
    id UUID PRIMARY KEY,
    token_hash BYTEA NOT NULL CONSTRAINT invitation_token_unique UNIQUE,
    email TEXT NOT NULL,
    -- Null: from the command line.
    invited_by UUID REFERENCES account (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    accepted_at TIMESTAMPTZ,
    accepted_by UUID REFERENCES account (id),
    revoked_at TIMESTAMPTZ
);
CREATE INDEX invitation_by_email ON invitation (email);

-- The bank accounts of experts, sealed, with the instant from which payouts use them.
CREATE TABLE expert_iban (
    id UUID PRIMARY KEY,
    expert_id UUID NOT NULL REFERENCES expert (id),
    -- Sealed for `expert_iban.sealed/<id>`.
    sealed TEXT NOT NULL,
    -- Country and last digits, for people.
    masked TEXT NOT NULL,
    requested_by UUID NOT NULL REFERENCES account (id),
    requested_at TIMESTAMPTZ NOT NULL,
    effective_at TIMESTAMPTZ NOT NULL,
    cancelled_at TIMESTAMPTZ
);
CREATE INDEX expert_iban_by_expert ON expert_iban (expert_id, effective_at);

-- A known word, sealed: tells at the start whether this node has the key that the others sealed with.
CREATE TABLE secret_check (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    sealed TEXT NOT NULL
);
