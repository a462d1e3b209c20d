from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from apps.reminders import selectors, services, tasks
from apps.reminders.models import Message
from apps.reminders.tasks import send_due
from tests.reminders.factories import make_messages


def tell(user, now, **changes):
    values = {
        "to": [user.id],
        "kind": "return-letter",
        "parameters": {"person": "Lin", "department": "Respiratory", "referral_id": 3},
        "key": "letter-3",
    }
    services.remind(services.News(**{**values, **changes}), now=now)


@pytest.fixture
def parent(make_user):
    return make_user()


def test_a_reminder_is_written_once_for_its_key(parent, now):
    tell(parent, now)
    first = list(Message.objects.order_by("id").values())
    tell(parent, now + timedelta(hours=1))
    assert list(Message.objects.order_by("id").values()) == first
    assert [row["channel"] for row in first] == ["in-app", "email"]


def test_many_are_told_in_one_statement(make_user, now, django_assert_num_queries):
    users = [make_user(f"p{number}@example.com").id for number in range(3)]
    values = {"person": "Lin", "department": "Respiratory", "referral_id": 3}
    with django_assert_num_queries(1):
        services.remind(
            services.News(users, "return-letter", values, key="letter-3"),
            services.News(users[:1], "referral-news", values, key="news-3", channels=("in-app",)),
            now=now,
        )
    assert Message.objects.count() == 7


def test_a_reminder_without_its_parameters_is_refused_at_once(parent, now):
    with pytest.raises(ValueError, match="referral_id"):
        tell(parent, now, parameters={"person": "Lin", "department": "Respiratory"})
    assert not Message.objects.exists()


def test_an_in_app_message_is_visible_when_due_without_any_worker(parent, now):
    tell(parent, now, due_at=now + timedelta(days=1))
    assert selectors.unread_count(parent, now) == 0
    assert selectors.unread_count(parent, now + timedelta(days=1)) == 1


def test_the_badge_can_leave_the_time_to_the_database(parent, now):
    tell(parent, now, due_at=now - timedelta(days=3650))
    tell(parent, now, due_at=now + timedelta(days=3650), key="later")
    assert selectors.unread_count(parent) == 1


def test_what_is_due_is_sent_once_and_in_the_recipients_language(parent, now):
    tell(parent, now)
    assert services.send_due_messages(now=now) == 2
    assert services.send_due_messages(now=now) == 0
    assert [message.to for message in mail.outbox] == [["parent@example.com"]]
    assert not Message.objects.exclude(state="sent", sent_at=now).exists()


def test_nothing_is_sent_before_it_is_due(parent, now):
    tell(parent, now, due_at=now + timedelta(minutes=1))
    assert services.send_due_messages(now=now) == 0
    assert mail.outbox == []


def test_no_more_than_the_limit_is_sent_at_once(parent, now):
    make_messages(parent, 5, now, channels=("email",))
    assert services.send_due_messages(now=now, limit=3) == 3
    assert len(mail.outbox) == 3


def test_a_full_run_rings_for_the_rest(parent, monkeypatch, now):
    make_messages(parent, 3, now, channels=("email",))
    rung = []
    monkeypatch.setattr(tasks, "ring", rung.append)
    monkeypatch.setattr(tasks, "BATCH", 2)
    assert [send_due(), send_due()] == [2, 1]
    assert rung == ["reminders.send_due"]


def test_a_mail_server_that_refuses_is_tried_again_later_and_given_up_after_five_times(parent, now, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.nowhere.EmailBackend"
    tell(parent, now, channels=("email",))
    assert services.send_due_messages(now=now, limit=1) == 1
    row = Message.objects.get()
    assert (row.state, row.tries, row.try_after) == ("waiting", 1, now + timedelta(minutes=2))
    assert services.send_due_messages(now=now) == 0
    for _ in range(4):
        row.refresh_from_db()
        services.send_due_messages(now=row.try_after, limit=1)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("failed", 5)


def test_the_task_sends_what_is_due(parent, now):
    tell(parent, now, due_at=now - timedelta(days=3650))
    assert send_due() == 2


def test_marking_as_read_touches_only_ones_own_visible_messages(parent, make_user, now):
    other = make_user("other@example.com")
    tell(parent, now)
    tell(other, now, key="other")
    tell(parent, now, key="later", due_at=now + timedelta(days=1))
    assert services.mark_read(user=parent, now=now) == 1
    assert selectors.unread_count(other, now) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_nobody_gets_a_message_twice(make_user, now):
    make_messages(make_user(), 20, now, channels=("email",))
    start, sent = Barrier(2), []

    def work():
        start.wait()
        sent.append(services.send_due_messages(now=now))
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # A worker stops when every row left is in the other's hands; the sweeper would come back for the rest.
    assert sum(sent) == len(mail.outbox) == 20


@pytest.mark.parametrize("column", ["state", "read_at"])
def test_the_database_keeps_sent_and_read_honest(parent, now, column):
    tell(parent, now, channels=("email",))
    row = Message.objects.get()
    values = {"state": "sent"} if column == "state" else {"read_at": now}
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=row.pk).update(**values)


def test_the_key_is_unique_in_the_database(parent, now):
    tell(parent, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(channel="email").update(key=f"letter-3:{parent.id}:in-app")
