from django.db import migrations

from apps.core.append_only import append_only

LOCK = """
CREATE FUNCTION actuary_guard_close() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'step', 'figures', 'surplus_fen', 'snapshot', 'snapshot_hash', 'locked_at'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state = 'closed' THEN
        RAISE EXCEPTION 'a closed quarter stays as it is: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'what a close began with stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER actuary_periodclose_guard BEFORE UPDATE OR DELETE ON actuary_periodclose
    FOR EACH ROW EXECUTE FUNCTION actuary_guard_close();
CREATE TRIGGER actuary_periodclose_keeps_all BEFORE TRUNCATE ON actuary_periodclose
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
UNLOCK = """
DROP TRIGGER IF EXISTS actuary_periodclose_keeps_all ON actuary_periodclose;
DROP FUNCTION IF EXISTS actuary_guard_close CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("actuary", "0001_initial")]
    operations = [append_only("actuary_earnedshare"), migrations.RunSQL(LOCK, UNLOCK)]
