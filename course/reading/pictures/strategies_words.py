"""What is said of a deployment: each tick in words, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from course.reading.pictures.strategies import Scenario, Tick

NAMES = {
    "all-at-once": gettext_lazy("All at once, in place"),
    "rolling": gettext_lazy("Rolling: in place, by batch"),
    "rolling-extra": gettext_lazy("Rolling with an additional batch"),
    "immutable": gettext_lazy("Immutable"),
    "blue-green": gettext_lazy("Blue/green"),
    "canary": gettext_lazy("Canary"),
    "linear": gettext_lazy("Linear"),
}
FAILS = {
    "": gettext_lazy("never"),
    "first": gettext_lazy("on the first instances that have it"),
    "half": gettext_lazy("half-way, or after the switch"),
}
STATES = {
    "old": gettext_lazy("old version"),
    "new": gettext_lazy("new version"),
    "kept": gettext_lazy("old version (no customers)"),
    "ready": gettext_lazy("new version (no customers)"),
    "out": gettext_lazy("not serving"),
}
EVENTS = {
    "start": gettext_lazy("Before the deployment, every instance runs the old version."),
    "all-out": gettext_lazy("Every instance is stopped and updated at the same time."),
    "all-fails": gettext_lazy("The new version fails its health check; the old one is installed again everywhere."),
    "batch": gettext_lazy("Batch %(batch)d of %(batches)d leaves the load balancer and is updated."),
    "batch-fails": gettext_lazy("Batch %(batch)d of %(batches)d fails its health check and gets the old version again."),
    "batch-back": gettext_lazy("Batch %(batch)d of %(batches)d had the new version already, and is rolled back."),
    "extra": gettext_lazy("An additional batch with the new version is started and checked."),
    "extra-fails": gettext_lazy("The additional batch fails its health check and is ended; no customer has met it."),
    "probe": gettext_lazy("A single new instance is started and checked."),
    "probe-fails": gettext_lazy("The single new instance fails its health check and is ended; no other was started."),
    "rest": gettext_lazy("The first new instance serves, the others of the new set are started and checked."),
    "rest-fails": gettext_lazy("The others of the new set fail their health check; the new set is ended, the old one never stopped."),
    "joined": gettext_lazy("Both sets serve side by side."),
    "green": gettext_lazy("A second, complete set with the new version is started and tested; no customer is sent there."),
    "green-fails": gettext_lazy("The new set fails its health check and is ended; no customer has met it."),
    "switch": gettext_lazy("All traffic is pointed at the new set in one go; the old one stays."),
    "kept": gettext_lazy("The old set is kept for a while: going back would take seconds."),
    "shifted": gettext_lazy("%(share)d%% of the requests go to the new version."),
    "shifted-fails": gettext_lazy("With %(share)d%% of the requests the new version shows its faults."),
    "all-shifted-fails": gettext_lazy("With all of the requests the new version shows its faults."),
    "back": gettext_lazy("All traffic is pointed at the old set again; the new one is ended."),
    "restored": gettext_lazy("Every instance runs the old version again."),
    "done": gettext_lazy("Every instance runs the new version; what else there was has ended."),
}
ROLLBACK = {
    "all-at-once": gettext_lazy("Install the old version again everywhere: an outage as long as the deployment."),
    "rolling": gettext_lazy("Roll again, backwards: every batch that has the new version is updated once more."),
    "rolling-extra": gettext_lazy("Roll again, backwards; as long as only the additional batch has the new version, end that."),
    "immutable": gettext_lazy("End the new set. The old instances were never touched."),
    "blue-green": gettext_lazy("Point the traffic at the old set again, as long as it is kept: seconds."),
    "canary": gettext_lazy("Point the small share back at the old set. Few requests met the new version."),
    "linear": gettext_lazy("Point the traffic back at the old set. The earlier a fault shows, the fewer requests met it."),
}


@dataclass(frozen=True)
class Summary:
    """In words; ``lowest``, ``highest`` and ``average`` are percentages of the normal."""

    downtime: str
    lowest: int
    highest: int
    average: int
    share: int
    rollback: str


def event(tick: Tick) -> str:
    return str(EVENTS[tick.event]) % {"batch": tick.batch, "batches": tick.batches, "share": tick.share}


def state(tick: Tick, fleet: int) -> str:
    """How many do what, for those who do not see it."""
    counts = {name: getattr(tick, name) for name in STATES}
    parts = ", ".join(f"{STATES[name]}: {count}" for name, count in counts.items() if count)
    return _("%(instances)s. Serving capacity %(capacity)d%%, answered by the new version %(share)d%%.") % {
        "instances": parts,
        "capacity": 100 * tick.serving // fleet,
        "share": tick.share,
    }


def summary(scenario: Scenario, ticks: list[Tick]) -> Summary:
    """What it came to between the first tick and the last."""
    down = sum(not tick.serving for tick in ticks)
    between = ticks[1:-1]
    downtime = ngettext("Down for %(count)d step", "Down for %(count)d steps", down) % {"count": down}
    running = [100 * tick.running // scenario.fleet for tick in between]
    return Summary(
        downtime if down else pgettext("downtime", "None"),
        100 * min(tick.serving for tick in ticks) // scenario.fleet,
        max(running),
        round(sum(running) / len(running)),
        max(tick.share for tick in ticks),
        str(ROLLBACK[scenario.strategy]),
    )
