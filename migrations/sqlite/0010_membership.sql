-- Members of the recognition programme, their benefits, their events and their community (S52, S57–S63).

-- What a member shows, and the code of the badge: one a person, whatever becomes of the memberships.
CREATE TABLE member_profile (
    account_id BLOB PRIMARY KEY REFERENCES account (id),
    -- Stands in the badge's address; never changes.
    code TEXT NOT NULL CONSTRAINT member_profile_code_unique UNIQUE,
    display_name TEXT NOT NULL,
    about TEXT NOT NULL,
    -- ISO 3166-1; null until the member has said so. It decides the benefits.
    country TEXT,
    -- Whether the public hall shows the member.
    listed INTEGER NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
CREATE TABLE member_product (
    account_id BLOB NOT NULL REFERENCES account (id),
    product TEXT NOT NULL REFERENCES product (code),
    PRIMARY KEY (account_id, product)
) STRICT;
-- ISO 639-1 codes.
CREATE TABLE member_language (
    account_id BLOB NOT NULL REFERENCES account (id),
    language TEXT NOT NULL,
    PRIMARY KEY (account_id, language)
) STRICT;

CREATE TABLE membership (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    -- The nomination that was accepted.
    nomination_id BLOB NOT NULL CONSTRAINT membership_nomination_unique UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('active', 'due', 'not-renewed', 'lapsed', 'ended', 'resigned')),
    -- Civil days in the platform's zone, both included; the last moves with each renewal.
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    -- Terms so far, from 1.
    term INTEGER NOT NULL CHECK (term >= 1),
    -- Why it is not renewed, or was ended, as the member reads it.
    reasons TEXT,
    -- The day of the last decision against it, in the platform's zone; when, and by which manager.
    decided_on TEXT,
    decided_at TEXT,
    decided_by BLOB REFERENCES account (id),
    -- When the status was lost.
    lost_at TEXT,
    -- An appeal against the last decision.
    appeal TEXT NOT NULL CHECK (appeal IN ('none', 'open', 'dismissed')),
    version INTEGER NOT NULL,
    CONSTRAINT membership_not_renewed_with_reasons CHECK (state NOT IN ('not-renewed', 'lapsed', 'ended') OR reasons IS NOT NULL),
    CONSTRAINT membership_lost_when CHECK ((state IN ('lapsed', 'ended', 'resigned')) = (lost_at IS NOT NULL))
) STRICT;
-- One live membership a person.
CREATE UNIQUE INDEX membership_live_once ON membership (account_id) WHERE state IN ('active', 'due', 'not-renewed');
CREATE INDEX membership_by_account ON membership (account_id, first_day);
CREATE INDEX membership_by_state ON membership (state, last_day);

-- Every term, and how it came about: what the count was, and what the rulebook asked for.
CREATE TABLE membership_term (
    membership_id BLOB NOT NULL REFERENCES membership (id),
    term INTEGER NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    granted_at TEXT NOT NULL,
    -- Null for the first one, which the nomination's decision granted.
    granted_by BLOB REFERENCES account (id),
    months_active INTEGER,
    months_needed INTEGER,
    reasons TEXT,
    PRIMARY KEY (membership_id, term)
) STRICT;

-- Append-only: every move, who made it, when and why.
CREATE TABLE membership_log (
    membership_id BLOB NOT NULL REFERENCES membership (id),
    -- From 1 within the membership.
    step INTEGER NOT NULL,
    at TEXT NOT NULL,
    -- Null for the clock.
    actor_id BLOB REFERENCES account (id),
    from_state TEXT,
    to_state TEXT NOT NULL,
    event TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (membership_id, step)
) STRICT;

CREATE TABLE membership_appeal (
    id BLOB PRIMARY KEY,
    membership_id BLOB NOT NULL REFERENCES membership (id),
    body TEXT NOT NULL,
    made_at TEXT NOT NULL,
    -- The answer, and who gave it.
    granted INTEGER,
    answer TEXT,
    answered_at TEXT,
    answered_by BLOB REFERENCES account (id),
    CONSTRAINT membership_appeal_answered_with_reasons CHECK ((granted IS NULL) = (answer IS NULL))
) STRICT;
CREATE UNIQUE INDEX membership_appeal_open_once ON membership_appeal (membership_id) WHERE answer IS NULL;

