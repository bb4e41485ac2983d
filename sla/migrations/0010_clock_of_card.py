from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0009_nurture_steps"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("rep__isnull", False)), fields=["rep", "due_on"], name="clock_of_card"
            ),
        ),
    ]
