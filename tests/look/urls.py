"""The portal's addresses and the gallery."""

from django.urls import path

from config import urls
from tests.look import gallery

handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
urlpatterns = [
    path("look/", gallery.gallery, name="look"),
    path("look/form/", gallery.form, name="look_form"),
    path("look/lines/", gallery.lines, name="look_lines"),
    *urls.urlpatterns,
]
