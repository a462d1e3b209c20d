import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import apps.core.fields


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("directory", "0002_groups"),
        ("enrolments", "0004_payers_and_standing"),
        ("members", "0003_history"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_code", models.SlugField(max_length=60)),
                (
                    "payer_label",
                    models.CharField(
                        choices=[("union", "Union"), ("sponsor", "Sponsor"), ("government", "Government")],
                        max_length=20,
                    ),
                ),
                ("group_fen", apps.core.fields.MoneyField()),
                (
                    "members_confirm",
                    models.BooleanField(help_text="each member is asked first; otherwise simply covered"),
                ),
                (
                    "facts",
                    models.JSONField(default=dict, help_text="what the group vouches for of each member, by fact name"),
                ),
                ("since", models.DateField(help_text="the earliest first day of a cover")),
                ("until", models.DateField(help_text="the last first day of a cover")),
                ("concluded_at", models.DateTimeField()),
                ("key", models.UUIDField(unique=True)),
                (
                    "concluded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="directory.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("group_fen__gt", 0)), name="agreement_pays_something"),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))), name="agreement_ends_after_it_starts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payer_label__in", ["union", "sponsor", "government"])),
                        name="agreement_payer_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", apps.core.fields.MoneyField()),
                ("members", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(choices=[("due", "To be paid"), ("paid", "Paid")], default="due", max_length=10),
                ),
                (
                    "attempt",
                    models.PositiveSmallIntegerField(default=1, help_text="which payment page is or was open for it"),
                ),
                ("made_at", models.DateTimeField()),
                ("paid_date", models.DateField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="enrolments.agreement"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0), ("members__gt", 0)), name="invoice_above_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_date", None), ("state", "due")),
                            models.Q(("paid_date__isnull", False), ("state", "paid")),
                            _connector="OR",
                        ),
                        name="invoice_paid_has_a_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "due")),
                        fields=("agreement",),
                        name="one_open_invoice_an_agreement",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateField()),
                ("end", models.DateField(help_text="the first day without cover")),
                ("facts_json", apps.core.fields.EncryptedTextField(help_text="what the roster says, by fact name")),
                ("price_fen", apps.core.fields.MoneyField()),
                ("group_fen", apps.core.fields.MoneyField()),
                ("member_fen", apps.core.fields.MoneyField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("taken", "Taken"),
                            ("refused", "Refused"),
                            ("lapsed", "Not answered in time"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answer_by", models.DateField()),
                ("offered_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="places", to="enrolments.agreement"
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cover",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="place",
                        to="enrolments.cover",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="enrolments.invoice",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="places", to="members.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Roster",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateField(help_text="the first day of the covers")),
                ("name", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("stored_as", models.CharField(blank=True, help_text="empty once the rows are staged", max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting to be checked"),
                            ("checking", "Being checked"),
                            ("checked", "To be confirmed"),
                            ("refused", "Cannot be read"),
                            ("withdrawn", "Withdrawn"),
                            ("confirmed", "Being enrolled"),
                            ("done", "Enrolled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "refusal",
                    models.JSONField(blank=True, help_text="why the file cannot be read: code, params", null=True),
                ),
                ("columns", models.JSONField(default=list, help_text="the columns that are read, by name")),
                ("counts", models.JSONField(default=dict, help_text="rows by verdict")),
                ("rows", models.PositiveIntegerField(default=0)),
                ("group_fen", apps.core.fields.MoneyField(default=0)),
                ("member_fen", apps.core.fields.MoneyField(default=0)),
                ("permille", models.PositiveSmallIntegerField(default=0)),
                ("enrolled", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("beat_at", models.DateTimeField()),
                ("uploaded_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.UUIDField(unique=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rosters", to="enrolments.agreement"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "beat_at"], name="enrolments__state_7b8a86_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("uploaded_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="roster_confirmed_by_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["confirmed", "done"]), _negated=True),
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="roster_enrolled_only_when_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True), ("refusal__isnull", False), _connector="OR"
                        ),
                        name="roster_refused_says_why",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["refused", "withdrawn"]), _negated=True),
                        fields=("agreement", "start", "sha256"),
                        name="one_roster_a_file",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlaceEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("start", models.DateField()),
                ("end", models.DateField(help_text="the first day without cover")),
                ("price_fen", apps.core.fields.MoneyField()),
                ("group_fen", apps.core.fields.MoneyField()),
                ("member_fen", apps.core.fields.MoneyField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("taken", "Taken"),
                            ("refused", "Refused"),
                            ("lapsed", "Not answered in time"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answer_by", models.DateField()),
                ("offered_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="enrolments.agreement",
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cover",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="enrolments.cover",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="enrolments.invoice",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.person",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="enrolments.place",
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="enrolments.roster",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="place",
            name="roster",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="places", to="enrolments.roster"
            ),
        ),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(fields=["agreement", "state"], name="enrolments__agreeme_d4896a_idx"),
        ),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(fields=["state", "answer_by"], name="enrolments__state_3faeef_idx"),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "offered")),
                fields=("agreement", "person", "start"),
                name="one_open_offer_a_person_and_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cover__isnull", False), ("state", "taken")),
                    models.Q(models.Q(("state", "taken"), _negated=True), ("cover", None)),
                    _connector="OR",
                ),
                name="place_taken_has_a_cover",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("group_fen__gt", 0), ("member_fen__gte", 0)), name="place_amounts"
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__gt", models.F("start"))), name="place_ends_after_it_starts"
            ),
        ),
        migrations.CreateModel(
            name="RosterBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("sealed_rows", models.BinaryField(help_text="what ``staging.pack`` made of them")),
                ("has_faults", models.BooleanField()),
                ("is_enrolled", models.BooleanField(default=False)),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="blocks", to="enrolments.roster"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("roster", "number"), name="one_block_a_number")],
            },
        ),
        migrations.CreateModel(
            name="RosterEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting to be checked"),
                            ("checking", "Being checked"),
                            ("checked", "To be confirmed"),
                            ("refused", "Cannot be read"),
                            ("withdrawn", "Withdrawn"),
                            ("confirmed", "Being enrolled"),
                            ("done", "Enrolled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="state_confirmed_by_events",
                        to="enrolments.roster",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RosterRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "roster_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="of the row in the file")),
                ("block", models.PositiveIntegerField()),
                ("identity_index", models.BinaryField()),
                (
                    "mark",
                    models.BigIntegerField(
                        help_text="the first eight bytes of it, by which a million rows are compared fast"
                    ),
                ),
                ("price_fen", apps.core.fields.MoneyField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("fine", "Can be enrolled"),
                            ("repeated", "On this roster twice"),
                            ("covered", "Covered already"),
                            ("elsewhere", "On another roster"),
                        ],
                        default="fine",
                        max_length=10,
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="enrolments.roster",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["fine", "repeated", "covered", "elsewhere"])),
                        name="roster_verdict_known",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="roster",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."confirmed_by_id" IS DISTINCT FROM (NEW."confirmed_by_id") OR OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func='INSERT INTO "enrolments_rosterevent" ("confirmed_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (OLD."confirmed_by_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."state"); RETURN NULL;',
                    hash="ba30e3c3153c14dbdddea9f2f4b53795757bef14",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6b129",
                    table="enrolments_roster",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="place",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."agreement_id" IS DISTINCT FROM (NEW."agreement_id") OR OLD."answer_by" IS DISTINCT FROM (NEW."answer_by") OR OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."answered_by_id" IS DISTINCT FROM (NEW."answered_by_id") OR OLD."cover_id" IS DISTINCT FROM (NEW."cover_id") OR OLD."end" IS DISTINCT FROM (NEW."end") OR OLD."group_fen" IS DISTINCT FROM (NEW."group_fen") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."member_fen" IS DISTINCT FROM (NEW."member_fen") OR OLD."offered_at" IS DISTINCT FROM (NEW."offered_at") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."price_fen" IS DISTINCT FROM (NEW."price_fen") OR OLD."roster_id" IS DISTINCT FROM (NEW."roster_id") OR OLD."start" IS DISTINCT FROM (NEW."start") OR OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func='INSERT INTO "enrolments_placeevent" ("agreement_id", "answer_by", "answered_at", "answered_by_id", "cover_id", "end", "group_fen", "id", "invoice_id", "member_fen", "offered_at", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_fen", "roster_id", "start", "state") VALUES (OLD."agreement_id", OLD."answer_by", OLD."answered_at", OLD."answered_by_id", OLD."cover_id", OLD."end", OLD."group_fen", OLD."id", OLD."invoice_id", OLD."member_fen", OLD."offered_at", OLD."person_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."price_fen", OLD."roster_id", OLD."start", OLD."state"); RETURN NULL;',
                    hash="d442f4b70308e244055c3e63770809ca884b47d7",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_25846",
                    table="enrolments_place",
                    when="AFTER",
                ),
            ),
        ),
    ]
