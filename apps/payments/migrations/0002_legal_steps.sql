-- What the database itself holds of an order: it starts as requested, goes only legal ways, never becomes another
-- payment, and every step is written down by the database.

CREATE TABLE payments_legal_step (before text NOT NULL, after text NOT NULL, PRIMARY KEY (before, after));
INSERT INTO payments_legal_step VALUES
    ('requested', 'submitting'),
    ('submitting', 'submitted'), ('submitting', 'unknown'), ('submitting', 'failed'), ('submitting', 'settled'),
    ('unknown', 'submitting'), ('unknown', 'submitted'), ('unknown', 'failed'), ('unknown', 'settled'),
    ('submitted', 'settled'), ('submitted', 'failed'),
    ('settled', 'returned');

CREATE FUNCTION payments_guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['state', 'state_at', 'attempt', 'first_sent_at', 'lease_until', 'inquiries',
        'next_try_at', 'gateway_reference', 'reason', 'settled_date', 'returned_date'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'requested' OR NEW.attempt <> 0 THEN
            RAISE EXCEPTION 'an order starts as requested, not %', NEW.state USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'what an order pays to whom never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.attempt < OLD.attempt OR (NEW.first_sent_at IS DISTINCT FROM OLD.first_sent_at AND OLD.first_sent_at IS NOT NULL) THEN
        RAISE EXCEPTION 'attempts are not undone' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT EXISTS (
        SELECT 1 FROM payments_legal_step s WHERE s.before = OLD.state AND s.after = NEW.state
    ) THEN
        RAISE EXCEPTION 'an order does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_order_guard BEFORE INSERT OR UPDATE ON payments_order
    FOR EACH ROW EXECUTE FUNCTION payments_guard_order();
CREATE TRIGGER payments_order_keeps_rows BEFORE DELETE ON payments_order
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payments_order_keeps_all BEFORE TRUNCATE ON payments_order
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION payments_note_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO payments_orderevent (order_id, at, before, after, attempt, reason)
            VALUES (NEW.id, NEW.state_at, '', NEW.state, NEW.attempt, '');
    ELSIF NEW.state <> OLD.state THEN
        INSERT INTO payments_orderevent (order_id, at, before, after, attempt, reason)
            VALUES (NEW.id, NEW.state_at, OLD.state, NEW.state, NEW.attempt, NEW.reason);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payments_order_note AFTER INSERT OR UPDATE ON payments_order
    FOR EACH ROW EXECUTE FUNCTION payments_note_step();
