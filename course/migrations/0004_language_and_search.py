"""A person's language, and what search looks through. The words are in a table of the database's own kind."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

from course.reading import search_tables


def create(_apps: Any, schema_editor: Any) -> None:
    search_tables.create(schema_editor.connection)


def drop(_apps: Any, schema_editor: Any) -> None:
    search_tables.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("course", "0002_guests")]

    operations = [
        migrations.AddField(
            "user",
            "language",
            models.CharField("language", max_length=2, blank=True, choices=settings.LANGUAGES, default="", help_text="Empty: the browser's."),
            preserve_default=False,
        ),
        migrations.CreateModel(
            "Passage",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("slug", models.SlugField(max_length=100)),
                ("language", models.CharField(max_length=2)),
                ("anchor", models.CharField(blank=True, max_length=120)),
                ("title", models.CharField(max_length=300)),
                ("heading", models.CharField(blank=True, max_length=300)),
                ("text", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            "PassageIndex",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.RunPython(create, drop),
    ]
