-- Members of the recognition programme, their benefits, their events and their community (S52, S57–S63).

-- What a member shows, and the code of the badge: one a person, whatever becomes of the memberships.
CREATE TABLE member_profile (
    account_id UUID PRIMARY KEY REFERENCES account (id),
    -- Stands in the badge's address; never changes.
    code TEXT NOT NULL CONSTRAINT member_profile_code_unique UNIQUE,
    display_name TEXT NOT NULL,
    about TEXT NOT NULL,
    -- ISO 3166-1; null until the member has said so. It decides the benefits.
    country TEXT,
    -- Whether the public hall shows the member.
    listed BOOLEAN NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE member_product (
    account_id UUID NOT NULL REFERENCES account (id),
    product TEXT NOT NULL REFERENCES product (code),
    PRIMARY KEY (account_id, product)
);
-- ISO 639-1 codes.
CREATE TABLE member_language (
    account_id UUID NOT NULL REFERENCES account (id),
    language TEXT NOT NULL,
    PRIMARY KEY (account_id, language)
);

CREATE TABLE membership (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    -- The nomination that was accepted.
    nomination_id UUID NOT NULL CONSTRAINT membership_nomination_unique UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('active', 'due', 'not-renewed', 'lapsed', 'ended', 'resigned')),
    -- Civil days in the platform's zone, both included; the last moves with each renewal.
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    -- Terms so far, from 1.
    term BIGINT NOT NULL CHECK (term >= 1),
    -- Why it is not renewed, or was ended, as the member reads it.
    reasons TEXT,
    -- The day of the last decision against it, in the platform's zone; when, and by which manager.
    decided_on DATE,
    decided_at TIMESTAMPTZ,
    decided_by UUID REFERENCES account (id),
    -- When the status was lost.
    lost_at TIMESTAMPTZ,
    -- An appeal against the last decision.
    appeal TEXT NOT NULL CHECK (appeal IN ('none', 'open', 'dismissed')),
    version BIGINT NOT NULL,
    CONSTRAINT membership_not_renewed_with_reasons CHECK (state NOT IN ('not-renewed', 'lapsed', 'ended') OR reasons IS NOT NULL),
    CONSTRAINT membership_lost_when CHECK ((state IN ('lapsed', 'ended', 'resigned')) = (lost_at IS NOT NULL))
);
-- One live membership a person.
CREATE UNIQUE INDEX membership_live_once ON membership (account_id) WHERE state IN ('active', 'due', 'not-renewed');
CREATE INDEX membership_by_account ON membership (account_id, first_day);
CREATE INDEX membership_by_state ON membership (state, last_day);

-- Every term, and how it came about: what the count was, and what the rulebook asked for.
CREATE TABLE membership_term (
    membership_id UUID NOT NULL REFERENCES membership (id),
    term BIGINT NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    granted_at TIMESTAMPTZ NOT NULL,
    -- Null for the first one, which the nomination's decision granted.
    granted_by UUID REFERENCES account (id),
    months_active BIGINT,
    months_needed BIGINT,
    reasons TEXT,
    PRIMARY KEY (membership_id, term)
);

-- Append-only: every move, who made it, when and why.
CREATE TABLE membership_log (
    membership_id UUID NOT NULL REFERENCES membership (id),
    -- From 1 within the membership.
    step BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    -- Null for the clock.
    actor_id UUID REFERENCES account (id),
    from_state TEXT,
    to_state TEXT NOT NULL,
    event TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (membership_id, step)
);

CREATE TABLE membership_appeal (
    id UUID PRIMARY KEY,
    membership_id UUID NOT NULL REFERENCES membership (id),
    body TEXT NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    -- The answer, and who gave it.
    granted BOOLEAN,
    answer TEXT,
    answered_at TIMESTAMPTZ,
    answered_by UUID REFERENCES account (id),
    CONSTRAINT membership_appeal_answered_with_reasons CHECK ((granted IS NULL) = (answer IS NULL))
);
CREATE UNIQUE INDEX membership_appeal_open_once ON membership_appeal (membership_id) WHERE answer IS NULL;

-- The catalogue of benefits (S57–S60).
CREATE TABLE benefit (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('badge', 'certificate', 'welcome-kit', 'learning', 'event-discount', 'software',
        'events', 'community', 'meetings')),
    position BIGINT NOT NULL,
    -- Whether a claim takes a code from the pool.
    uses_codes BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE benefit_text (
    benefit_id UUID NOT NULL REFERENCES benefit (id),
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'nl', 'en')),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    -- What a member reads once it is theirs: how to use it.
    instructions TEXT NOT NULL,
    -- What must be accepted first; empty for none.
    terms TEXT NOT NULL,
    PRIMARY KEY (benefit_id, locale)
);
-- Where and when a benefit is to be had.
CREATE TABLE benefit_country (
    id UUID PRIMARY KEY,
    benefit_id UUID NOT NULL REFERENCES benefit (id),
    -- ISO 3166-1, or `*` for everywhere.
    country TEXT NOT NULL,
    valid_from DATE NOT NULL,
    -- The last day; null for an open end.
    valid_until DATE,
    CONSTRAINT benefit_country_in_order CHECK (valid_until IS NULL OR valid_until >= valid_from)
);
CREATE INDEX benefit_country_by_benefit ON benefit_country (benefit_id, country);

