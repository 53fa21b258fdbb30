"""Korean is whole: every string of the interface is translated, none is a guess, and it is compiled where the site runs."""

import os
import subprocess
from pathlib import Path
from shutil import copytree, ignore_patterns, which

import polib
import pytest
from django.conf import settings
from django.utils import translation

from course import translations

KO = settings.BASE_DIR / "course" / "locale" / "ko" / "LC_MESSAGES" / "django.po"


def test_nothing_is_missing_or_fuzzy() -> None:
    po = polib.pofile(str(KO))
    assert [entry.msgid for entry in po if not entry.obsolete and (not entry.translated() or entry.fuzzy)] == []


def test_placeholders_survive() -> None:
    for entry in polib.pofile(str(KO)):
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            for name in ("%s", "%d"):
                assert entry.msgid.count(name) == text.count(name) or not text, entry.msgid


@pytest.mark.skipif(not which("xgettext"), reason="xgettext is not installed: whether django.po knows every string was NOT tested")
@pytest.mark.slow
def test_it_knows_every_string(tmp_path: Path) -> None:
    """makemessages over a copy of the source finds no string that django.po lacks."""
    for folder in ("course", "labs", "sandbox", "templates"):
        copytree(settings.BASE_DIR / folder, tmp_path / folder, ignore=ignore_patterns("__pycache__", "catalog"))
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    script = "from django.conf import settings; settings.configure(USE_I18N=True, LOCALE_PATHS=['course/locale'])\n"
    script += "import django; django.setup(); from django.core.management import call_command\n"
    script += "call_command('makemessages', locale=['ko'], verbosity=0)"
    import sys

    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = {(e.msgctxt, e.msgid) for e in polib.pofile(str(tmp_path / "course/locale/ko/LC_MESSAGES/django.po")) if not e.obsolete}
    known = {(e.msgctxt, e.msgid) for e in polib.pofile(str(KO)) if not e.obsolete}
    assert sorted(str(one) for one in found - known) == []


def test_compiles_into_the_run_time_folder_once(tmp_path: Path, settings) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    written = translations.compile_all()
    assert written == [tmp_path / "ko" / "LC_MESSAGES" / "django.mo"]
    assert list(tmp_path.rglob("*.part")) == []
    assert translations.compile_all() == []


def test_a_folder_that_cannot_be_written_is_no_reason_not_to_start(tmp_path: Path, settings) -> None:
    (tmp_path / "file").write_text("")
    settings.LOCALE_PATHS = [tmp_path / "file"]
    with pytest.raises(OSError):
        translations.compile_all()
    translations.compile_if_possible()


def test_korean_is_spoken() -> None:
    with translation.override("ko"):
        assert translation.gettext("Labs") == "실습"
