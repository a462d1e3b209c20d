import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("image", "Image"), ("pdf", "Pdf")], max_length=5)),
                ("name", models.CharField(help_text="as the person's device named it, made harmless", max_length=120)),
                ("content_type", models.CharField(max_length=20)),
                ("size", models.PositiveIntegerField()),
                (
                    "sha256",
                    models.CharField(db_index=True, help_text="of the bytes that were handed in", max_length=64),
                ),
                ("stored_as", models.CharField(max_length=80, unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="document_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("content_type__in", ["image/jpeg", "image/png"]), ("kind", "image")),
                            models.Q(("content_type", "application/pdf"), ("kind", "pdf")),
                            _connector="OR",
                        ),
                        name="document_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form_key", models.UUIDField()),
                ("sha256", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="held", to="documents.document"
                    ),
                ),
                (
                    "held_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("form_key", "sha256"), name="file_held_once_a_form")],
            },
        ),
    ]
