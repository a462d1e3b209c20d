"""No cell is taken for a formula, and numbers stay numbers."""

import pytest

from apps.core.cells import harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-", "--1", "-1+2", "@x", "\t=1", "\r=1", "-2.5.1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Lin Yue", "12.30", "-12.30", "-5", "a=1"])
def test_names_and_numbers_stay_as_they_are(text):
    assert harmless(text) == text
