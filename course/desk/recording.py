"""What is done in Django's own admin is an act like any other: each entry of its log is written down."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db.models.signals import post_save
from django.dispatch import receiver

from course.people.acts import record

WHAT = {ADDITION: "admin-added", CHANGE: "admin-changed", DELETION: "admin-deleted"}


@receiver(post_save, sender=LogEntry)
def written_down(sender: object, instance: LogEntry, created: bool, raw: bool = False, **_: Any) -> None:
    if not created or raw or instance.action_flag not in WHAT:
        return
    kind = instance.content_type.name if instance.content_type else ""
    target = f"{kind}: {instance.object_repr}"
    record(WHAT[instance.action_flag], by=instance.user, target=target, message=instance.get_change_message()[:500])
