"""The administrator's list of people and their roles; the choice of language."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from apps.accounts import selectors, services
from apps.accounts.forms import RolesForm
from apps.accounts.models import Role, User
from apps.accounts.permissions import role_required
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages; letters to someone signed in follow."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and check_for_language(language):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return set_language(request)


@role_required(Role.ADMINISTRATOR)
def users(request: Request) -> HttpResponse:
    search = request.GET.get("q", "").strip()
    page = paginate(selectors.users(search), request)
    return render_page(request, "accounts/users.html", {"page": page, "search": search})


@role_required(Role.ADMINISTRATOR)
def user(request: Request, user_id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=user_id)
    form = RolesForm(request.POST if request.method == "POST" else None, initial={"roles": person.roles})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_roles(user_id=person.pk, roles=form.cleaned_data["roles"], actor=request.user, now=clock.now())
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("The roles of %(name)s are saved.") % {"name": person.name})
            return redirect("accounts:users")
    return render_page(request, "accounts/user.html", {"person": person, "form": form})
