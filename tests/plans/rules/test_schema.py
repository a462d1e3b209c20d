"""The JSON Schema for editors: true to the forms, accepts the catalogue, refuses what is plainly wrong."""

import json

import jsonschema
import pytest
import yaml
from django.core.management import call_command

from apps.plans.files import CATALOGUE
from apps.plans.rules.schema import schema_text

from .making import data

KEPT = CATALOGUE.parent / "terms.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(KEPT.read_text("utf-8")))


class AsEditors(yaml.SafeLoader):
    """YAML as editors read it: days are texts."""


AsEditors.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_the_kept_schema_is_the_one_of_the_forms(capsys):
    call_command("plan_schema")
    assert capsys.readouterr().out == KEPT.read_text("utf-8") == schema_text()


@pytest.mark.parametrize("path", sorted(CATALOGUE.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_catalogue_fits_the_schema_and_names_it(path):
    text = path.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../terms.schema.json\n")
    assert not list(VALIDATOR.iter_errors(yaml.load(text, AsEditors)))


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "Not A Code"), ("benefits", [{}]), ("surprise", "1"), ("disease_family", "flu"), ("price", {})],
)
def test_the_schema_refuses_what_is_plainly_wrong(field, value):
    assert not list(VALIDATOR.iter_errors(data()))
    assert list(VALIDATOR.iter_errors(data(**{field: value})))
