-- What the database itself holds of the ledger: one way in, balanced, sealed, append-only, closed days closed.

-- The one way in.  Opens missing accounts, locks accounts in id order (without it parallel posts deadlock), inserts.
-- Answers the entry of the key and whether the input was the same as the first time.
CREATE FUNCTION fund_post(
    p_key text, p_kind text, p_effective date, p_recorded timestamptz, p_source_label text, p_source_id bigint,
    p_memo text, p_reverses bigint, p_codes text[], p_normals smallint[], p_bounded boolean[], p_amounts bigint[]
) RETURNS TABLE (entry_id bigint, is_same boolean) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    given text := encode(sha256(convert_to(jsonb_build_array(
        p_kind, p_effective, p_source_label, p_source_id, p_memo, p_reverses, to_jsonb(p_codes), to_jsonb(p_amounts)
    )::text, 'UTF8')), 'hex');
    fresh bigint;
BEGIN
    RETURN QUERY SELECT e.id, e.input_hash = given FROM fund_entry e WHERE e.key = p_key;
    IF FOUND THEN RETURN; END IF;

    INSERT INTO fund_account (code, normal, no_overdraft, balance_fen)
        SELECT DISTINCT ON (n.code) n.code, n.normal, n.bounded, 0
        FROM unnest(p_codes, p_normals, p_bounded) AS n (code, normal, bounded)
        WHERE NOT EXISTS (SELECT 1 FROM fund_account a WHERE a.code = n.code)
        ORDER BY n.code
        ON CONFLICT (code) DO NOTHING;

    INSERT INTO fund_entry (key, input_hash, kind, effective_date, recorded_at, source_label, source_id, memo, reverses_id, xact)
        VALUES (p_key, given, p_kind, p_effective, p_recorded, p_source_label, p_source_id, p_memo, p_reverses, 0)
        ON CONFLICT (key) DO NOTHING RETURNING id INTO fresh;
    IF fresh IS NULL THEN
        RETURN QUERY SELECT e.id, e.input_hash = given FROM fund_entry e WHERE e.key = p_key;
        RETURN;
    END IF;

    PERFORM 1 FROM fund_account a WHERE a.code = ANY (p_codes) ORDER BY a.id FOR NO KEY UPDATE;
    INSERT INTO fund_line (entry_id, account_id, amount_fen)
        SELECT fresh, a.id, n.amount
        FROM unnest(p_codes, p_amounts) WITH ORDINALITY AS n (code, amount, place)
        JOIN fund_account a ON a.code = n.code ORDER BY n.place;
    RETURN QUERY SELECT fresh, true;
END $$;

-- Entries: sealed by the transaction that writes them, never on a closed day.
CREATE FUNCTION fund_seal_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closed date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7301, 1);
    SELECT c.through INTO closed FROM fund_closing c ORDER BY c.id DESC LIMIT 1;
    IF NEW.effective_date <= closed THEN
        RAISE EXCEPTION 'the books are closed through %', closed USING ERRCODE = 'GJ001';
    END IF;
    NEW.xact := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_entry_seal BEFORE INSERT ON fund_entry FOR EACH ROW EXECUTE FUNCTION fund_seal_entry();

-- Closing waits for posts under way, and posts wait for it.
CREATE FUNCTION fund_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7301, 1);
    RETURN NEW;
END $$;
CREATE TRIGGER fund_closing_waits BEFORE INSERT ON fund_closing FOR EACH ROW EXECUTE FUNCTION fund_close();

-- Lines join an entry only in the transaction that wrote it.
CREATE FUNCTION fund_seal_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM fund_entry e WHERE e.id = NEW.entry_id AND e.xact = pg_current_xact_id()::text::bigint
    ) THEN
        RAISE EXCEPTION 'entry % is sealed', NEW.entry_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_line_seal BEFORE INSERT ON fund_line FOR EACH ROW EXECUTE FUNCTION fund_seal_line();

-- Balances follow the lines, however these came in.
CREATE FUNCTION fund_carry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE fund_account a SET balance_fen = a.balance_fen + a.normal * s.total
        FROM (SELECT account_id, sum(amount_fen)::bigint AS total FROM fresh GROUP BY account_id) s
        WHERE a.id = s.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER fund_line_carry AFTER INSERT ON fund_line
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION fund_carry();

CREATE FUNCTION fund_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.balance_fen = 0 THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1
        AND (NEW.id, NEW.code, NEW.normal, NEW.no_overdraft) = (OLD.id, OLD.code, OLD.normal, OLD.no_overdraft)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'an account changes only by entries: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER fund_account_guard BEFORE INSERT OR UPDATE OR DELETE ON fund_account
    FOR EACH ROW EXECUTE FUNCTION fund_guard_account();
CREATE TRIGGER fund_account_keeps_all BEFORE TRUNCATE ON fund_account
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- At commit: two lines at least, sum zero; a reversal is the mirror of what it reverses.
CREATE FUNCTION fund_check_entry(p_entry bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lines integer;
    total numeric;
    original bigint;
BEGIN
    SELECT count(*), sum(amount_fen) INTO lines, total FROM fund_line WHERE entry_id = p_entry;
    IF lines < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'entry % does not balance: % lines, sum %', p_entry, lines, total USING ERRCODE = 'check_violation';
    END IF;
    SELECT reverses_id INTO original FROM fund_entry WHERE id = p_entry;
    IF original IS NOT NULL AND EXISTS (
        SELECT 1 FROM fund_line WHERE entry_id IN (p_entry, original) GROUP BY account_id HAVING sum(amount_fen) <> 0
    ) THEN
        RAISE EXCEPTION 'entry % does not mirror entry %', p_entry, original USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE FUNCTION fund_check_new_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM fund_check_entry(NEW.id); RETURN NULL; END $$;
CREATE FUNCTION fund_check_new_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM fund_check_entry(NEW.entry_id); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER fund_entry_balances AFTER INSERT ON fund_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fund_check_new_entry();
CREATE CONSTRAINT TRIGGER fund_line_balances AFTER INSERT ON fund_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fund_check_new_line();

-- The application's role reads the ledger and writes it through fund_post alone.
DO $$
DECLARE
    book text;
    other text;
BEGIN
    FOREACH book IN ARRAY ARRAY['fund_account', 'fund_entry', 'fund_line', 'fund_closing', 'fund_chainlink'] LOOP
        FOR other IN
            SELECT DISTINCT r.rolname FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
            WHERE c.oid = book::regclass AND a.grantee <> c.relowner
        LOOP
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON %I FROM %I', book, other);
            IF book IN ('fund_account', 'fund_entry', 'fund_line') THEN
                EXECUTE format('REVOKE INSERT ON %I FROM %I', book, other);
            END IF;
        END LOOP;
    END LOOP;
END $$;
