"""The script of a run is drawn from its seed, and its verdict leaves nothing out."""

import sqlite3
from collections import Counter

import pytest

from apps.portal.chaos.script import KILLS, Blow, Size, script
from apps.portal.chaos.verdict import BankSays, judge


def test_the_same_seed_gives_the_same_script_another_seed_another():
    assert script(Size(seed=3)) == script(Size(seed=3))
    assert script(Size(seed=3)) != script(Size(seed=4))


def test_the_full_size_has_a_thousand_kills_of_which_a_hundred_of_whole_workers():
    steps = script(Size())
    fell = Counter(step.blow for step in steps)
    assert sum(fell[blow] for blow in KILLS) == 1000
    assert fell[Blow.WORKER] >= 100
    assert fell[Blow.CHILD] > fell[Blow.BANK] > 0
    assert (fell[Blow.WIPE], fell[Blow.RESTART]) == (20, 20)
    assert steps[-1].asked == 10_000
    assert [step.asked for step in steps] == sorted(step.asked for step in steps)


ALL_WELL = {
    "keys": {"a": "settled", "b": "failed"},
    "for_a_person": 0,
    "kept_apart": 0,
    "bank_fen": 900,
    "in_transit_is_off_fen": 0,
    "faults": [],
}
PAID_A = BankSays(Counter({"a": 1}), {"a": -1}, 1, -100)


def verdict(asked=2, bank=PAID_A, **changes):
    return judge(asked=asked, opening_fen=1000, told={**ALL_WELL, **changes}, bank=bank)


def test_all_well_is_clean():
    assert verdict().is_clean


@pytest.mark.parametrize(
    ("given", "lost", "double", "off"),
    [
        ({"asked": 3}, 1, 0, 0),  # never written down
        ({"keys": {"a": "settled", "b": "submitted"}}, 1, 0, 0),  # forgotten on its way
        ({"keys": {"a": "settled", "b": "submitted"}, "kept_apart": 1}, 0, 0, 0),  # a person sees it
        ({"keys": {"a": "settled", "b": "settled"}}, 1, 0, 0),  # told as paid, never paid
        ({"keys": {"a": "failed", "b": "failed"}}, 1, 0, 0),  # told as refused, but paid
        ({"bank": BankSays(Counter({"a": 2}), {"a": -2}, 2, -200)}, 0, 1, 100),
        ({"bank_fen": 901}, 0, 0, 1),
        ({"in_transit_is_off_fen": -7}, 0, 0, 7),
    ],
)
def test_what_is_wrong_is_counted(given, lost, double, off):
    found = verdict(**given)
    assert (found.lost, found.double, found.off_fen) == (lost, double, off)
    assert found.is_clean == (not (lost or double or off))


def test_a_fault_of_the_books_is_not_clean():
    assert not verdict(faults=["entry 3 does not balance"]).is_clean


def test_the_bank_s_store_is_read_without_the_bank(tmp_path):
    with sqlite3.connect(tmp_path / "bank.sqlite3") as store:
        store.execute("CREATE TABLE payment (key, state)")
        store.execute("CREATE TABLE statement (key, kind, amount_fen)")
        store.executemany("INSERT INTO payment VALUES (?, ?)", [("a", "accepted"), ("b", "rejected")])
        store.executemany("INSERT INTO statement VALUES (?, ?, ?)", [("a", "paid", 100), ("a", "returned", 100)])
    says = BankSays.of(tmp_path / "bank.sqlite3")
    assert says == BankSays(Counter({"a": 1}), {"a": 0}, 2, 0)