CREATE TABLE benefit_claim (
    id UUID PRIMARY KEY,
    benefit_id UUID NOT NULL REFERENCES benefit (id),
    membership_id UUID NOT NULL REFERENCES membership (id),
    account_id UUID NOT NULL REFERENCES account (id),
    -- The term it was claimed in; 0 for what is given once a membership.
    term BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'given', 'ended')),
    claimed_at TIMESTAMPTZ NOT NULL,
    -- The terms as they were read and accepted, and when.
    terms TEXT,
    terms_accepted_at TIMESTAMPTZ,
    -- Where a kit goes, sealed; forgotten once it is sent.
    address TEXT,
    given_at TIMESTAMPTZ,
    given_by UUID REFERENCES account (id),
    ended_at TIMESTAMPTZ,
    -- Who held software says that it is gone.
    uninstalled_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX benefit_claim_once ON benefit_claim (benefit_id, membership_id, term) WHERE state <> 'ended';
CREATE INDEX benefit_claim_by_account ON benefit_claim (account_id, claimed_at);
CREATE INDEX benefit_claim_by_state ON benefit_claim (state, claimed_at);

-- Codes that claims take: each is given once.
CREATE TABLE benefit_code (
    id UUID PRIMARY KEY,
    benefit_id UUID NOT NULL REFERENCES benefit (id),
    code TEXT NOT NULL,
    added_at TIMESTAMPTZ NOT NULL,
    claim_id UUID CONSTRAINT benefit_code_claim_unique UNIQUE REFERENCES benefit_claim (id),
    -- To be made invalid where it is redeemed: its holder is no member any more.
    revoked_at TIMESTAMPTZ,
    CONSTRAINT benefit_code_once UNIQUE (benefit_id, code)
);

CREATE TABLE member_event (
    id UUID PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Language it is held in.
    language TEXT NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    -- Town and room, or empty when it is held online.
    place TEXT NOT NULL,
    -- Address of the online meeting; for those who signed up.
    link TEXT NOT NULL,
    places BIGINT NOT NULL CHECK (places >= 1),
    cancelled_at TIMESTAMPTZ,
    -- Counts every change; the calendar file says so.
    version BIGINT NOT NULL,
    CONSTRAINT member_event_in_order CHECK (ends_at > starts_at)
);
CREATE INDEX member_event_by_start ON member_event (starts_at);

CREATE TABLE member_sign_up (
    event_id UUID NOT NULL REFERENCES member_event (id),
    account_id UUID NOT NULL REFERENCES account (id),
    state TEXT NOT NULL CHECK (state IN ('going', 'waiting')),
    at TIMESTAMPTZ NOT NULL,
    -- Title of the talk the member gives; null for none.
    talk TEXT,
    -- When the talk became one of the member's contributions.
    contributed_at TIMESTAMPTZ,
    PRIMARY KEY (event_id, account_id)
);
CREATE INDEX member_sign_up_by_account ON member_sign_up (account_id);

CREATE TABLE community_thread (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    title TEXT NOT NULL,
    product TEXT REFERENCES product (code),
    language TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_post_at TIMESTAMPTZ NOT NULL,
    -- Nobody writes any more.
    closed_at TIMESTAMPTZ,
    -- The post that answered it, says who asked.
    answer_id UUID
);
CREATE INDEX community_thread_by_last_post ON community_thread (last_post_at);

CREATE TABLE community_post (
    id UUID PRIMARY KEY,
    thread_id UUID NOT NULL REFERENCES community_thread (id),
    account_id UUID NOT NULL REFERENCES account (id),
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    edited_at TIMESTAMPTZ,
    removed_at TIMESTAMPTZ,
    removed_by UUID REFERENCES account (id),
    removed_because TEXT,
    -- When the answer became one of its author's contributions.
    contributed_at TIMESTAMPTZ,
    CONSTRAINT community_post_removed_with_reasons CHECK ((removed_at IS NULL) = (removed_because IS NULL))
);
CREATE INDEX community_post_by_thread ON community_post (thread_id, created_at);

-- What members told the managers of.
CREATE TABLE community_report (
    post_id UUID NOT NULL REFERENCES community_post (id),
    account_id UUID NOT NULL REFERENCES account (id),
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    settled_at TIMESTAMPTZ,
    PRIMARY KEY (post_id, account_id)
);
CREATE INDEX community_report_open ON community_report (at) WHERE settled_at IS NULL;
