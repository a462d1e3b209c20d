"""Registering, and the roles an administrator gives."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Role, User


class SignupDetails(forms.Form):
    """What we ask besides e-mail and password when someone registers."""

    name = forms.CharField(label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.language = get_language() or "en"
        user.save(update_fields=["name", "language"])


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        help_text=_("Everyone is a member. A role opens the pages of that work at once."),
        choices=[choice for choice in Role.choices if choice[0] != Role.MEMBER],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
