import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("directory", "0001_initial"),
        ("members", "0002_frozen_texts"),
    ]

    operations = [
        migrations.CreateModel(
            name="FamilyDoctor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("places", models.PositiveSmallIntegerField()),
                ("taken", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("is_accepting", models.BooleanField(default=True)),
                ("bio_zh", models.CharField(blank=True, max_length=200)),
                ("bio_en", models.CharField(blank=True, max_length=300)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="family_doctors",
                        to="directory.organisation",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="family_doctor",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("taken__lte", models.F("places"))), name="places_are_never_exceeded"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DoctorContract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                ("key", models.UUIDField(unique=True)),
                (
                    "chosen_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="members.person"
                    ),
                ),
                (
                    "doctor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="care.familydoctor"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("person",), name="one_open_contract_a_person"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="contract_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme", models.CharField(choices=[("asthma", "Child asthma")], max_length=20)),
                ("form_version", models.PositiveSmallIntegerField()),
                ("held_at", models.DateTimeField()),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("clinic", "At the clinic"),
                            ("video", "By video"),
                            ("home", "At home"),
                            ("phone", "By telephone"),
                        ],
                        max_length=8,
                    ),
                ),
                ("answers", apps.core.fields.EncryptedTextField(help_text="the form's answers as JSON")),
                (
                    "zone",
                    models.CharField(
                        choices=[
                            ("unknown", "Not measured"),
                            ("green", "Green zone"),
                            ("yellow", "Yellow zone"),
                            ("red", "Red zone"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "control",
                    models.CharField(
                        choices=[
                            ("unknown", "Control not known"),
                            ("well", "Well controlled"),
                            ("not-well", "Not well controlled"),
                            ("very-poor", "Very poorly controlled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("decided_by", models.JSONField(default=list)),
                ("alerts", models.JSONField(default=list)),
                ("note", apps.core.fields.EncryptedTextField(blank=True)),
                ("fee_fen", apps.core.fields.MoneyField(default=0)),
                ("key", models.UUIDField(unique=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "doctor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="follow_ups", to="care.familydoctor"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="follow_ups", to="members.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30)),
                ("value", models.DecimalField(decimal_places=2, max_digits=8)),
                ("unit", models.CharField(blank=True, max_length=12)),
                ("at", models.DateTimeField()),
                (
                    "follow_up",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="observations", to="care.followup"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="observations", to="members.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "code", "at"], name="care_observ_person__a45403_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("follow_up", "code"), name="one_value_a_code_and_visit")
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("follow-up", "Follow-up"),
                            ("call-parent", "Call the family"),
                            ("letter-back", "Letter back"),
                            ("referral-work", "Referral waits"),
                        ],
                        max_length=16,
                    ),
                ),
                ("programme", models.CharField(blank=True, choices=[("asthma", "Child asthma")], max_length=20)),
                ("opens", models.DateField()),
                ("due", models.DateField()),
                ("closes", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("source_label", models.CharField(max_length=60)),
                ("source_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=120, unique=True)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "finished_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="members.person"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["assignee", "opens"], name="task_list"),
                    models.Index(fields=["source_label", "source_id"], name="care_task_source__2b2c7a_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("opens__lte", models.F("due")), ("due__lte", models.F("closes"))),
                        name="window_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("finished_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="task_finished_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "follow-up"), _negated=True),
                            models.Q(("programme", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="follow_up_has_a_programme",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "follow-up"), ("state", "open")),
                        fields=("person", "programme"),
                        name="one_open_follow_up_a_programme",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="followup",
            name="task",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="follow_up", to="care.task"
            ),
        ),
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(fields=["person", "-held_at"], name="care_follow_person__eb56d2_idx"),
        ),
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(fields=["doctor", "-held_at"], name="care_follow_doctor__c09cd9_idx"),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_at__lte", models.F("recorded_at"))), name="visit_is_not_ahead_of_its_record"
            ),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.CheckConstraint(condition=models.Q(("fee_fen__gte", 0)), name="visit_fee_not_negative"),
        ),
    ]
