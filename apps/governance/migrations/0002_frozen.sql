-- What an open or decided resolution says cannot be changed, not even by raw SQL.

CREATE FUNCTION governance_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION governance_guard_resolution() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'closed_by_id', 'closed_at'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM governance_refuse('a resolution is never deleted');
    END IF;
    IF OLD.state IN ('passed', 'rejected', 'cancelled') THEN
        PERFORM governance_refuse('resolution ' || OLD.id || ' has ended');
    END IF;
    IF NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN (
        'draft>open', 'draft>cancelled', 'open>passed', 'open>rejected', 'open>ratifying', 'open>cancelled',
        'ratifying>passed', 'ratifying>rejected'
    ) THEN
        PERFORM governance_refuse('no way from ' || OLD.state || ' to ' || NEW.state);
    END IF;
    IF OLD.state = 'draft' THEN
        free := free || ARRAY['opened_by_id', 'opened_at', 'closes_at', 'manifest', 'manifest_hash'];
    END IF;
    IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        PERFORM governance_refuse('resolution ' || OLD.id || ' is frozen');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER governance_resolution_guard BEFORE UPDATE OR DELETE ON governance_resolution
    FOR EACH ROW EXECUTE FUNCTION governance_guard_resolution();
CREATE TRIGGER governance_resolution_keeps_all BEFORE TRUNCATE ON governance_resolution
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Lines, roll and interests belong to the draft: nothing joins once the ballot is open.
CREATE FUNCTION governance_only_while_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found_state text;
BEGIN
    IF TG_TABLE_NAME = 'governance_recusal' THEN
        SELECT r.state INTO found_state FROM governance_resolution r JOIN governance_line l ON l.resolution_id = r.id
            WHERE l.id = (to_jsonb(NEW) ->> 'line_id')::bigint;
    ELSE
        SELECT state INTO found_state FROM governance_resolution
            WHERE id = (to_jsonb(NEW) ->> 'resolution_id')::bigint;
    END IF;
    IF found_state <> 'draft' THEN
        PERFORM governance_refuse(TG_TABLE_NAME || ': the ballot is frozen');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER governance_line_frozen BEFORE INSERT ON governance_line
    FOR EACH ROW EXECUTE FUNCTION governance_only_while_draft();
CREATE TRIGGER governance_rollseat_frozen BEFORE INSERT ON governance_rollseat
    FOR EACH ROW EXECUTE FUNCTION governance_only_while_draft();
CREATE TRIGGER governance_recusal_frozen BEFORE INSERT ON governance_recusal
    FOR EACH ROW EXECUTE FUNCTION governance_only_while_draft();

-- A vote needs an open ballot before its end, a seat on the roll and no interest that recuses.
-- FOR SHARE: a vote that is being written keeps the ballot from closing, and the other way round.
CREATE FUNCTION governance_guard_vote() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ballot governance_resolution;
BEGIN
    SELECT r.* INTO ballot FROM governance_resolution r JOIN governance_line l ON l.resolution_id = r.id
        WHERE l.id = NEW.line_id FOR SHARE OF r;
    IF ballot.state <> 'open' OR NEW.at < ballot.opened_at OR NEW.at >= ballot.closes_at THEN
        PERFORM governance_refuse('the ballot is not open');
    END IF;
    IF NOT EXISTS (SELECT FROM governance_rollseat WHERE resolution_id = ballot.id AND seat_id = NEW.seat_id) THEN
        PERFORM governance_refuse('the seat is not on the roll');
    END IF;
    IF EXISTS (SELECT FROM governance_recusal
               WHERE line_id = NEW.line_id AND seat_id = NEW.seat_id AND interest = 'recused') THEN
        PERFORM governance_refuse('the seat is recused from the line');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER governance_vote_guard BEFORE INSERT ON governance_vote
    FOR EACH ROW EXECUTE FUNCTION governance_guard_vote();
