"""Every component on one page, as a form with mistakes and as a list: only the tests see it."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.forms import DateField, FilesField, KeyedForm, YuanField


class GalleryForm(KeyedForm):
    name = forms.CharField(label="Child's name", help_text="As on the identity card.", max_length=40)
    born = DateField(label="Date of birth")
    total = YuanField(label="Total on the receipt", help_text="In yuan, as printed.")
    other = YuanField(label="Paid by other insurance", required=False, allow_zero=True)
    relation = forms.ChoiceField(label="You are", choices=[("", "Please choose"), ("m", "Mother"), ("f", "Father")])
    visit = forms.ChoiceField(
        label="Kind of visit",
        choices=[("out", "Outpatient visit"), ("in", "Hospital stay, with at least one night")],
        widget=forms.RadioSelect,
    )
    signs = forms.MultipleChoiceField(
        label="Signs in the last four weeks",
        choices=[("cough", "Cough at night"), ("wheeze", "Wheezing"), ("sport", "Short of breath at sport")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Choose all that apply.",
    )
    note = forms.CharField(label="Anything else", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    receipts = FilesField(label="Receipts", help_text="Photos or PDF, 10 MB each at most.", max_files=3)
    agree = forms.BooleanField(label="I have read the covenant and I am bound by it together with all families.")


class LineForm(forms.Form):
    what = forms.CharField(label="What was it")
    amount = YuanField(label="Amount")


PARTS = [("Claims", 6_213_400), ("Fixed operating cost", 920_000), ("Open fund", 800_000), ("Surplus", 2_066_600)]


def gallery(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Your claim was sent. We will write to you within five working days.")
    messages.error(request, "The bank did not accept the account.")
    context = {
        "page": Paginator(range(60), 20).get_page(2),
        "parts": PARTS,
        "rows": [
            (f"CL-2026-00{n}", "Beijing Children's Hospital", tone, word, 123_456 * n)
            for n, (tone, word) in enumerate(
                [("ok", "Paid"), ("wait", "In review"), ("warn", "Needs you"), ("stop", "Refused")], start=1
            )
        ],
        "navigation": [
            {"label": "Home", "url": "/", "icon": "house", "current": True},
            {"label": "Family", "url": "/1", "icon": "users", "current": False},
            {"label": "Claims", "url": "/2", "icon": "receipt-text", "current": False},
            {"label": "Care", "url": "/3", "icon": "heart-pulse", "current": False},
            {"label": "Messages", "url": "/4", "icon": "bell", "current": False, "badge": 3},
        ],
    }
    return render(request, "look/gallery.html", context)


def form(request: HttpRequest) -> HttpResponse:
    bound = GalleryForm(request.POST, request.FILES) if request.method == "POST" else GalleryForm()
    if request.method == "POST" and bound.is_valid():
        return HttpResponse("sent")
    return render(request, "look/form.html", {"form": bound})


def lines(request: HttpRequest) -> HttpResponse:
    formset = forms.formset_factory(LineForm, extra=2)(request.POST or None)
    formset.is_valid()
    return render(request, "look/lines.html", {"formset": formset})
