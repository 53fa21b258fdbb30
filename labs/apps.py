from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LabsConfig(AppConfig):
    name = "labs"
    verbose_name = _("Labs")

    def ready(self) -> None:
        from labs import checks, receivers, whole  # noqa: F401, PLC0415 - they register themselves, and need the apps to be there
        from sandbox.store import prune  # noqa: PLC0415

        prune.keepers.append(whole.named)
