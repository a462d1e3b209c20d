"""The family chooses a clinic and a family doctor."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.care.forms import ChooseDoctorForm
from apps.care.models import FamilyDoctor
from apps.care.selectors import contract_of, doctors_to_choose
from apps.care.services import choose_doctor
from apps.core.clock import now
from apps.core.errors import DomainError, NotAllowed
from apps.core.http import Request, add_error, paginate, render_page
from apps.directory.selectors import clinics
from apps.members.permissions import check_is_family
from apps.members.selectors import has_consent


@require_GET
@login_required
def choose(request: Request, person_id: int) -> HttpResponse:
    person = check_is_family(user=request.user, person_id=person_id, purpose="family doctor", now=now())
    asked = request.GET.get("clinic", "")
    clinic_id = int(asked) if asked.isdigit() else None
    return render_page(
        request,
        "care/choose.html",
        {
            "person": person,
            "contract": contract_of(person_id),
            "clinics": clinics().order_by("name_zh"),
            "clinic_id": clinic_id,
            "page": paginate(doctors_to_choose(clinic_id), request, size=12),
        },
    )


@login_required
def confirm_doctor(request: Request, person_id: int, doctor_id: int) -> HttpResponse:
    person = check_is_family(user=request.user, person_id=person_id, purpose="family doctor", now=now())
    doctor = FamilyDoctor.objects.select_related("user", "clinic").filter(pk=doctor_id).first()
    if doctor is None:
        raise NotAllowed
    form = ChooseDoctorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["key"]
        try:
            choose_doctor(actor=request.user, person_id=person_id, doctor_id=doctor_id, key=key, now=now())
        except DomainError as error:
            add_error(form, error)
        else:
            said = _("%(doctor)s is now the family doctor of %(person)s.")
            messages.success(request, said % {"doctor": doctor.user.name, "person": person.name})
            return redirect("care:file", person_id)
    context = {"person": person, "doctor": doctor, "form": form, "contract": contract_of(person_id)}
    context["has_consent"] = has_consent(person_id, "consent-sharing")
    return render_page(request, "care/confirm_doctor.html", context)
