"""The form that begins a close."""

from django import forms

from apps.core.forms import KeyedForm


class StartForm(KeyedForm):
    """Names the quarter that was read, so that a page left open never closes another one."""

    quarter_start = forms.DateField(widget=forms.HiddenInput)
