"""``{{ form }}`` writes markup that a screen reader understands, and keeps what was typed."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template

from tests.look.gallery import GalleryForm, LineForm


def render(source, **context):
    return Template(source).render(Context(context))


def html_of(form):
    return render("{{ form }}", form=form)


@pytest.fixture
def wrong():
    return html_of(GalleryForm({"name": "小明", "total": "1e12", "key": "x"}))


def test_every_control_has_a_label_or_a_legend():
    html = html_of(GalleryForm())
    ids = set(re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', html))
    labelled = set(re.findall(r'<label for="([^"]+)"', html))
    assert ids == labelled
    assert html.count("<legend>") == 2


def test_an_error_stands_at_its_field_and_is_announced(wrong):
    control = re.search(r'<input[^>]*name="total"[^>]*>', wrong)[0]
    assert 'aria-invalid="true"' in control
    assert 'aria-describedby="id_total_helptext id_total_error"' in control
    assert 'id="id_total_error"' in wrong
    assert 'id="id_total_helptext"' in wrong


def test_the_summary_on_top_links_to_fields_that_exist(wrong):
    summary = re.search(r'<div class="summary".*?</div>', wrong, re.S)[0]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert {"id_born", "id_total", "id_visit_group", "id_agree"} <= set(targets)
    assert all(f'id="{target}"' in wrong for target in targets)


def test_what_was_typed_stays(wrong):
    assert 'value="小明"' in wrong
    assert 'value="1e12"' in wrong


def test_a_fresh_form_has_no_summary_and_marks_what_may_stay_empty():
    html = html_of(GalleryForm())
    assert "data-summary" not in html
    assert html.count("(optional)") == 3


def test_a_whole_form_can_upload_and_carries_its_key_and_token():
    html = render('{% form form submit="Send" draft="claim" %}', form=GalleryForm(), csrf_token="t" * 64)
    assert 'enctype="multipart/form-data"' in html
    assert 'data-draft="claim"' in html
    assert "csrfmiddlewaretoken" in html
    assert re.search(r'name="key" value="[0-9a-f-]{36}"', html)


def test_two_renderings_of_one_page_have_two_keys():
    keys = {re.search(r'name="key" value="([^"]+)"', html_of(GalleryForm()))[1] for _ in range(2)}
    assert len(keys) == 2


def receipts(*sizes):
    return {"receipts": [SimpleUploadedFile(f"{n}.jpg", b"x" * size) for n, size in enumerate(sizes)]}


def files_errors(*sizes):
    from django.utils.datastructures import MultiValueDict

    return GalleryForm({}, MultiValueDict(receipts(*sizes))).errors.get("receipts", [])


def test_several_files_arrive_as_a_list_and_the_limits_are_said():
    assert files_errors(5, 6) == []
    assert "0 bytes" in files_errors(5, 0)[0]
    assert "3 files at most" in files_errors(1, 1, 1, 1)[0]
    assert "at least one" in files_errors()[0]


def test_lines_show_their_errors_once():
    from django.forms import formset_factory

    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-what": "Inhaler", "form-0-amount": "0"}
    formset = formset_factory(LineForm)(data)
    assert not formset.is_valid()
    html = render("{{ formset }}", formset=formset)
    assert html.count("must be above zero") == 1
    assert "form-TOTAL_FORMS" in html
