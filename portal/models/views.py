"""Views of lists that people keep."""

from django.db import models

from leads.models import User


class SavedView(models.Model):
    """Filters and order of the list of leads under a name; it shows each reader what they may see."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=600, help_text="As in the address, of known filters only.")
    is_shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once"),)

    def __str__(self) -> str:
        return self.name
