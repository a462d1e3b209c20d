"""Blocks of a roster as they are kept."""

import json
import zlib

import pytest

from apps.core.fields import seal
from apps.enrolments.models import RosterBlock
from apps.enrolments.staging import SEALED, read_kept, reader_for
from tests.enrolments.groups import as_csv, checked, make_agreement, people

pytestmark = pytest.mark.django_db


def test_a_block_kept_before_blocks_were_kept_by_columns_is_read_as_before(now):
    rows = people(3)
    roster = checked(make_agreement(), as_csv(rows))
    reader = reader_for(roster.agreement, roster.columns, roster.start, now.date())
    block = RosterBlock.objects.get()
    found = list(read_kept(block, reader))
    assert [cells for _number, cells, _found in found] == [list(row) for row in rows]
    kept = {"numbers": [2, 3, 4], "cells": [cell for row in rows for cell in row], "merged": []}
    block.sealed_rows = seal(zlib.compress(json.dumps(kept).encode()), context=SEALED)
    assert list(read_kept(block, reader)) == found
