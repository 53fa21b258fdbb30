from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CourseConfig(AppConfig):
    name = "course"
    verbose_name = _("People")

    def ready(self) -> None:
        # Settings are read there, and are not to be at import; one listens, one registers itself.
        from course import checks, guests, translations  # noqa: F401, PLC0415
        from course.board import happening  # noqa: PLC0415
        from course.desk import recording  # noqa: F401, PLC0415
        from course.people import quiet  # noqa: PLC0415

        translations.compile_if_possible()
        quiet.install()
        happening.listen()
