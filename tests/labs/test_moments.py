"""How long ago something was, in words."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from labs.templatetags.moments import since


@pytest.mark.parametrize(
    ("language", "ago", "said"),
    [("en", 30, "just now"), ("ko", 30, "방금"), ("en", 200, "3 minutes ago"), ("ko", 200, "3분 전")],
)
def test_nobody_is_told_of_no_minutes(language: str, ago: int, said: str) -> None:
    with translation.override(language):
        assert since(timezone.now() - timedelta(seconds=ago)).replace("\xa0", " ") == said
