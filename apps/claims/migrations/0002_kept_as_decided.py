from django.db import migrations

from apps.core.append_only import append_only

ARRIVAL = "CREATE SEQUENCE claims_arrival"

# A claim leaves review once; after that neither its state nor what it paid can change.
DECIDED_ONCE = """
CREATE FUNCTION claims_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'review' AND to_jsonb(NEW) <> to_jsonb(OLD) THEN
        RAISE EXCEPTION 'claim % is decided', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_claim_decided_once BEFORE UPDATE ON claims_claim
    FOR EACH ROW EXECUTE FUNCTION claims_decided_once();
"""

# What was filed stays as filed, but for a diagnosis the family did not know.
FILED_ONCE = """
CREATE FUNCTION claims_filed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'diagnosis' <> to_jsonb(OLD) - 'diagnosis'
       OR (OLD.diagnosis <> '' AND NEW.diagnosis <> OLD.diagnosis) THEN
        RAISE EXCEPTION 'bill % is filed', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_bill_filed_once BEFORE UPDATE ON claims_bill
    FOR EACH ROW EXECUTE FUNCTION claims_filed_once();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]
    operations = [
        migrations.RunSQL(ARRIVAL, "DROP SEQUENCE claims_arrival"),
        append_only("claims_decision"),
        append_only("claims_billline"),
        append_only("claims_earlierpayer"),
        migrations.RunSQL(
            DECIDED_ONCE,
            "DROP TRIGGER claims_claim_decided_once ON claims_claim; DROP FUNCTION claims_decided_once",
        ),
        migrations.RunSQL(
            FILED_ONCE, "DROP TRIGGER claims_bill_filed_once ON claims_bill; DROP FUNCTION claims_filed_once"
        ),
    ]
