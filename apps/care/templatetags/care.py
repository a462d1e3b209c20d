"""Reasons of the rules in the reader's language."""

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.simple_tag
def filled(words: str, number: int) -> str:
    """A reason with its number: ``{% filled reason.words reason.number as text %}``"""
    return gettext(words) % {"number": number}


@register.filter
def tone_of(key: str, tones: dict[str, str]) -> str:
    """The tone of a zone or a state of control."""
    return tones.get(key, "")
