"""Let ready leads be listed without reading their standings: nobody asks them by their moment alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0019_new_leads_together")]

    operations = [
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                fields=["lead"], name="standing_ready_lead", condition=models.Q(("is_ready", True))
            ),
        ),
        migrations.RemoveIndex(model_name="standing", name="standing_ready"),
    ]
