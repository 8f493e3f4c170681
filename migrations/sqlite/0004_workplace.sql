-- The experts' workplace.

-- Rises with each change of the profile; writers name the one they read.
ALTER TABLE expert ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- The expert's own lead time, on top of the platform's.
ALTER TABLE expert ADD COLUMN lead_days INTEGER NOT NULL DEFAULT 0;
-- When the expert took the profile down; null when somebody else did, or nobody.
ALTER TABLE expert ADD COLUMN paused_at TEXT;

-- Skills in the expert's own words, in their order.
CREATE TABLE expert_skill (
    expert_id BLOB NOT NULL REFERENCES expert (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (expert_id, position)
) STRICT;

-- The private feed of an expert's bookings, by the SHA-256 of its secret.
CREATE TABLE calendar_feed (
    expert_id BLOB PRIMARY KEY REFERENCES expert (id),
    secret_hash BLOB NOT NULL CONSTRAINT calendar_feed_secret_unique UNIQUE,
    created_at TEXT NOT NULL
) STRICT;

-- Calendars elsewhere, whose events make days busy.
CREATE TABLE busy_calendar (
    id BLOB PRIMARY KEY,
    expert_id BLOB NOT NULL REFERENCES expert (id),
    name TEXT NOT NULL,
    -- Null for a file that was handed in.
    address TEXT,
    body TEXT NOT NULL,
    events INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    -- When it was last read well, and why not since.
    read_at TEXT,
    problem TEXT
) STRICT;
CREATE INDEX busy_calendar_by_expert ON busy_calendar (expert_id);
CREATE TABLE busy_day (
    calendar_id BLOB NOT NULL REFERENCES busy_calendar (id),
    day TEXT NOT NULL,
    expert_id BLOB NOT NULL REFERENCES expert (id),
    PRIMARY KEY (calendar_id, day)
) STRICT;
CREATE INDEX busy_day_by_expert ON busy_day (expert_id, day);

-- What client and expert of a booking write to each other.
CREATE TABLE booking_message (
    id BLOB PRIMARY KEY,
    booking_id BLOB NOT NULL REFERENCES booking (id),
    author_id BLOB NOT NULL REFERENCES account (id),
    body TEXT NOT NULL,
    -- The form's own key: a double click is one message.
    form_key BLOB NOT NULL CONSTRAINT booking_message_form_unique UNIQUE,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX booking_message_by_booking ON booking_message (booking_id, created_at);
