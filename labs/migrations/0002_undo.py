from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def remember_passings(apps: Any, schema_editor: Any) -> None:
    """Steps that passed before passings were kept."""
    passing = apps.get_model("labs", "Passing")
    for step in apps.get_model("labs", "StepProgress").objects.filter(state="passed").exclude(version=None):
        passing.objects.create(step=step, version_id=step.version_id, at=step.passed_at or django.utils.timezone.now())


WORDS = {"created": "added", "modified": "changed", "deleted": "removed"}


def one_vocabulary(apps: Any, schema_editor: Any) -> None:
    """What changed was told in other words for files than for resources."""
    commands = apps.get_model("labs", "Command").objects.exclude(changes={}).only("changes")
    for command in commands.iterator():
        for row in [*command.changes.get("files", []), *command.changes.get("cloud", [])]:
            row["change"] = WORDS.get(row["change"], row["change"])
            row.update({new: row.pop(old) for old, new in (("type", "kind"), ("id", "name")) if old in row})
        command.save(update_fields=["changes"])


class Migration(migrations.Migration):
    dependencies = [
        ("labs", "0001_initial"),
        ("sandbox", "0002_clock_and_tip"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="command",
            name="diff",
            field=models.JSONField(blank=True, default=dict, help_text="What changed in files, by path."),
        ),
        migrations.AddField(
            model_name="command",
            name="undone",
            field=models.BooleanField(
                default=False, help_text="The sandbox does not stand at it, nor at what came of it.", verbose_name="undone"
            ),
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("undo", "Undo"),
                            ("redo", "Redo"),
                            ("rewind", "Rewind"),
                            ("step", "Start the step again"),
                            ("lab", "Start the lab again"),
                            ("lost", "A new sandbox"),
                        ],
                        max_length=10,
                    ),
                ),
                ("after", models.PositiveIntegerField(help_text="The number of the last command then.")),
                (
                    "step",
                    models.SlugField(
                        blank=True, help_text="Of a reset: what was started again; empty is the lab.", max_length=100, verbose_name="step"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="labs.attempt", verbose_name="attempt"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "command",
                    models.ForeignKey(
                        blank=True,
                        help_text="Undone, done again, gone to.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="labs.command",
                        verbose_name="command",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        help_text="Of a reset: its own.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sandbox.version",
                        verbose_name="version",
                    ),
                ),
            ],
            options={
                "verbose_name": "move",
                "verbose_name_plural": "moves",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Passing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="passed")),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="passings", to="labs.stepprogress", verbose_name="step"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sandbox.version", verbose_name="version"
                    ),
                ),
            ],
            options={
                "verbose_name": "passing",
                "verbose_name_plural": "passings",
                "constraints": [models.UniqueConstraint(fields=("step", "version"), name="one_passing_a_version")],
            },
        ),
        migrations.RunPython(remember_passings, migrations.RunPython.noop),
        migrations.RunPython(one_vocabulary, migrations.RunPython.noop),
    ]
