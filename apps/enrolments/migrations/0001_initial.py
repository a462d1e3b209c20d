import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("members", "0002_frozen_texts"),
        ("payments", "0002_legal_steps"),
        ("plans", "0002_published_is_frozen"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("policy_start", models.DateField(help_text="the first day asked for")),
                ("answers_json", apps.core.fields.EncryptedTextField()),
                ("facts_json", apps.core.fields.EncryptedTextField()),
                ("accepted", models.BooleanField()),
                (
                    "reasons",
                    models.JSONField(default=list, help_text="why it was declined: code, the plan's sentence, clause"),
                ),
                ("price_fen", apps.core.fields.MoneyField()),
                ("key", models.UUIDField(unique=True)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="members.person"
                    ),
                ),
                (
                    "plan_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="plans.planversion"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "at"], name="enrolments__person__7d614e_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted", True), ("reasons", [])),
                            models.Q(("accepted", False), models.Q(("reasons", []), _negated=True)),
                            _connector="OR",
                        ),
                        name="declined_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_fen__gte", 0)), name="application_price_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_code", models.SlugField(max_length=60)),
                ("start", models.DateField()),
                ("end", models.DateField(help_text="the first day without cover")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unpaid", "Waiting for payment"),
                            ("active", "Active"),
                            ("ended", "Ended"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="unpaid",
                        max_length=10,
                    ),
                ),
                ("renewed_years", models.PositiveSmallIntegerField(default=0)),
                ("price_fen", apps.core.fields.MoneyField()),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cover", to="enrolments.application"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="covers", to="members.person"
                    ),
                ),
                (
                    "plan_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="covers", to="plans.planversion"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "start"], name="enrolments__state_b8d5df_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("end__gt", models.F("start"))), name="cover_ends_after_it_starts"
                    ),
                    models.CheckConstraint(condition=models.Q(("price_fen__gte", 0)), name="cover_price_not_negative"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state", "cancelled"), _negated=True),
                        expressions=[
                            (
                                models.Func(
                                    models.F("person"), models.F("person"), models.Value("[]"), function="int8range"
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.Func(models.F("plan_code"), models.Value(0), function="hashtextextended"),
                                    models.Func(models.F("plan_code"), models.Value(0), function="hashtextextended"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("start"), models.F("end"), models.Value("[)"), function="daterange"
                                ),
                                "&&",
                            ),
                        ],
                        name="one_cover_a_person_and_plan",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payer_label", models.CharField(default="self", max_length=20)),
                ("amount_fen", apps.core.fields.MoneyField()),
                ("due_date", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "To be paid"), ("paid", "Paid"), ("refunded", "Paid back")],
                        default="due",
                        max_length=10,
                    ),
                ),
                ("paid_date", models.DateField(blank=True, null=True)),
                (
                    "attempt",
                    models.PositiveSmallIntegerField(default=1, help_text="which payment page is or was open for it"),
                ),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "cover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contributions", to="enrolments.cover"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "due_date"], name="enrolments__state_adfd20_idx")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="contribution_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_date", None), ("state", "due")),
                            models.Q(models.Q(("state", "due"), _negated=True), ("paid_date__isnull", False)),
                            _connector="OR",
                        ),
                        name="contribution_paid_has_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_code", models.SlugField(max_length=60)),
                ("typed", apps.core.fields.EncryptedTextField()),
                ("updated_at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="members.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "actor", "plan_code"), name="one_draft_a_questionnaire")
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", apps.core.fields.MoneyField()),
                ("received_date", models.DateField()),
                (
                    "use",
                    models.CharField(
                        choices=[("contribution", "Contribution"), ("excess", "Paid twice, goes back")], max_length=12
                    ),
                ),
                ("booked_at", models.DateTimeField()),
                (
                    "checkout",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.checkout",
                    ),
                ),
                (
                    "contribution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="enrolments.contribution",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="receipt_above_zero"),
                    models.UniqueConstraint(
                        condition=models.Q(("use", "contribution")),
                        fields=("contribution",),
                        name="contribution_received_once",
                    ),
                ],
            },
        ),
    ]
