-- Two people for large payments, held by the database: what needs a release is not sent without one, a release is by two
-- persons of whom neither caused the payment, and a held order may go to the account its payee has named since.

INSERT INTO payments_legal_step VALUES ('held', 'requested'), ('held', 'failed'), ('requested', 'held');

CREATE FUNCTION payments_today() RETURNS date LANGUAGE sql VOLATILE AS $$
    SELECT (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
$$;

CREATE FUNCTION payments_limits_in_force(
    OUT release_from_fen bigint, OUT payee_day_fen bigint, OUT day_fen bigint
) LANGUAGE sql STABLE AS $$
    SELECT release_from_fen, payee_day_fen, day_fen FROM (
        SELECT id, release_from_fen, payee_day_fen, day_fen FROM payments_limits
        UNION ALL SELECT 0, 5000000, 20000000, 500000000  -- fen: until somebody sets others
    ) known ORDER BY id DESC LIMIT 1
$$;

CREATE FUNCTION payments_check_release(p_order payments_order) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM payments_proposal p
        WHERE p.id = p_order.release_id AND p.order_id = p_order.id AND p.kind = 'release' AND p.outcome = 'accepted'
            AND p.decided_by_id <> p.proposed_by_id
            AND p.decided_by_id IS DISTINCT FROM p_order.caused_by_id
            AND p.proposed_by_id IS DISTINCT FROM p_order.caused_by_id
    ) THEN
        RAISE EXCEPTION 'an order like this is released by two people who did not cause it'
            USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION payments_guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['state', 'state_at', 'attempt', 'first_sent_at', 'lease_until', 'inquiries',
        'next_try_at', 'gateway_reference', 'reason', 'settled_date', 'returned_date', 'held_until', 'release_id',
        'batch_id'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.needs_release := NEW.amount_fen >= (SELECT release_from_fen FROM payments_limits_in_force());
        IF NEW.state NOT IN ('requested', 'held') OR NEW.attempt <> 0 OR NEW.release_id IS NOT NULL THEN
            RAISE EXCEPTION 'an order starts as requested or held, not %', NEW.state USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'held' AND OLD.attempt = 0 AND NEW.payee_account_id <> OLD.payee_account_id AND EXISTS (
        SELECT 1 FROM payments_payeeaccount was JOIN payments_payeeaccount becomes USING (owner_label, owner_id)
        WHERE was.id = OLD.payee_account_id AND becomes.id = NEW.payee_account_id
    ) THEN
        may_change := may_change || 'payee_account_id'::text;
    END IF;
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'what an order pays to whom never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.attempt < OLD.attempt OR (NEW.first_sent_at IS DISTINCT FROM OLD.first_sent_at AND OLD.first_sent_at IS NOT NULL)
        OR (NEW.batch_id IS DISTINCT FROM OLD.batch_id AND OLD.batch_id IS NOT NULL) THEN
        RAISE EXCEPTION 'attempts are not undone' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT EXISTS (
        SELECT 1 FROM payments_legal_step s WHERE s.before = OLD.state AND s.after = NEW.state
    ) THEN
        RAISE EXCEPTION 'an order does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'requested' AND OLD.state = 'held' AND (NEW.needs_release OR OLD.held_until IS NULL) THEN
        PERFORM payments_check_release(NEW);
    ELSIF NEW.state = 'submitting' AND OLD.state = 'requested' AND (NEW.needs_release OR NEW.release_id IS NOT NULL) THEN
        PERFORM payments_check_release(NEW);
    ELSIF NEW.state = 'held' AND OLD.release_id IS NOT NULL THEN
        UPDATE payments_proposal SET outcome = 'void' WHERE id = OLD.release_id;
    END IF;
    RETURN NEW;
END $$;

-- What is proposed never changes; what is decided is decided, but may lose its object.
CREATE FUNCTION payments_guard_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['outcome', 'decided_by_id', 'decided_at'];
BEGIN
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR (OLD.outcome <> 'open' AND to_jsonb(NEW) - 'outcome'::text <> to_jsonb(OLD) - 'outcome'::text)
        OR (OLD.outcome <> 'open' AND NEW.outcome NOT IN (OLD.outcome, 'void')) THEN
        RAISE EXCEPTION 'what was proposed and decided never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_proposal_guard BEFORE UPDATE ON payments_proposal
    FOR EACH ROW EXECUTE FUNCTION payments_guard_proposal();
CREATE TRIGGER payments_proposal_keeps_rows BEFORE DELETE ON payments_proposal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payments_proposal_keeps_all BEFORE TRUNCATE ON payments_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
