from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__)
POST_BEFORE = (
    "CREATE FUNCTION fund_post"
    + HERE.with_name("0003_post_many.sql")
    .read_text()
    .split("CREATE FUNCTION fund_post")[1]
    .partition("DROP FUNCTION")[0]
)
REMOVE = f"""
DROP TRIGGER IF EXISTS fund_correction_keeps_all ON fund_correction;
DROP FUNCTION IF EXISTS fund_guard_second_look, fund_post(timestamptz, jsonb) CASCADE;
{POST_BEFORE}
CREATE OR REPLACE FUNCTION fund_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7301, 1);
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("fund", "0003_post_many"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
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
        migrations.CreateModel(
            name="Freeze",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("began_at", models.DateTimeField()),
                (
                    "gap_from",
                    models.DateTimeField(help_text="from this moment on the books may lack what the bank did"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("frozen", "Frozen"), ("lifted", "Lifted")], default="frozen", max_length=6
                    ),
                ),
                ("lifted_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="closing",
            name="agreed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="asked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreed_by", None), ("asked_by", None), ("reason", "")),
                    models.Q(
                        models.Q(("reason", ""), _negated=True),
                        ("agreed_by__isnull", False),
                        ("asked_by__isnull", False),
                        models.Q(("asked_by", models.F("agreed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="fund_closing_reopened_by_two",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="fund.entry"
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="mirror",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="correction", to="fund.entry"
            ),
        ),
        migrations.AddField(
            model_name="freeze",
            name="lifted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
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
                name="fund_correction_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="fund_correction_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "agreed"])), fields=("entry",), name="fund_correction_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mirror__isnull", False), ("state", "agreed")),
                    models.Q(models.Q(("state", "agreed"), _negated=True), ("mirror", None)),
                    _connector="OR",
                ),
                name="fund_correction_agreed_means_booked",
            ),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "frozen")), fields=("state",), name="fund_one_freeze"
            ),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_at", None), ("lifted_by", None), ("state", "frozen")),
                    models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False), ("state", "lifted")),
                    _connector="OR",
                ),
                name="fund_freeze_lifted_by_somebody",
            ),
        ),
        migrations.RunSQL(HERE.with_suffix(".sql").read_text(), REMOVE),
    ]
