from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CourseConfig(AppConfig):
    name = "course"
    verbose_name = _("People")

    def ready(self) -> None:
        from course import guests, translations  # noqa: F401, PLC0415  settings are read there, and are not to be at import; one listens

        translations.compile_if_possible()
