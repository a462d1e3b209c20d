"""Rings wait for the commit, survive a dead broker, and come together where there are many."""

import contextlib
import logging
import os
import threading
import time

import pytest
from django.db import connection

from apps.core import jobs


@pytest.mark.django_db
def test_a_ring_waits_for_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        jobs.ring("some.task", 7)
    assert len(callbacks) == 1


@pytest.mark.django_db
def test_a_dead_broker_is_survived_and_logged(django_capture_on_commit_callbacks, caplog, settings):
    old = jobs.app.conf.broker_url
    jobs.app.conf.broker_url = "redis://127.0.0.1:1/0"
    jobs.app.pool.force_close_all()
    try:
        with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
            jobs.ring("some.task", 7)
    finally:
        jobs.app.conf.broker_url = old
    assert "the sweeper will find the work" in caplog.text


def test_muted_rings_are_not_sent(django_capture_on_commit_callbacks, db):
    with django_capture_on_commit_callbacks() as callbacks, jobs.muted():
        jobs.ring("some.task", 7)
    assert callbacks == []


@pytest.mark.django_db
def test_a_ring_without_ids_goes_over_the_bell(django_capture_on_commit_callbacks, settings, monkeypatch):
    settings.RING_QUIET_SECONDS = 60
    sent = []
    monkeypatch.setattr(jobs, "_send", lambda task, args: sent.append((task, args)))
    monkeypatch.setattr(jobs, "_bell", jobs.Doorbell())
    monkeypatch.setattr(threading.Timer, "start", lambda self: None)
    with django_capture_on_commit_callbacks(execute=True):
        for args in ((), (), (7,), (8,)):
            jobs.ring("tests.some_task", *args)
    assert sent == [("tests.some_task", ()), ("tests.some_task", (7,)), ("tests.some_task", (8,))]


class Work:
    """What is there to do, and how much of it each ring found."""

    def __init__(self, monkeypatch):
        self.items, self.found, self.bell = [], [], jobs.Doorbell()
        monkeypatch.setattr(jobs, "_send", lambda task, args: self.found.append(len(self.items)))

    def press(self):
        self.items.append("more")
        self.bell.press("some.task")

    def is_all_found(self):
        return any(self.found[-1] == len(self.items) or time.sleep(0.005) for _ in range(400))


@pytest.fixture
def work(monkeypatch):
    return Work(monkeypatch)


def test_rings_in_a_row_are_two(settings, work):
    """At once, and once more for all who came meanwhile."""
    settings.RING_QUIET_SECONDS = 1
    for _ in range(50):
        work.press()
    assert work.found == [1]
    assert work.is_all_found()
    time.sleep(1.2)
    assert work.found == [1, 50]


def test_each_task_has_its_own_ring(settings, work):
    settings.RING_QUIET_SECONDS = 60
    work.press()
    work.bell.press("other.task")
    assert work.found == [1, 1]


def test_a_bell_that_was_quiet_long_enough_rings_at_once(settings, work):
    settings.RING_QUIET_SECONDS = 0.01
    work.press()
    time.sleep(0.02)
    work.press()
    assert work.found == [1, 2]


def test_where_no_thread_can_be_had_every_press_rings(settings, work, monkeypatch):
    settings.RING_QUIET_SECONDS = 60

    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", refuse)
    for _ in range(3):
        work.press()
    assert work.found == [1, 2, 3]


def test_a_process_just_forked_waits_for_no_thread_of_the_old_one(settings, monkeypatch):
    settings.RING_QUIET_SECONDS = 60
    monkeypatch.setattr(threading.Timer, "start", lambda self: None)
    monkeypatch.setattr(jobs, "_send", lambda task, args: os.write(pipe[1], b"rang "))
    pipe = os.pipe()
    jobs._bell.forget()
    for _ in range(2):
        jobs._bell.press("tests.some_task")
    child = os.fork()
    if child == 0:
        try:
            jobs._bell.press("tests.some_task")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    jobs._bell.forget()
    assert os.read(pipe[0], 100) == b"rang rang "


def test_whoever_presses_is_heard_afterwards(settings, work):
    settings.RING_QUIET_SECONDS = 0.002
    threads = [threading.Thread(target=lambda: [work.press() for _ in range(2_000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert work.is_all_found()
    assert len(work.found) < len(work.items) == 8_000


@pytest.mark.django_db
def test_a_long_job_is_done_by_one_at_a_time_and_let_go_also_by_a_failure():
    with connection.copy().cursor() as other:
        other.execute("SELECT pg_advisory_lock(7305, hashtext('some.job'))")
        with jobs.alone("some.job") as is_mine, jobs.alone("another.job") as is_mine_too:
            assert (is_mine, is_mine_too) == (False, True)
        other.execute("SELECT pg_advisory_unlock_all()")
        with contextlib.suppress(RuntimeError), jobs.alone("some.job") as is_mine:
            assert is_mine
            raise RuntimeError
        other.execute("SELECT pg_try_advisory_lock(7305, hashtext('some.job'))")
        assert other.fetchone() == (True,)
        other.connection.close()
