from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LabsConfig(AppConfig):
    name = "labs"
    verbose_name = _("Labs")

    def ready(self) -> None:
        from labs import checks  # noqa: F401, PLC0415 - registers itself, and may only be imported once the apps are there
