from django.apps import AppConfig


class CourseConfig(AppConfig):
    name = "course"

    def ready(self) -> None:
        from course import translations  # noqa: PLC0415  settings are read there, and are not to be at import

        translations.compile_if_possible()