-- The catalogue of benefits (S57–S60).
CREATE TABLE benefit (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('badge', 'certificate', 'welcome-kit', 'learning', 'event-discount', 'software',
        'events', 'community', 'meetings')),
    position INTEGER NOT NULL,
    -- Whether a claim takes a code from the pool.
    uses_codes INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE TABLE benefit_text (
    benefit_id BLOB NOT NULL REFERENCES benefit (id),
    locale TEXT NOT NULL CHECK (locale IN ('fr', 'nl', 'en')),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    -- What a member reads once it is theirs: how to use it.
    instructions TEXT NOT NULL,
    -- What must be accepted first; empty for none.
    terms TEXT NOT NULL,
    PRIMARY KEY (benefit_id, locale)
) STRICT;
-- Where and when a benefit is to be had.
CREATE TABLE benefit_country (
    id BLOB PRIMARY KEY,
    benefit_id BLOB NOT NULL REFERENCES benefit (id),
    -- ISO 3166-1, or `*` for everywhere.
    country TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    -- The last day; null for an open end.
    valid_until TEXT,
    CONSTRAINT benefit_country_in_order CHECK (valid_until IS NULL OR valid_until >= valid_from)
) STRICT;
CREATE INDEX benefit_country_by_benefit ON benefit_country (benefit_id, country);

CREATE TABLE benefit_claim (
    id BLOB PRIMARY KEY,
    benefit_id BLOB NOT NULL REFERENCES benefit (id),
    membership_id BLOB NOT NULL REFERENCES membership (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    -- The term it was claimed in; 0 for what is given once a membership.
    term INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'given', 'ended')),
    claimed_at TEXT NOT NULL,
    -- The terms as they were read and accepted, and when.
    terms TEXT,
    terms_accepted_at TEXT,
    -- Where a kit goes, sealed; forgotten once it is sent.
    address TEXT,
    given_at TEXT,
    given_by BLOB REFERENCES account (id),
    ended_at TEXT,
    -- Who held software says that it is gone.
    uninstalled_at TEXT
) STRICT;
CREATE UNIQUE INDEX benefit_claim_once ON benefit_claim (benefit_id, membership_id, term) WHERE state <> 'ended';
CREATE INDEX benefit_claim_by_account ON benefit_claim (account_id, claimed_at);
CREATE INDEX benefit_claim_by_state ON benefit_claim (state, claimed_at);

-- Codes that claims take: each is given once.
CREATE TABLE benefit_code (
    id BLOB PRIMARY KEY,
    benefit_id BLOB NOT NULL REFERENCES benefit (id),
    code TEXT NOT NULL,
    added_at TEXT NOT NULL,
    claim_id BLOB CONSTRAINT benefit_code_claim_unique UNIQUE REFERENCES benefit_claim (id),
    -- To be made invalid where it is redeemed: its holder is no member any more.
    revoked_at TEXT,
    CONSTRAINT benefit_code_once UNIQUE (benefit_id, code)
) STRICT;

CREATE TABLE member_event (
    id BLOB PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Language it is held in.
    language TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    -- Town and room, or empty when it is held online.
    place TEXT NOT NULL,
    -- Address of the online meeting; for those who signed up.
    link TEXT NOT NULL,
    places INTEGER NOT NULL CHECK (places >= 1),
    cancelled_at TEXT,
    -- Counts every change; the calendar file says so.
    version INTEGER NOT NULL,
    CONSTRAINT member_event_in_order CHECK (ends_at > starts_at)
) STRICT;
CREATE INDEX member_event_by_start ON member_event (starts_at);

CREATE TABLE member_sign_up (
    event_id BLOB NOT NULL REFERENCES member_event (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    state TEXT NOT NULL CHECK (state IN ('going', 'waiting')),
    at TEXT NOT NULL,
    -- Title of the talk the member gives; null for none.
    talk TEXT,
    -- When the talk became one of the member's contributions.
    contributed_at TEXT,
    PRIMARY KEY (event_id, account_id)
) STRICT;
CREATE INDEX member_sign_up_by_account ON member_sign_up (account_id);

CREATE TABLE community_thread (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES account (id),
    title TEXT NOT NULL,
    product TEXT REFERENCES product (code),
    language TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_post_at TEXT NOT NULL,
    -- Nobody writes any more.
    closed_at TEXT,
    -- The post that answered it, says who asked.
    answer_id BLOB
) STRICT;
CREATE INDEX community_thread_by_last_post ON community_thread (last_post_at);

CREATE TABLE community_post (
    id BLOB PRIMARY KEY,
    thread_id BLOB NOT NULL REFERENCES community_thread (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    edited_at TEXT,
    removed_at TEXT,
    removed_by BLOB REFERENCES account (id),
    removed_because TEXT,
    -- When the answer became one of its author's contributions.
    contributed_at TEXT,
    CONSTRAINT community_post_removed_with_reasons CHECK ((removed_at IS NULL) = (removed_because IS NULL))
) STRICT;
CREATE INDEX community_post_by_thread ON community_post (thread_id, created_at);

-- What members told the managers of.
CREATE TABLE community_report (
    post_id BLOB NOT NULL REFERENCES community_post (id),
    account_id BLOB NOT NULL REFERENCES account (id),
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    settled_at TEXT,
    PRIMARY KEY (post_id, account_id)
) STRICT;
CREATE INDEX community_report_open ON community_report (at) WHERE settled_at IS NULL;
