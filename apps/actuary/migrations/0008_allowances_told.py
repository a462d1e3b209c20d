from importlib import import_module

from django.db import migrations, models

GUARD = """
-- A share stays as it was shared out; its payment is asked for once more only where the last one failed or came back.
-- What its family was told of it may change at any time.
CREATE OR REPLACE FUNCTION actuary_guard_allowance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - ARRAY['order_id', 'told'] <> to_jsonb(OLD) - ARRAY['order_id', 'told']
        OR OLD.order_id IS NOT NULL
            AND (NEW.order_id IS DISTINCT FROM OLD.order_id OR NEW.told = OLD.told)
            AND (NEW.order_id IS NULL OR NOT EXISTS (
                SELECT FROM payments_order WHERE id = OLD.order_id AND state IN ('failed', 'returned')
            ))
    THEN
        RAISE EXCEPTION 'an allowance stays as it is: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
KNOWN = """
UPDATE actuary_allowance AS a SET told = CASE WHEN o.state IN ('settled', 'failed', 'returned') THEN o.state ELSE 'owed' END
FROM payments_order AS o WHERE o.id = a.order_id
"""
"""What was paid before is no news to its family."""
BEFORE = import_module("apps.actuary.migrations.0007_paid_again").GUARD


class Migration(migrations.Migration):
    dependencies = [("actuary", "0007_paid_again")]

    operations = [
        migrations.AddField(
            model_name="allowance",
            name="told",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Nothing yet"),
                    ("owed", "That it is owed"),
                    ("settled", "That it is paid"),
                    ("failed", "That the bank refused it"),
                    ("returned", "That the bank sent it back"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="allowance",
            index=models.Index(
                condition=models.Q(("told", "settled"), _negated=True), fields=["id"], name="allowance_to_tell"
            ),
        ),
        migrations.RunSQL(GUARD, BEFORE),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
