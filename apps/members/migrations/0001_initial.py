import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LegalText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("consent-guardian", "consent-guardian"),
                            ("consent-represent", "consent-represent"),
                            ("consent-health-data", "consent-health-data"),
                            ("consent-claims", "consent-claims"),
                            ("consent-sharing", "consent-sharing"),
                            ("covenant", "covenant"),
                        ],
                        max_length=24,
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                (
                    "applies_to",
                    models.CharField(
                        choices=[
                            ("everyone", "everyone"),
                            ("minor", "minor"),
                            ("represented-adult", "represented-adult"),
                        ],
                        max_length=20,
                    ),
                ),
                ("is_required", models.BooleanField()),
                ("title_zh", models.CharField(max_length=80)),
                ("title_en", models.CharField(max_length=120)),
                ("summary_zh", models.TextField()),
                ("summary_en", models.TextField()),
                ("body_zh", models.TextField()),
                ("body_en", models.TextField()),
                ("withdrawal_zh", models.TextField()),
                ("withdrawal_en", models.TextField()),
                ("content_hash", models.CharField(max_length=64)),
                ("valid_from", models.DateField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "version"), name="text_version_once")],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("birth_date", models.DateField()),
                ("sex", models.CharField(choices=[("female", "Female"), ("male", "Male")], max_length=6)),
                (
                    "identity_kind",
                    models.CharField(
                        choices=[
                            ("resident", "Resident identity number"),
                            ("birth-certificate", "Birth certificate number (newborn)"),
                        ],
                        max_length=20,
                    ),
                ),
                ("identity_number", apps.core.fields.EncryptedTextField()),
                ("identity_index", models.CharField(max_length=64)),
                ("identity_tail", models.CharField(max_length=4)),
                ("key", models.UUIDField(unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="person",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("identity_index",), name="identity_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("sex__in", ["female", "male"])), name="person_sex_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="person_has_a_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Guardianship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("mother", "Mother"),
                            ("father", "Father"),
                            ("grandparent", "Grandparent"),
                            ("child", "Son or daughter"),
                            ("spouse", "Husband or wife"),
                            ("other", "Other guardian or relative"),
                        ],
                        max_length=12,
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "guardian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guardianships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="guardianships", to="members.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("person", "guardian"),
                        name="one_open_guardianship_a_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="guardianship_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("family-doctor", "family doctor"),
                            ("referral", "hospital department of a referral"),
                            ("claim-handler", "claim handler of the fund"),
                        ],
                        max_length=20,
                    ),
                ),
                ("purpose", models.CharField(max_length=60)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("source_label", models.CharField(max_length=60)),
                ("source_id", models.BigIntegerField()),
                (
                    "grantee_department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.department",
                    ),
                ),
                (
                    "grantee_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="members.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["source_label", "source_id"], name="members_gra_source__65201c_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("grantee_user", None), ("grantee_department", None), _connector="XOR"),
                        name="grant_has_one_grantee",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="grant_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rule__in", ["family-doctor", "referral", "claim-handler"])),
                        name="grant_rule_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("source_label", "source_id", "rule", "person", "grantee_user", "grantee_department"),
                        name="one_open_grant_a_source",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text_hash", models.CharField(max_length=64)),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("self", "for themself"),
                            ("guardian", "as guardian"),
                            ("authorised-family", "as authorised family"),
                        ],
                        max_length=20,
                    ),
                ),
                ("assent_name", models.CharField(blank=True, max_length=60)),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="members.person"
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="members.legaltext"
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("text", "person"),
                        name="one_signature_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                            models.Q(("withdrawn_at__gte", models.F("at")), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="withdrawal_says_by_whom",
                    ),
                ],
            },
        ),
    ]
