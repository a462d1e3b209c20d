import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("directory", "0001_initial"),
        ("documents", "0001_initial"),
        ("enrolments", "0002_kept_as_they_were"),
        ("members", "0002_frozen_texts"),
        ("payments", "0002_legal_steps"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=16, unique=True)),
                ("key", models.UUIDField(unique=True)),
                ("sequence", models.BigIntegerField(help_text="order of arrival", unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("service_date", models.DateField()),
                ("discharged", models.DateField(null=True)),
                ("event", models.CharField(blank=True, max_length=20)),
                ("severity", models.CharField(blank=True, max_length=10)),
                ("grade", models.PositiveSmallIntegerField(null=True)),
                ("diagnosis", models.CharField(blank=True, help_text="ICD-10; empty: not known yet", max_length=10)),
                ("diagnosis_words", apps.core.fields.EncryptedTextField(blank=True)),
                ("place", models.CharField(max_length=120)),
                ("level", models.CharField(max_length=10)),
                ("area", models.CharField(max_length=10)),
                ("issuer", models.CharField(max_length=120)),
                ("issuer_key", models.CharField(max_length=120)),
                ("receipt_number", models.CharField(max_length=60)),
                ("receipt_key", models.CharField(max_length=40)),
                ("billed_fen", apps.core.fields.MoneyField()),
                ("referral_label", models.CharField(blank=True, max_length=60)),
                ("referral_id", models.BigIntegerField(null=True)),
                ("submitted_at", models.DateTimeField()),
                ("documents", models.ManyToManyField(related_name="bills", to="documents.document")),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.organisation",
                    ),
                ),
                (
                    "payee_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.payeeaccount"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bills", to="members.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "service_date"], name="claims_bill_person__40513c_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("issuer_key", "receipt_key"), name="receipt_once_an_issuer"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("issuer_key", ""), _negated=True), models.Q(("receipt_key", ""), _negated=True)
                        ),
                        name="receipt_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ("inpatient", "outpatient", "special-outpatient", "pharmacy", "event"))
                        ),
                        name="bill_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("discharged__gte", models.F("service_date")),
                                ("discharged__isnull", False),
                                ("kind", "inpatient"),
                            ),
                            models.Q(models.Q(("kind", "inpatient"), _negated=True), ("discharged", None)),
                            _connector="OR",
                        ),
                        name="only_a_stay_has_a_discharge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "event"), ("event", ""), _connector="XOR"),
                        name="only_an_event_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("billed_fen", 0), ("kind", "event")),
                            models.Q(models.Q(("kind", "event"), _negated=True), ("billed_fen__gt", 0)),
                            _connector="OR",
                        ),
                        name="a_bill_has_an_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grade", None), ("grade__range", (1, 10)), _connector="OR"),
                        name="grade_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BillLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("category", models.CharField(max_length=12)),
                ("description", models.CharField(max_length=120)),
                ("code", models.CharField(blank=True, help_text="ATC for a medicine", max_length=20)),
                ("catalogue", models.CharField(max_length=3)),
                ("billed_fen", apps.core.fields.MoneyField()),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="claims.bill"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bill", "number"), name="bill_line_number_once"),
                    models.CheckConstraint(condition=models.Q(("billed_fen__gt", 0)), name="bill_line_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("catalogue__in", ["in", "out"]),
                            ("category__in", ("drug", "bed", "exam", "surgery", "device", "gene-test", "other")),
                        ),
                        name="bill_line_words_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_code", models.CharField(max_length=60)),
                ("rank", models.PositiveSmallIntegerField(help_text="place among the covers of the bill, from 1")),
                (
                    "state",
                    models.CharField(
                        choices=[("review", "review"), ("approved", "approved"), ("declined", "declined")],
                        max_length=10,
                    ),
                ),
                (
                    "hold_reasons",
                    models.JSONField(default=list, help_text="code and figures of each check that holds the claim"),
                ),
                ("paid_fen", apps.core.fields.MoneyField(default=0)),
                ("submitted_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="claims.bill"
                    ),
                ),
                (
                    "cover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="enrolments.cover"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "review")), fields=["submitted_at"], name="claims_in_review"
                    ),
                    models.Index(fields=["plan_code", "decided_at"], name="claims_clai_plan_co_8ec92f_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("bill", "cover"), name="one_claim_a_cover"),
                    models.UniqueConstraint(fields=("bill", "rank"), name="claim_rank_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("paid_fen", 0), ("state", "review")),
                            models.Q(("decided_at__isnull", False), ("paid_fen__gt", 0), ("state", "approved")),
                            models.Q(("decided_at__isnull", False), ("paid_fen", 0), ("state", "declined")),
                            _connector="OR",
                        ),
                        name="claim_state_and_amount_agree",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("data", apps.core.fields.EncryptedTextField()),
                ("created_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["owner", "sent_at"], name="claims_clai_owner_i_cff2d7_idx")],
            },
        ),
        migrations.CreateModel(
            name="CoverYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("accumulators", models.JSONField(default=dict)),
                ("decided_count", models.PositiveIntegerField(default=0)),
                (
                    "cover",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claim_year", to="enrolments.cover"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("sequence", models.PositiveIntegerField(help_text="order of decisions of the cover, from 1")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("approve", "approve"), ("reduce", "reduce"), ("decline", "decline")], max_length=10
                    ),
                ),
                ("plan_hash", models.CharField(max_length=64)),
                ("inputs", models.JSONField()),
                ("accumulators_before", models.JSONField()),
                (
                    "answer",
                    models.JSONField(help_text="what the engine said: amounts, refused lines, steps, totals after"),
                ),
                ("accumulators_after", models.JSONField()),
                ("paid_fen", apps.core.fields.MoneyField()),
                (
                    "reason",
                    apps.core.fields.EncryptedTextField(blank=True, help_text="the officer's words to the family"),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="claims.claim"
                    ),
                ),
                (
                    "cover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enrolments.cover"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "number"), name="decision_number_once"),
                    models.UniqueConstraint(fields=("cover", "sequence"), name="decision_order_of_a_cover"),
                    models.CheckConstraint(condition=models.Q(("paid_fen__gte", 0)), name="decision_not_below_zero"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EarlierPayer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payer", models.CharField(max_length=12)),
                ("amount_fen", apps.core.fields.MoneyField()),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="earlier_payers", to="claims.bill"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bill", "payer"), name="payer_once_a_bill"),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payer_paid_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("payer__in", ("basic", "catastrophic", "city", "enterprise", "assistance", "charity"))
                        ),
                        name="payer_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("instalment", models.PositiveSmallIntegerField(default=1)),
                ("amount_fen", apps.core.fields.MoneyField()),
                ("created_at", models.DateTimeField()),
                (
                    "told_state",
                    models.CharField(blank=True, help_text="end of the payment the family was told of", max_length=10),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="claims.decision"
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.order"
                    ),
                ),
                (
                    "payee_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.payeeaccount"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("order", None)), fields=["created_at"], name="payouts_to_open"),
                    models.Index(condition=models.Q(("told_state", "")), fields=["order"], name="payouts_to_tell"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("decision", "instalment"), name="payout_once_an_instalment"),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payout_above_zero"),
                ],
            },
        ),
    ]
