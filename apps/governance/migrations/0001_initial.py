import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.fields
import apps.governance.rules.states


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("actuary", "0001_initial"),
        ("directory", "0001_initial"),
        ("payments", "0002_legal_steps"),
    ]

    operations = [
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("key", models.CharField(max_length=40, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("hospital-conditions", "Better conditions in hospital"),
                            ("training", "Training"),
                            ("doctors-rewards", "Rewards for doctors"),
                            ("research", "Research"),
                            ("more-outpatient-cover", "More outpatient or critical cover"),
                            ("sickness-allowance", "Sickness allowance back to members"),
                        ],
                        max_length=24,
                    ),
                ),
                ("amount_fen", apps.core.fields.MoneyField()),
                ("milestones", models.TextField(max_length=2000)),
                ("report_due", models.DateField()),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organisation"
                    ),
                ),
                (
                    "payee_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.payeeaccount"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LineResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("passed", "Passed"),
                            ("quorum-missed", "Too few took part"),
                            ("threshold-missed", "Majority missed"),
                        ],
                        max_length=16,
                    ),
                ),
                ("seats", models.PositiveSmallIntegerField()),
                ("recused", models.PositiveSmallIntegerField()),
                ("yes", models.PositiveSmallIntegerField()),
                ("no", models.PositiveSmallIntegerField()),
                ("abstain", models.PositiveSmallIntegerField()),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="result", to="governance.line"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Resolution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title_zh", models.CharField(blank=True, max_length=120)),
                ("title_en", models.CharField(blank=True, max_length=160)),
                ("text", models.TextField(max_length=4000)),
                ("rule_name", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("open", "Ballot open"),
                            ("ratifying", "Waits for the assembly"),
                            ("passed", "Passed"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("closes_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("manifest", models.TextField(blank=True)),
                ("manifest_hash", models.CharField(blank=True, max_length=64)),
                ("key", models.UUIDField(unique=True)),
                (
                    "first_call",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="second_call",
                        to="governance.resolution",
                    ),
                ),
                (
                    "period_close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resolutions",
                        to="actuary.periodclose",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="line",
            name="resolution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="governance.resolution"
            ),
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "constituency",
                    models.CharField(
                        choices=[
                            ("insurer", "Insurer"),
                            ("hospital", "Hospital"),
                            ("technology", "Technology company"),
                            ("doctors", "Community doctors"),
                            ("parents", "Parents"),
                        ],
                        max_length=12,
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("since"))), name="seat_ends_after_it_starts"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    models.F("user"), models.F("user"), models.Value("[]"), function="int8range"
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    "since",
                                    "until",
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="one_seat_a_person_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RollSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                (
                    "constituency",
                    models.CharField(
                        choices=[
                            ("insurer", "Insurer"),
                            ("hospital", "Hospital"),
                            ("technology", "Technology company"),
                            ("doctors", "Community doctors"),
                            ("parents", "Parents"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "resolution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="roll", to="governance.resolution"
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.seat"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("resolution", "seat"), name="seat_once_on_a_roll")],
            },
        ),
        migrations.CreateModel(
            name="ResolutionEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("opened", "Ballot opened"),
                            ("passed", "Passed"),
                            ("rejected", "Rejected"),
                            ("sent-to-ratification", "Sent to the members' assembly"),
                            ("ratified", "Ratified"),
                            ("ratification-refused", "Ratification refused"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=24,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=400)),
                (
                    "resolution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="governance.resolution"
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.seat"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="resolution",
            name="closed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.seat"
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="opened_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.seat"
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.seat"
            ),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.CheckConstraint(
                condition=models.Q(("title_en", ""), ("title_zh", ""), _negated=True), name="resolution_has_a_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [apps.governance.rules.states.State["DRAFT"], apps.governance.rules.states.State["CANCELLED"]],
                    ),
                    models.Q(
                        ("closes_at__gt", models.F("opened_at")),
                        ("opened_at__isnull", False),
                        ("opened_by__isnull", False),
                        models.Q(("manifest_hash", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="open_means_frozen",
            ),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opened_by", None),
                    models.Q(("opened_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="opened_by_a_second_person",
            ),
        ),
        migrations.CreateModel(
            name="Recusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "interest",
                    models.CharField(choices=[("recused", "Does not vote"), ("declared", "Declared")], max_length=8),
                ),
                ("rule", models.CharField(max_length=20)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recusals", to="governance.line"
                    ),
                ),
                (
                    "via",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.organisation",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.seat"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("line", "seat"), name="one_interest_a_line_and_seat")],
            },
        ),
        migrations.AddField(
            model_name="line",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.seat"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(fields=("resolution", "position"), name="line_position_once"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="line_amount_above_zero"),
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "choice",
                    models.CharField(
                        choices=[("for", "For"), ("against", "Against"), ("abstain", "Abstain")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
                ("key", models.UUIDField(help_text="of the form that cast it")),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="votes", to="governance.line"
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.seat"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("line", "seat"), name="one_vote_a_line_and_seat"),
                    models.CheckConstraint(
                        condition=models.Q(("choice__in", ["for", "against", "abstain"])), name="vote_choice_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Control",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "owned",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organisation"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "owned"), name="control_once"),
                    models.CheckConstraint(
                        condition=models.Q(("owner", models.F("owned")), _negated=True), name="nobody_owns_itself"
                    ),
                ],
            },
        ),
    ]
