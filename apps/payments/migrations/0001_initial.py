import uuid

import django.db.models.deletion
from django.db import migrations, models

import apps.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("business_key", models.CharField(max_length=200)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("claim", "Claim"),
                            ("refund", "Refund of a contribution"),
                            ("appropriation", "Granted by the council"),
                            ("reward", "Reward"),
                            ("allowance", "Allowance"),
                        ],
                        max_length=20,
                    ),
                ),
                ("source_label", models.CharField(max_length=60)),
                ("source_id", models.BigIntegerField()),
                ("amount_fen", apps.core.fields.MoneyField()),
                ("owed_account", models.CharField(max_length=120)),
                ("requested_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "To be sent"),
                            ("submitting", "Being sent"),
                            ("submitted", "At the bank"),
                            ("unknown", "Unknown, being asked"),
                            ("settled", "Paid"),
                            ("failed", "Refused by the bank"),
                            ("returned", "Returned by the bank"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("state_at", models.DateTimeField(help_text="when the order entered its state")),
                ("attempt", models.IntegerField(default=0)),
                ("first_sent_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("inquiries", models.IntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("gateway_reference", models.CharField(blank=True, max_length=80)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("settled_date", models.DateField(help_text="the bank's date", null=True)),
                ("returned_date", models.DateField(help_text="the bank's date", null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Checkout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                (
                    "token",
                    models.UUIDField(
                        default=uuid.uuid4, help_text="names it in addresses; cannot be guessed", unique=True
                    ),
                ),
                ("purpose", models.CharField(default="contribution", max_length=20)),
                ("source_label", models.CharField(max_length=60)),
                ("source_id", models.BigIntegerField()),
                ("amount_fen", apps.core.fields.MoneyField()),
                ("return_url", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for payment"),
                            ("paid", "Paid"),
                            ("failed", "Not paid"),
                            ("expired", "Expired"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("gateway_reference", models.CharField(blank=True, max_length=80)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                ("bank_date", models.DateField(help_text="when the money came in, by the bank's statement", null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["source_label", "source_id"], name="payments_ch_source__281a10_idx"),
                    models.Index(fields=["state", "paid_at"], name="payments_ch_state_502b30_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="checkout_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_at__isnull", False), ("state", "paid")),
                            models.Q(models.Q(("state", "paid"), _negated=True), ("paid_at", None)),
                            _connector="OR",
                        ),
                        name="checkout_paid_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("before", models.CharField(blank=True, max_length=12)),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("requested", "To be sent"),
                            ("submitting", "Being sent"),
                            ("submitted", "At the bank"),
                            ("unknown", "Unknown, being asked"),
                            ("settled", "Paid"),
                            ("failed", "Refused by the bank"),
                            ("returned", "Returned by the bank"),
                        ],
                        max_length=12,
                    ),
                ),
                ("attempt", models.IntegerField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="payments.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayeeAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner_label", models.CharField(max_length=60)),
                ("owner_id", models.BigIntegerField()),
                ("holder_name", models.CharField(max_length=60)),
                ("bank", models.CharField(max_length=60)),
                ("number", apps.core.fields.EncryptedTextField()),
                ("number_index", models.CharField(db_index=True, max_length=64)),
                ("number_tail", models.CharField(max_length=4)),
                ("key", models.UUIDField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("usable_from", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)),
                        fields=("owner_label", "owner_id"),
                        name="payeeaccount_one_open",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="payee_account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="payments.payeeaccount"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["source_label", "source_id"], name="payments_or_source__0b2e6e_idx"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state", "settled"), _negated=True), fields=["state", "id"], name="order_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="order_amount_positive"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease_until__isnull", False), ("state", "submitting")),
                    models.Q(models.Q(("state", "submitting"), _negated=True), ("lease_until", None)),
                    _connector="OR",
                ),
                name="order_lease_while_sending",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_date__isnull", False), ("state__in", ["settled", "returned"])),
                    models.Q(models.Q(("state__in", ["settled", "returned"]), _negated=True), ("settled_date", None)),
                    _connector="OR",
                ),
                name="order_settled_has_date",
            ),
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(unique=True)),
                ("key", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("paid", "Paid out"),
                            ("rejected", "Refused"),
                            ("returned", "Came back"),
                            ("received", "Paid in"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount_fen", apps.core.fields.MoneyField()),
                ("account_index", models.CharField(blank=True, max_length=64)),
                ("bank_date", models.DateField()),
                ("reference", models.CharField(blank=True, max_length=80)),
                ("read_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("matched", "Matched"),
                            ("waiting", "Waiting for an earlier line"),
                            ("quarantine", "To be explained"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "checkout",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement_lines",
                        to="payments.checkout",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement_lines",
                        to="payments.order",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "matched"), _negated=True),
                        fields=["state", "number"],
                        name="line_unmatched",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="line_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "matched"), _negated=True),
                            models.Q(("checkout", None), ("order__isnull", False)),
                            models.Q(("checkout__isnull", False), ("order", None)),
                            _connector="OR",
                        ),
                        name="line_matched_to_one",
                    ),
                ],
            },
        ),
    ]
