import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.fields
import apps.referrals.rules.words


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("care", "0002_counted_places"),
        ("directory", "0001_initial"),
        ("members", "0002_frozen_texts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("priority", models.CharField(choices=[("urgent", "Urgent"), ("routine", "Routine")], max_length=8)),
                ("places", models.PositiveSmallIntegerField(default=1)),
                ("taken", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slots", to="directory.department"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("department", "starts_at", "priority"), name="one_slot_a_time"),
                    models.CheckConstraint(
                        condition=models.Q(("taken__lte", models.F("places"))), name="slot_is_never_overbooked"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "direction",
                    models.CharField(
                        choices=[("up", "To the hospital"), ("down", "From the hospital")], default="up", max_length=4
                    ),
                ),
                ("priority", models.CharField(choices=[("urgent", "Urgent"), ("routine", "Routine")], max_length=8)),
                ("reason", apps.core.fields.EncryptedTextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("start", "start"),
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("info-needed", "info-needed"),
                            ("advised", "advised"),
                            ("rejected", "rejected"),
                            ("accepted", "accepted"),
                            ("booked", "booked"),
                            ("no-show", "no-show"),
                            ("arrived", "arrived"),
                            ("in-care", "in-care"),
                            ("returned", "returned"),
                            ("resumed", "resumed"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        default=apps.referrals.rules.words.State["START"],
                        max_length=12,
                    ),
                ),
                ("act_by", models.DateTimeField(help_text="when the owner should have acted", null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("key", models.UUIDField(unique=True)),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="directory.department"
                    ),
                ),
                (
                    "doctor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="care.familydoctor"
                    ),
                ),
                (
                    "follow_up",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="care.followup",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="members.person"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="referrals.slot",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    apps.referrals.rules.words.State["CANCELLED"],
                                    apps.referrals.rules.words.State["CLOSED"],
                                ],
                            ),
                            _negated=True,
                        ),
                        fields=["department", "state"],
                        name="referral_desk",
                    ),
                    models.Index(fields=["person", "-created_at"], name="referrals_r_person__83903f_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    apps.referrals.rules.words.State["CANCELLED"],
                                    apps.referrals.rules.words.State["CLOSED"],
                                ],
                            ),
                            _negated=True,
                        ),
                        fields=("person", "department"),
                        name="one_open_referral_a_department",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "booked"), _negated=True), ("slot__isnull", False), _connector="OR"
                        ),
                        name="booked_has_a_slot",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "start",
                                    "draft",
                                    "submitted",
                                    "info-needed",
                                    "advised",
                                    "rejected",
                                    "accepted",
                                    "booked",
                                    "no-show",
                                    "arrived",
                                    "in-care",
                                    "returned",
                                    "resumed",
                                    "closed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="referral_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("family-doctor", "family-doctor"),
                            ("specialist", "specialist"),
                            ("coordinator", "coordinator"),
                            ("family", "family"),
                            ("clock", "clock"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("send-down", "send-down"),
                            ("submit", "submit"),
                            ("discard", "discard"),
                            ("accept", "accept"),
                            ("accept-and-book", "accept-and-book"),
                            ("ask-info", "ask-info"),
                            ("advise-only", "advise-only"),
                            ("reject", "reject"),
                            ("redirect", "redirect"),
                            ("cancel", "cancel"),
                            ("emergency-pass", "emergency-pass"),
                            ("answer-info", "answer-info"),
                            ("ack-advice", "ack-advice"),
                            ("ack-reject", "ack-reject"),
                            ("book", "book"),
                            ("walk-in", "walk-in"),
                            ("check-in", "check-in"),
                            ("rebook", "rebook"),
                            ("mark-no-show", "mark-no-show"),
                            ("see", "see"),
                            ("left-unseen", "left-unseen"),
                            ("return-letter", "return-letter"),
                            ("deceased", "deceased"),
                            ("ack-return", "ack-return"),
                            ("query-return", "query-return"),
                            ("reassign-doctor", "reassign-doctor"),
                            ("first-primary-visit", "first-primary-visit"),
                            ("lost-to-follow-up", "lost-to-follow-up"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("start", "start"),
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("info-needed", "info-needed"),
                            ("advised", "advised"),
                            ("rejected", "rejected"),
                            ("accepted", "accepted"),
                            ("booked", "booked"),
                            ("no-show", "no-show"),
                            ("arrived", "arrived"),
                            ("in-care", "in-care"),
                            ("returned", "returned"),
                            ("resumed", "resumed"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("start", "start"),
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("info-needed", "info-needed"),
                            ("advised", "advised"),
                            ("rejected", "rejected"),
                            ("accepted", "accepted"),
                            ("booked", "booked"),
                            ("no-show", "no-show"),
                            ("arrived", "arrived"),
                            ("in-care", "in-care"),
                            ("returned", "returned"),
                            ("resumed", "resumed"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reason_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not-indicated", "A visit is not needed"),
                            ("other-department", "Another department fits better"),
                            ("information", "Too little information"),
                            ("capacity", "No capacity within a safe time"),
                            ("other", "Another reason"),
                        ],
                        max_length=20,
                    ),
                ),
                ("content", apps.core.fields.EncryptedTextField(help_text="what was written, as JSON")),
                ("key", models.UUIDField(unique=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="referrals.referral"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("referral", "number"), name="events_are_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["OPEN"]),
                                ("source", apps.referrals.rules.words.State["START"]),
                                ("target", apps.referrals.rules.words.State["DRAFT"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["SEND_DOWN"]),
                                ("source", apps.referrals.rules.words.State["START"]),
                                ("target", apps.referrals.rules.words.State["RETURNED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["SUBMIT"]),
                                ("source", apps.referrals.rules.words.State["DRAFT"]),
                                ("target", apps.referrals.rules.words.State["SUBMITTED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["DISCARD"]),
                                ("source", apps.referrals.rules.words.State["DRAFT"]),
                                ("target", apps.referrals.rules.words.State["CANCELLED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["ACCEPT"]),
                                ("source", apps.referrals.rules.words.State["SUBMITTED"]),
                                ("target", apps.referrals.rules.words.State["ACCEPTED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["ACCEPT_AND_BOOK"]),
                                ("source", apps.referrals.rules.words.State["SUBMITTED"]),
                                ("target", apps.referrals.rules.words.State["BOOKED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["ASK_INFO"]),
                                ("source", apps.referrals.rules.words.State["SUBMITTED"]),
                                ("target", apps.referrals.rules.words.State["INFO_NEEDED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["ADVISE_ONLY"]),
                                ("source", apps.referrals.rules.words.State["SUBMITTED"]),
                                ("target", apps.referrals.rules.words.State["ADVISED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["REJECT"]),
                                ("source", apps.referrals.rules.words.State["SUBMITTED"]),
                                ("target", apps.referrals.rules.words.State["REJECTED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["REDIRECT"]),
                                ("source", apps.referrals.rules.words.State["SUBMITTED"]),
                                ("target", apps.referrals.rules.words.State["SUBMITTED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["CANCEL"]),
                                ("source", apps.referrals.rules.words.State["SUBMITTED"]),
                                ("target", apps.referrals.rules.words.State["CANCELLED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["EMERGENCY_PASS"]),
                                ("source", apps.referrals.rules.words.State["SUBMITTED"]),
                                ("target", apps.referrals.rules.words.State["ARRIVED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["ANSWER_INFO"]),
                                ("source", apps.referrals.rules.words.State["INFO_NEEDED"]),
                                ("target", apps.referrals.rules.words.State["SUBMITTED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["CANCEL"]),
                                ("source", apps.referrals.rules.words.State["INFO_NEEDED"]),
                                ("target", apps.referrals.rules.words.State["CANCELLED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["ACK_ADVICE"]),
                                ("source", apps.referrals.rules.words.State["ADVISED"]),
                                ("target", apps.referrals.rules.words.State["CLOSED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["ACK_REJECT"]),
                                ("source", apps.referrals.rules.words.State["REJECTED"]),
                                ("target", apps.referrals.rules.words.State["CLOSED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["BOOK"]),
                                ("source", apps.referrals.rules.words.State["ACCEPTED"]),
                                ("target", apps.referrals.rules.words.State["BOOKED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["WALK_IN"]),
                                ("source", apps.referrals.rules.words.State["ACCEPTED"]),
                                ("target", apps.referrals.rules.words.State["ARRIVED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["CANCEL"]),
                                ("source", apps.referrals.rules.words.State["ACCEPTED"]),
                                ("target", apps.referrals.rules.words.State["CANCELLED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["CHECK_IN"]),
                                ("source", apps.referrals.rules.words.State["BOOKED"]),
                                ("target", apps.referrals.rules.words.State["ARRIVED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["REBOOK"]),
                                ("source", apps.referrals.rules.words.State["BOOKED"]),
                                ("target", apps.referrals.rules.words.State["BOOKED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["MARK_NO_SHOW"]),
                                ("source", apps.referrals.rules.words.State["BOOKED"]),
                                ("target", apps.referrals.rules.words.State["NO_SHOW"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["CANCEL"]),
                                ("source", apps.referrals.rules.words.State["BOOKED"]),
                                ("target", apps.referrals.rules.words.State["ACCEPTED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["REBOOK"]),
                                ("source", apps.referrals.rules.words.State["NO_SHOW"]),
                                ("target", apps.referrals.rules.words.State["BOOKED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["CANCEL"]),
                                ("source", apps.referrals.rules.words.State["NO_SHOW"]),
                                ("target", apps.referrals.rules.words.State["CANCELLED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["SEE"]),
                                ("source", apps.referrals.rules.words.State["ARRIVED"]),
                                ("target", apps.referrals.rules.words.State["IN_CARE"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["LEFT_UNSEEN"]),
                                ("source", apps.referrals.rules.words.State["ARRIVED"]),
                                ("target", apps.referrals.rules.words.State["NO_SHOW"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["RETURN_LETTER"]),
                                ("source", apps.referrals.rules.words.State["IN_CARE"]),
                                ("target", apps.referrals.rules.words.State["RETURNED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["DECEASED"]),
                                ("source", apps.referrals.rules.words.State["IN_CARE"]),
                                ("target", apps.referrals.rules.words.State["CLOSED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["ACK_RETURN"]),
                                ("source", apps.referrals.rules.words.State["RETURNED"]),
                                ("target", apps.referrals.rules.words.State["RESUMED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["QUERY_RETURN"]),
                                ("source", apps.referrals.rules.words.State["RETURNED"]),
                                ("target", apps.referrals.rules.words.State["IN_CARE"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["REASSIGN_DOCTOR"]),
                                ("source", apps.referrals.rules.words.State["RETURNED"]),
                                ("target", apps.referrals.rules.words.State["RETURNED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["FIRST_PRIMARY_VISIT"]),
                                ("source", apps.referrals.rules.words.State["RESUMED"]),
                                ("target", apps.referrals.rules.words.State["CLOSED"]),
                            ),
                            models.Q(
                                ("event", apps.referrals.rules.words.Event["LOST_TO_FOLLOW_UP"]),
                                ("source", apps.referrals.rules.words.State["RESUMED"]),
                                ("target", apps.referrals.rules.words.State["CLOSED"]),
                            ),
                            _connector="OR",
                        ),
                        name="event_is_a_legal_step",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("actor__isnull", False), ("role", "clock"), _connector="OR"),
                        name="only_the_clock_has_no_name",
                    ),
                ],
            },
        ),
    ]
