import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("enrolments", "0002_kept_as_they_were"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeriodClose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quarter_start", models.DateField(unique=True)),
                ("quarter_end", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Being closed"), ("closed", "Closed")], default="running", max_length=8
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=10)),
                ("terms_version", models.CharField(max_length=20)),
                ("figures", models.JSONField(default=dict)),
                ("surplus_fen", apps.core.fields.MoneyField(default=0)),
                ("snapshot", models.TextField(blank=True)),
                ("snapshot_hash", models.CharField(blank=True, max_length=64)),
                ("started_at", models.DateTimeField()),
                ("locked_at", models.DateTimeField(null=True)),
                ("key", models.UUIDField(unique=True)),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")), fields=("state",), name="one_running_close"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quarter_end__gt", models.F("quarter_start"))),
                        name="quarter_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("locked_at", None), ("snapshot_hash", ""), ("state", "running"), ("surplus_fen", 0)
                            ),
                            models.Q(
                                ("locked_at__isnull", False),
                                ("state", "closed"),
                                ("surplus_fen__gte", 0),
                                models.Q(("snapshot_hash", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="closed_means_locked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EarnedShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("earned_fen", apps.core.fields.MoneyField()),
                (
                    "contribution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enrolments.contribution"
                    ),
                ),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="actuary.periodclose"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("close", "contribution"), name="contribution_earned_once_a_close"),
                    models.CheckConstraint(condition=models.Q(("earned_fen__gt", 0)), name="earned_share_above_zero"),
                ],
            },
        ),
    ]
