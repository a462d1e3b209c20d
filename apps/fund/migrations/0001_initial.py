import django.db.models.deletion
from django.db import migrations, models

import apps.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("through", models.DateField()),
                ("closed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=120, unique=True)),
                ("normal", models.SmallIntegerField(help_text="1: debit, -1: credit")),
                ("no_overdraft", models.BooleanField()),
                ("balance_fen", apps.core.fields.MoneyField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("normal__in", [1, -1])), name="fund_account_normal"),
                    models.CheckConstraint(
                        condition=models.Q(("no_overdraft", False), ("balance_fen__gte", 0), _connector="OR"),
                        name="fund_account_no_overdraft",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("input_hash", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=40)),
                ("effective_date", models.DateField(db_index=True)),
                ("recorded_at", models.DateTimeField()),
                ("source_label", models.CharField(max_length=60)),
                ("source_id", models.BigIntegerField()),
                ("memo", models.CharField(blank=True, max_length=200)),
                ("xact", models.BigIntegerField()),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="fund.entry",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["source_label", "source_id"], name="fund_entry_source__9112b9_idx")],
            },
        ),
        migrations.CreateModel(
            name="ChainLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=64)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="link", to="fund.entry"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", apps.core.fields.MoneyField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="fund.account"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="fund.entry"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen", 0), _negated=True), name="fund_line_not_zero"
                    )
                ],
            },
        ),
    ]
