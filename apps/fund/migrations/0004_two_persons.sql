-- Whoever connects may put a table of the same name in front (CREATE TEMP TABLE fund_line ...): what guards the ledger
-- looks at the ledger's own tables, also when it runs at commit.
ALTER FUNCTION fund_seal_entry() SET search_path = public, pg_temp;
ALTER FUNCTION fund_seal_line() SET search_path = public, pg_temp;
ALTER FUNCTION fund_carry() SET search_path = public, pg_temp;
ALTER FUNCTION fund_check_new_entry() SET search_path = public, pg_temp;
ALTER FUNCTION fund_check_new_line() SET search_path = public, pg_temp;

-- The books close forward.  Back, they open only with a reason and two persons; each is a row that stays.
CREATE OR REPLACE FUNCTION fund_close() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE closed date;
BEGIN
    PERFORM pg_advisory_xact_lock(7301, 1);
    SELECT c.through INTO closed FROM fund_closing c ORDER BY c.id DESC LIMIT 1;
    IF closed IS NOT NULL AND (NEW.through = closed OR (NEW.through < closed) <> (NEW.reason <> '')) THEN
        RAISE EXCEPTION 'the books are closed through %: % refused', closed, NEW.through USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- What two persons decided stays as they decided it.
CREATE FUNCTION fund_guard_second_look() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'mirror_id'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'asked' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION '% stays as it is: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_correction_guard BEFORE UPDATE OR DELETE ON fund_correction
    FOR EACH ROW EXECUTE FUNCTION fund_guard_second_look();
CREATE TRIGGER fund_correction_keeps_all BEFORE TRUNCATE ON fund_correction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- As before (0003), but the same key with other content is refused here, whoever calls.
-- Answers, in the order given, the entry of each key.
DROP FUNCTION fund_post(timestamptz, jsonb);
CREATE FUNCTION fund_post(p_recorded timestamptz, p_entries jsonb)
RETURNS SETOF bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    closed date;
    fresh jsonb;  -- entry id by key, of those not known before
    reused text;
BEGIN
    IF (SELECT count(DISTINCT e ->> 'key') FROM jsonb_array_elements(p_entries) e) < jsonb_array_length(p_entries) THEN
        RAISE EXCEPTION 'a key stands twice in one call' USING ERRCODE = 'unique_violation';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(7301, 1);
    SELECT c.through INTO closed FROM fund_closing c ORDER BY c.id DESC LIMIT 1;

    INSERT INTO fund_account (code, normal, no_overdraft, balance_fen)
        SELECT DISTINCT ON (l ->> 0) l ->> 0, (l ->> 1)::smallint, (l ->> 2)::boolean, 0
        FROM jsonb_array_elements(p_entries) e, jsonb_array_elements(e -> 'lines') l
        WHERE NOT EXISTS (SELECT 1 FROM fund_account a WHERE a.code = l ->> 0)
        ORDER BY l ->> 0
        ON CONFLICT (code) DO NOTHING;

    WITH made AS (
        INSERT INTO fund_entry
            (key, input_hash, kind, effective_date, recorded_at, source_label, source_id, memo, reverses_id, xact)
        SELECT e ->> 'key', fund_content_hash(e), e ->> 'kind',
            CASE WHEN (e ->> 'moves_on')::boolean AND (e ->> 'day')::date <= closed THEN closed + 1
                ELSE (e ->> 'day')::date END,
            p_recorded, e ->> 'label', (e ->> 'id')::bigint, e ->> 'memo', (e ->> 'reverses')::bigint, 0
        FROM jsonb_array_elements(p_entries) e
        WHERE NOT EXISTS (SELECT 1 FROM fund_entry known WHERE known.key = e ->> 'key')
        ORDER BY e ->> 'key'
        ON CONFLICT (key) DO NOTHING RETURNING id, key
    )
    SELECT coalesce(jsonb_object_agg(made.key, made.id), '{}') INTO fresh FROM made;

    PERFORM 1 FROM fund_account a
        WHERE a.code IN (
            SELECT l ->> 0 FROM jsonb_array_elements(p_entries) e, jsonb_array_elements(e -> 'lines') l
            WHERE fresh ? (e ->> 'key')
        ) ORDER BY a.id FOR NO KEY UPDATE;
    INSERT INTO fund_line (entry_id, account_id, amount_fen)
        SELECT (fresh ->> (e.entry ->> 'key'))::bigint, a.id, (l.line ->> 3)::bigint
        FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS e (entry, place),
            jsonb_array_elements(e.entry -> 'lines') WITH ORDINALITY AS l (line, place)
        JOIN fund_account a ON a.code = l.line ->> 0
        WHERE fresh ? (e.entry ->> 'key')
        ORDER BY e.place, l.place;

    SELECT x.key INTO reused FROM jsonb_array_elements(p_entries) e JOIN fund_entry x ON x.key = e ->> 'key'
        WHERE NOT fresh ? x.key AND x.input_hash <> fund_content_hash(e);
    IF reused IS NOT NULL THEN
        RAISE EXCEPTION 'the key % was booked with other content', reused USING ERRCODE = 'GJ002', DETAIL = reused;
    END IF;
    RETURN QUERY SELECT x.id FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS e (entry, place)
        JOIN fund_entry x ON x.key = e.entry ->> 'key' ORDER BY e.place;
END $$;
