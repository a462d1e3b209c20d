import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_zh", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=120)),
                ("code", models.SlugField(unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("clinic", "Clinic"),
                            ("hospital", "Hospital"),
                            ("insurer", "Insurer"),
                            ("technology", "Technology company"),
                            ("fund", "Fund"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[("primary", "Primary"), ("secondary", "Secondary"), ("tertiary", "Tertiary")],
                        max_length=10,
                    ),
                ),
                ("address_zh", models.CharField(blank=True, max_length=120)),
                ("address_en", models.CharField(blank=True, max_length=160)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["clinic", "hospital"]), _negated=True),
                            models.Q(("level", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="care_givers_have_a_level",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_zh", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=120)),
                ("code", models.SlugField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="departments",
                        to="directory.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "code"), name="department_code_once")],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title_zh", models.CharField(blank=True, max_length=40)),
                ("title_en", models.CharField(blank=True, max_length=60)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="directory.department",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="directory.organisation"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("user", "organisation"),
                        name="one_open_post_an_organisation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="post_ends_after_it_starts",
                    ),
                ],
            },
        ),
    ]
