-- Other limits are in force once a second person has confirmed them; rows without a proposal stand from the beginning.

CREATE OR REPLACE FUNCTION payments_limits_in_force(
    OUT release_from_fen bigint, OUT payee_day_fen bigint, OUT day_fen bigint
) LANGUAGE sql STABLE AS $$
    SELECT release_from_fen, payee_day_fen, day_fen FROM (
        SELECT l.id, l.release_from_fen, l.payee_day_fen, l.day_fen FROM payments_limits l
        LEFT JOIN payments_proposal p ON p.id = l.proposal_id
        WHERE l.proposal_id IS NULL
            OR (p.kind = 'limits' AND p.outcome = 'accepted' AND p.decided_by_id <> p.proposed_by_id)
        UNION ALL SELECT 0, 5000000, 20000000, 500000000  -- fen: until somebody sets others
    ) known ORDER BY id DESC LIMIT 1
$$;

-- Who wants other limits proposes them; only what stood before two people set any has no proposal.
CREATE FUNCTION payments_guard_limits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.proposal_id IS NULL AND EXISTS (
        SELECT FROM payments_proposal WHERE kind = 'limits' AND outcome IN ('open', 'accepted')
    ) OR NEW.proposal_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM payments_proposal WHERE id = NEW.proposal_id AND kind = 'limits' AND outcome = 'open'
    ) THEN
        RAISE EXCEPTION 'limits are set by two people' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_limits_guard BEFORE INSERT ON payments_limits
    FOR EACH ROW EXECUTE FUNCTION payments_guard_limits();

-- As before, and limits that two people set stay set until two people set others.
CREATE OR REPLACE FUNCTION payments_guard_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['outcome', 'decided_by_id', 'decided_at'];
BEGIN
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR (OLD.outcome <> 'open' AND to_jsonb(NEW) - 'outcome'::text <> to_jsonb(OLD) - 'outcome'::text)
        OR (OLD.outcome <> 'open' AND NEW.outcome NOT IN (OLD.outcome, 'void'))
        OR (OLD.outcome = 'accepted' AND OLD.kind = 'limits' AND NEW.outcome <> 'accepted') THEN
        RAISE EXCEPTION 'what was proposed and decided never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
