"""What tags and fields of the look refuse, and what they leave empty."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from apps.core.display import in_language, quarter_text
from apps.core.forms import FilesField


def test_labels_of_a_table_come_before_its_options():
    with pytest.raises(TemplateSyntaxError, match="Column labels come before options"):
        Template('{% table caption="Claims" "Amount" %}{% endtable %}')


def test_no_files_are_an_empty_list_where_they_may_be_left_out():
    assert FilesField(required=False).clean([]) == []


def test_texts_of_the_data_follow_the_language():
    words = SimpleNamespace(zh="哮喘", en="Asthma")
    assert in_language(words) == "Asthma"
    with translation.override("zh-hans"):
        assert Template("{{ words|here }}").render(Context({"words": words})) == "哮喘"


def test_a_quarter_has_the_name_people_use(today):
    assert quarter_text(today.replace(month=7, day=1)) == "Q3 2026"


def test_large_counts_are_written_in_groups_of_three():
    assert Template("{{ rows|count }}").render(Context({"rows": 1_000_000})) == "1,000,000"
