from django.db import migrations

from apps.core.append_only import append_only

ONLY_WITHDRAWAL = """
CREATE FUNCTION members_signature_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
        AND to_jsonb(NEW) - 'withdrawn_at' - 'withdrawn_by_id' = to_jsonb(OLD) - 'withdrawn_at' - 'withdrawn_by_id'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signature is append-only but for its withdrawal: % refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER members_signature_keeps_rows BEFORE UPDATE OR DELETE ON members_signature
    FOR EACH ROW EXECUTE FUNCTION members_signature_guard();
CREATE TRIGGER members_signature_keeps_all BEFORE TRUNCATE ON members_signature
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

UNDO = """
DROP TRIGGER IF EXISTS members_signature_keeps_rows ON members_signature;
DROP TRIGGER IF EXISTS members_signature_keeps_all ON members_signature;
DROP FUNCTION IF EXISTS members_signature_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [append_only("members_legaltext"), migrations.RunSQL(ONLY_WITHDRAWAL, UNDO)]
