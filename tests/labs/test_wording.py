"""Every code has its sentence, and every sentence its values."""

import re

import pytest
from django.conf import settings
from django.utils import translation

from labs import wording
from sandbox.jail import answers


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("code", wording.SENTENCES)
def test_every_sentence_can_be_said(code, language):
    names = re.findall(r"%\((\w+)\)", wording.SENTENCES[code])
    with translation.override(language):
        said = wording.words(code, **dict.fromkeys(names, 5))
    assert said
    assert "%(" not in said


def test_every_code_that_is_used_has_a_sentence():
    used = set()
    for path in (settings.BASE_DIR / "labs").glob("*.py"):
        text = path.read_text()
        used |= set(re.findall(r'(?:LearnerError|Fault)\("([a-z-]+)"', text))
        used |= set(re.findall(r'message="([a-z-]+)"', text))
        used |= set(re.findall(r'Look\("(?:not|error)", "([a-z-]+)"', text))
    assert used >= {"busy", "lost", "file-missing"}
    assert used <= wording.SENTENCES.keys()


def test_every_end_of_a_command_has_its_words():
    """How the supervisor ends one, and how a commit or an account is refused: in the words of ``wording`` and no others."""
    used = set()
    for path in (settings.BASE_DIR / "sandbox").rglob("*.py"):
        text = path.read_text()
        used |= set(re.findall(r'(?:LearnerError|OverQuota|Busy)\("([a-z-]+)"', text))
        used |= set(re.findall(r'\.(?:kill|interrupt)\("([a-z]+)"', text))
    used |= {f"home-{what}" for what in re.findall(r'TooMuch\("([a-z]+)"', (settings.BASE_DIR / "sandbox/store/tree.py").read_text())}
    used |= set(re.findall(r'return "([a-z]+)"', (settings.BASE_DIR / "sandbox/jail/limits.py").read_text()))
    used |= answers._TOO_MUCH
    assert used >= {"busy", "memory", "files", "disk", "cpu", "wall", "home-depth", "cloud-bytes", "cloud-memory"}
    assert used <= wording.SENTENCES.keys()


def test_values_that_are_missing_or_unknown_codes_break_nothing():
    assert "larger than it may be" in wording.words("home-bytes")
    assert wording.words("no-such-code")


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (20480, "20 KB"), (67108864, "64 MB"), (2**31, "2.0 GB")]
)
def test_sizes(count, said):
    assert wording.size(count) == said
