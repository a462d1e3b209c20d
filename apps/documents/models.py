"""Files people hand in: what is known of each, and which are kept for a form that is not sent yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Document(models.Model):
    """A checked file; its content lies in private storage under a random name."""

    class Kind(models.TextChoices):
        IMAGE = "image"
        PDF = "pdf"

    kind = models.CharField(max_length=5, choices=Kind)
    name = models.CharField(max_length=120, help_text="as the person's device named it, made harmless")
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True, help_text="of the bytes that were handed in")
    stored_as = models.CharField(max_length=80, unique=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="document_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="document_kind_known",
                condition=Q(kind="image", content_type__in=["image/jpeg", "image/png"])
                | Q(kind="pdf", content_type="application/pdf"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HeldUpload(models.Model):
    """A file kept for a form that is still being filled in, so that an error elsewhere loses nothing."""

    document = models.OneToOneField(Document, models.CASCADE, related_name="held")
    form_key = models.UUIDField()
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="file_held_once_a_form", fields=["form_key", "sha256"]),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} for {self.form_key}"
