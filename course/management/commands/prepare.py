"""``manage.py prepare``: what a new version of the site needs before its processes start. Run it once, beside whatever still runs."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from course import translations
from course.reading import search_index
from sandbox.store.shared import SharedBlobs


class Command(BaseCommand):
    help = "Migrate the database, collect static files, compile translations, renew search, make the bucket of blobs. Again is nothing."

    def handle(self, **options: Any) -> None:
        call_command("check", deploy=True, fail_level="WARNING")
        call_command("migrate", interactive=False)
        call_command("collectstatic", interactive=False)
        translations.compile_all()
        search_index.renew()
        store = storages["blobs"]
        if isinstance(store, SharedBlobs):
            try:
                store.make_bucket()
            except OSError as error:
                raise CommandError(f"The bucket of COURSE_BLOBS is not there and could not be made: {error}") from error
        self.stdout.write("Ready.")
