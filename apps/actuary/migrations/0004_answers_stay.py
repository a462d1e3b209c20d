from django.db import migrations

GUARD = """
CREATE FUNCTION actuary_guard_what_if() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'steps_done', 'beat_at', 'tries', 'result', 'result_hash', 'answered_at'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state = 'done' THEN
        RAISE EXCEPTION 'an answered what-if stays as it is: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'what was asked stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER actuary_whatif_guard BEFORE UPDATE OR DELETE ON actuary_whatif
    FOR EACH ROW EXECUTE FUNCTION actuary_guard_what_if();
CREATE TRIGGER actuary_whatif_keeps_all BEFORE TRUNCATE ON actuary_whatif
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("actuary", "0003_what_if")]
    operations = [
        migrations.RunSQL(
            GUARD,
            "DROP TRIGGER IF EXISTS actuary_whatif_keeps_all ON actuary_whatif;"
            "DROP FUNCTION IF EXISTS actuary_guard_what_if CASCADE;",
        )
    ]
