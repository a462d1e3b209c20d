"""Form rendering and the fields our forms share."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    pass
