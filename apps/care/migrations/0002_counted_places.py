"""The database counts a doctor's open contracts itself, and keeps visits as they were written."""

from django.db import migrations

from apps.core.append_only import append_only

COUNT = """
CREATE FUNCTION care_count_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.until IS NULL THEN
        UPDATE care_familydoctor SET taken = taken - 1 WHERE id = OLD.doctor_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.until IS NULL THEN
        UPDATE care_familydoctor SET taken = taken + 1 WHERE id = NEW.doctor_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER care_contract_counts AFTER INSERT OR UPDATE OF doctor_id, until OR DELETE ON care_doctorcontract
    FOR EACH ROW EXECUTE FUNCTION care_count_places();
"""
UNCOUNT = """
DROP TRIGGER care_contract_counts ON care_doctorcontract;
DROP FUNCTION care_count_places();
"""


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]
    operations = [
        migrations.RunSQL(COUNT, UNCOUNT),
        append_only("care_followup"),
        append_only("care_observation"),
    ]
