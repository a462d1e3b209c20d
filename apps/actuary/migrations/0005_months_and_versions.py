import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.fields

GUARDS = """
-- A period is closed once more only where the version before it was opened again by two persons.
CREATE FUNCTION actuary_check_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version > 1 AND NOT EXISTS (
        SELECT 1 FROM actuary_periodclose c JOIN actuary_reopening r ON r.close_id = c.id
        WHERE c.start = NEW.start AND c.span = NEW.span AND c.version = NEW.version - 1 AND r.state = 'agreed'
    ) THEN
        RAISE EXCEPTION 'version % of a close that nobody opened again', NEW.version USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER actuary_periodclose_version BEFORE INSERT ON actuary_periodclose
    FOR EACH ROW EXECUTE FUNCTION actuary_check_version();

CREATE TRIGGER actuary_reopening_guard BEFORE UPDATE OR DELETE ON actuary_reopening
    FOR EACH ROW EXECUTE FUNCTION fund_guard_second_look();
CREATE TRIGGER actuary_reopening_keeps_all BEFORE TRUNCATE ON actuary_reopening
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A share stays as it was shared out; its payment is asked for once.
CREATE FUNCTION actuary_guard_allowance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.order_id IS NOT NULL OR to_jsonb(NEW) - 'order_id' <> to_jsonb(OLD) - 'order_id' THEN
        RAISE EXCEPTION 'an allowance stays as it is: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER actuary_allowance_guard BEFORE UPDATE OR DELETE ON actuary_allowance
    FOR EACH ROW EXECUTE FUNCTION actuary_guard_allowance();
CREATE TRIGGER actuary_allowance_keeps_all BEFORE TRUNCATE ON actuary_allowance
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
UNGUARD = """
DROP TRIGGER IF EXISTS actuary_reopening_guard ON actuary_reopening;
DROP TRIGGER IF EXISTS actuary_reopening_keeps_all ON actuary_reopening;
DROP TRIGGER IF EXISTS actuary_allowance_keeps_all ON actuary_allowance;
DROP FUNCTION IF EXISTS actuary_check_version, actuary_guard_allowance CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("actuary", "0004_answers_stay"),
        ("fund", "0004_two_persons"),
        ("members", "0003_history"),
        ("payments", "0002_legal_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("periodclose", "quarter_ends_after_it_starts"),
        migrations.RenameField("periodclose", "quarter_start", "start"),
        migrations.RenameField("periodclose", "quarter_end", "end"),
        migrations.AlterField("periodclose", "start", models.DateField()),
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_code", models.SlugField(max_length=60)),
                ("days", models.PositiveSmallIntegerField(help_text="covered in the year: the weight of the share")),
                ("amount_fen", apps.core.fields.MoneyField()),
            ],
        ),
        migrations.CreateModel(
            name="Reopening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Waits for a second person"), ("agreed", "Agreed"), ("refused", "Refused")],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("key", models.UUIDField(unique=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="periodclose",
            name="span",
            field=models.CharField(
                choices=[("month", "Month"), ("quarter", "Quarter")], default="quarter", max_length=7
            ),
        ),
        migrations.AddField(
            model_name="periodclose",
            name="version",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddConstraint(
            model_name="periodclose",
            constraint=models.UniqueConstraint(fields=("start", "span", "version"), name="one_version_of_a_close"),
        ),
        migrations.AddConstraint(
            model_name="periodclose",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__gt", models.F("start"))), name="close_ends_after_it_starts"
            ),
        ),
        migrations.AddField(
            model_name="allowance",
            name="close",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="allowances", to="actuary.periodclose"
            ),
        ),
        migrations.AddField(
            model_name="allowance",
            name="order",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.order"
            ),
        ),
        migrations.AddField(
            model_name="allowance",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.person"),
        ),
        migrations.AddField(
            model_name="reopening",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reopening",
            name="close",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reopenings", to="actuary.periodclose"
            ),
        ),
        migrations.AddField(
            model_name="reopening",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="allowance",
            index=models.Index(condition=models.Q(("order", None)), fields=["id"], name="allowance_unpaid"),
        ),
        migrations.AddConstraint(
            model_name="allowance",
            constraint=models.UniqueConstraint(fields=("close", "plan_code", "person"), name="allowance_once_a_close"),
        ),
        migrations.AddConstraint(
            model_name="allowance",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0), ("days__gt", 0)), name="allowance_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "asked")),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False), ("state", "refused")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state", "agreed"),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="actuary_reopening_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="actuary_reopening_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "agreed"])),
                fields=("close",),
                name="close_opened_again_once",
            ),
        ),
        migrations.RunSQL(GUARDS, UNGUARD),
    ]
