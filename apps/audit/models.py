"""Who did what, and who read whose medical data by which rule; rows are only ever added."""

from django.db import models


class Event(models.Model):
    """One thing done, told by the label and id of what it was done to."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True, help_text="empty: the portal itself")
    action = models.CharField(max_length=60)
    target_label = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["target_label", "target_id", "at"]),
            models.Index(fields=["actor_id", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_label} {self.target_id}"


class Access(models.Model):
    """One look at a person's medical data, with the rule that allowed it (or ``denied``)."""

    at = models.DateTimeField()
    reader_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    rule = models.CharField(max_length=40)
    purpose = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["person_id", "at"])]

    def __str__(self) -> str:
        return f"{self.reader_id} read {self.person_id} by {self.rule}"
