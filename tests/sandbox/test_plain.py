"""Text that no database refuses."""

from sandbox.models import Version
from sandbox.plain import plain


def test_what_jsonb_refuses_is_replaced_and_nothing_else() -> None:
    assert plain({"a\0": ["b\udcff", 1, None, True, 2.5, ("x", "가\n\x01😀")]}) == {"a�": ["b�", 1, None, True, 2.5, ["x", "가\n\x01😀"]]}


def test_it_can_be_kept_and_found_again(db) -> None:
    changes = plain({"cloud": [{"name": "a\0b\udc80"}]})
    version = Version.objects.create(account="1" * 12, changes=changes)
    version.refresh_from_db()
    assert version.changes == changes
