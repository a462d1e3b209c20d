-- The one way in, for one entry or many.  Opens missing accounts, inserts entries in the order of their keys, locks
-- accounts in the order of their ids (without either, parallel posts deadlock), inserts the lines.
-- Each entry: {key, kind, day, moves_on, label, id, memo, reverses, lines: [[account, normal, bounded, fen], ...]}.
-- ``moves_on``: where the books are closed for the day, the first open day takes the entry.
-- Answers for each, in the order given, the entry of its key and whether the content was the same as the first time.
CREATE FUNCTION fund_content_hash(p_entry jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to((p_entry - 'key')::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION fund_post(p_recorded timestamptz, p_entries jsonb)
RETURNS TABLE (entry_id bigint, is_same boolean) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    closed date;
    fresh jsonb;  -- entry id by key, of those not known before
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

    RETURN QUERY SELECT x.id, x.input_hash = fund_content_hash(e.entry)
        FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS e (entry, place)
        JOIN fund_entry x ON x.key = e.entry ->> 'key' ORDER BY e.place;
END $$;

DROP FUNCTION fund_post(
    text, text, date, timestamptz, text, bigint, text, bigint, text[], smallint[], boolean[], bigint[]
);
