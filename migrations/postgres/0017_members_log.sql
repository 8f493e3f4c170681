-- What is told of changes in the members' area: posts that were edited or taken away, events and benefits that managers
-- changed.

-- Append-only, but that an erased person's words are blanked: what became of posts, and what they said until then; for
-- managers.
CREATE TABLE community_log (
    id UUID PRIMARY KEY,
    thread_id UUID NOT NULL REFERENCES community_thread (id),
    -- None where it is about the whole conversation.
    post_id UUID REFERENCES community_post (id),
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID NOT NULL REFERENCES account (id),
    event TEXT NOT NULL CHECK (event IN ('edited', 'withdrawn', 'removed', 'kept', 'closed', 'reopened')),
    -- What the post said until then.
    body TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX community_log_by_post ON community_log (post_id, at);
CREATE INDEX community_log_by_time ON community_log (at);
INSERT INTO community_log (id, thread_id, post_id, at, actor_id, event, body, reason)
    SELECT id, thread_id, id, removed_at, COALESCE(removed_by, account_id), 'removed', body, removed_because
    FROM community_post WHERE removed_at IS NOT NULL;

-- Append-only: every change of an event or a benefit, who made it, and what changed.
CREATE TABLE programme_log (
    id UUID PRIMARY KEY,
    -- One of the two.
    event_id UUID REFERENCES member_event (id),
    benefit_id UUID REFERENCES benefit (id),
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID NOT NULL REFERENCES account (id),
    action TEXT NOT NULL CHECK (action IN ('made', 'changed', 'cancelled', 'offered', 'closed', 'codes')),
    -- The version that it had from then on.
    version BIGINT NOT NULL,
    -- What changed, field by field.
    detail TEXT NOT NULL,
    CONSTRAINT programme_log_of_one CHECK ((event_id IS NULL) <> (benefit_id IS NULL))
);
CREATE INDEX programme_log_by_event ON programme_log (event_id, version);
CREATE INDEX programme_log_by_benefit ON programme_log (benefit_id, version);
CREATE INDEX programme_log_by_time ON programme_log (at);

-- Counts changes of its terms, in any language: who claims it accepts those that are in force.
ALTER TABLE benefit ADD COLUMN terms_version BIGINT NOT NULL DEFAULT 1;
UPDATE benefit SET terms_version = version;

-- From here on, each database in its own words.
CREATE TRIGGER community_log_append_only BEFORE DELETE OR TRUNCATE ON community_log
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER community_log_only_blanked BEFORE UPDATE ON community_log
    FOR EACH ROW WHEN (NEW.body <> '–' OR NEW.id <> OLD.id OR NEW.thread_id <> OLD.thread_id
        OR NEW.post_id IS DISTINCT FROM OLD.post_id OR NEW.at <> OLD.at OR NEW.actor_id <> OLD.actor_id
        OR NEW.event <> OLD.event OR NEW.reason <> OLD.reason)
    EXECUTE FUNCTION append_only();
CREATE TRIGGER programme_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON programme_log
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
