"""``/metrics``: what the site does, for Prometheus. No label names a person.

Written by the rules of its text format, which are few, instead of through a client library: that counts in each process by itself, and
here several have to agree. Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text-based format, version 0.0.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from course.desk import pulse, storage, tallies
from labs import presence
from labs.models import Command

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """To who has the token (COURSE_METRICS_TOKEN), as ``Authorization: Bearer …``; without one, to this machine alone."""
    if not _may(request):
        raise Http404
    return HttpResponse("".join(_text()), content_type=CONTENT_TYPE)


def _may(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    # What came through a proxy of this machine comes from anywhere.
    passed_on = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not passed_on and not settings.PROXIES


def _text() -> Iterable[str]:
    told = tallies.known()
    yield from _counters(told)
    yield from _histogram(told)
    waiting, seconds = tallies.queued()
    workers = pulse.alive()
    gauges = {
        "course_commands_queued": ("Commands that wait for a worker.", waiting),
        "course_commands_queued_seconds": ("Since when the first of them waits.", seconds),
        "course_commands_running": ("Commands that a worker is at.", Command.objects.in_checkout().count()),
        "course_workers": ("Workers heard of in the last 30 seconds.", len(workers)),
        "course_worker_threads": ("Commands that they could run at once.", sum(one.threads for one in workers)),
        "course_learners_online": ("People with a lab open in a browser.", len(presence.online())),
    }
    for name, (about, value) in gauges.items():
        yield from family(name, "gauge", about, [("", {}, value)])
    yield from _stored(storage.known())


def _counters(told: Mapping[str, int]) -> Iterable[str]:
    commands, errors = [], []
    for name, value in sorted(told.items()):
        kind, *rest = name.split("|")
        if kind == "commands":
            commands.append(("", {"state": rest[0], "lab": rest[1]}, float(value)))
        elif kind == "errors":
            errors.append(("", {"source": rest[0]}, float(value)))
    yield from family("course_commands_total", "counter", "Commands that have ended.", commands)
    yield from family("course_errors_total", "counter", "Errors that were logged.", errors)


def _histogram(told: Mapping[str, int]) -> Iterable[str]:
    samples: list[Sample] = []
    so_far = 0
    for limit in tallies.BUCKETS:
        so_far += told.get(f"first|{limit}", 0)
        samples.append(("_bucket", {"le": f"{limit / 1000:g}"}, so_far))
    so_far += told.get("first|more", 0)
    samples += [("_bucket", {"le": "+Inf"}, so_far), ("_sum", {}, told.get("first_sum", 0) / 1000), ("_count", {}, so_far)]
    yield from family("course_first_output_seconds", "histogram", "From a command's start to its first output.", samples)


def _stored(found: Mapping[str, object]) -> Iterable[str]:
    if not found:
        return
    kinds = (("blobs", found["blob_bytes"]), ("database", found["database_bytes"]))
    yield from family("course_storage_bytes", "gauge", "What is stored.", [("", {"what": what}, float(str(size))) for what, size in kinds])
    rows: list[list[object]] = found["labs"]  # type: ignore[assignment]
    counts: list[Sample] = [("", {"lab": str(lab)}, float(str(count))) for lab, count, _ in rows]
    sizes: list[Sample] = [("", {"lab": str(lab)}, float(str(size))) for lab, _, size in rows]
    yield from family("course_sandboxes", "gauge", "Learners' sandboxes.", counts)
    yield from family("course_sandbox_bytes", "gauge", "What they hold now, shared parts counted each time.", sizes)


def family(name: str, kind: str, about: str, samples: Iterable[Sample]) -> Iterable[str]:
    """One metric. ``samples``: (what is added to its name, labels, value)."""
    yield f"# HELP {name} {about}\n# TYPE {name} {kind}\n"
    for suffix, labels, value in samples:
        inner = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{suffix}{{{inner}}} {value:.15g}\n" if inner else f"{name}{suffix} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
