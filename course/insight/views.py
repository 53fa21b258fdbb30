"""HTTP for what is hard."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from course.board.grid import labs_of
from course.insight import figures, questions, reading, showing
from course.people import access
from labs.lab.model import words
from labs.wording import language


@login_required
@require_safe
def hard(request: HttpRequest, pk: int) -> HttpResponse:
    """Of one cohort: its labs, one of them step by step (``lab``; else the one that most have begun), and the notes' questions."""
    cohort = access.cohort(request, pk)
    labs = [lab for lab in labs_of(cohort) if lab.steps]
    overviews = reading.overviews(cohort, labs)
    wanted = request.GET.get("lab", "")
    if wanted and wanted not in [lab.name for lab in labs]:
        raise Http404
    begun = [one for one in overviews if one.began]
    chosen = next((one.lab for one in overviews if one.lab.name == wanted), None)
    if chosen is None and begun:
        chosen = max(begun, key=lambda one: one.began).lab
    context = {
        "nav": "cohorts",
        "cohort": cohort,
        "labs": [one | {"title": words(one["lab"].title, language())} for one in showing.of_labs(overviews)],
        "few": figures.FEW,
        "pause": int(figures.PAUSE.total_seconds() // 60),
        "left": cohort.acts.filter(what="account-deleted").count(),
        "questions": [_question(one) for one in questions.hardest(cohort, language())],
    }
    if chosen is not None:
        steps, cut = reading.steps(cohort, chosen)
        context |= showing.of_steps(chosen, steps)
        context |= {"chosen": chosen, "title": words(chosen.title, language()), "said": showing.in_words(chosen, steps), "cut": cut}
    return render(request, "insight/hard.html", context)


def _question(one: questions.Asked) -> dict[str, object]:
    text = one.note.in_language(language())
    return {
        "asked": one,
        "note": text.title,
        "text": one.question.text.get(language()) or one.question.text["en"],
        "first": showing.share(one.first, one.answered),
        "by_now": showing.share(one.by_now, one.answered),
        "first_to": round(1000 * one.first / one.answered),
    }
