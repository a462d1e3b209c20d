from django.db import migrations

GUARD = """
-- A share stays as it was shared out; its payment is asked for once more only where the last one failed or came back.
CREATE OR REPLACE FUNCTION actuary_guard_allowance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'order_id' <> to_jsonb(OLD) - 'order_id'
        OR OLD.order_id IS NOT NULL AND (NEW.order_id IS NULL OR NOT EXISTS (
            SELECT FROM payments_order WHERE id = OLD.order_id AND state IN ('failed', 'returned')
        ))
    THEN
        RAISE EXCEPTION 'an allowance stays as it is: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
ONCE = """
CREATE OR REPLACE FUNCTION actuary_guard_allowance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.order_id IS NOT NULL OR to_jsonb(NEW) - 'order_id' <> to_jsonb(OLD) - 'order_id' THEN
        RAISE EXCEPTION 'an allowance stays as it is: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("actuary", "0006_shares_given_back"), ("payments", "0002_legal_steps")]

    operations = [migrations.RunSQL(GUARD, ONCE)]
