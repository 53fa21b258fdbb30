"""User names are drawn, not chosen: who could choose would learn from a refusal who is here already."""

from __future__ import annotations

import secrets

from django.http import HttpRequest

from course.models import User

_WORDS = """
acorn alder amber badger basil beaver birch bison bramble cedar clover cobalt comet coral crane cricket dolphin ember falcon fern finch
fjord flint gecko ginkgo glacier grove harbor hazel heron indigo iris ivory jade juniper kestrel lagoon larch lemur lilac linden lotus
lynx magpie maple marble marten meadow mint nettle newt oak olive opal orchid osprey otter panda pebble pepper pine plover poppy puffin
quartz quail raven reed robin saffron sage salmon sparrow spruce starling stork swan tern thistle tiger topaz tulip tundra turtle violet
walnut willow wren yarrow zebra
""".split()  # noqa: SIM905 - a hundred quotation marks
_KEY = "name"


def draw() -> str:
    """``heron-4821``: one that is free."""
    while True:
        name = f"{secrets.choice(_WORDS)}-{secrets.randbelow(9000) + 1000}"
        if not User.objects.filter(username__iexact=name).exists():
            return name


def of(request: HttpRequest, *, anew: bool = False) -> str:
    """The one drawn for this visitor: it stays the same while they fill in the form."""
    if anew or _KEY not in request.session:
        request.session[_KEY] = draw()
    return str(request.session[_KEY])


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
