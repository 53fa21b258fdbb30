"""Search over notes and labs: what is found, in which order, what is shown of it, and what the index does when files change."""

import threading
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from course import tasks
from course.models import Role, User
from course.reading import library, marking, search, search_index, search_tables, words
from course.reading.passages import plain
from course.reading.search_models import Passage, PassageIndex
from tests.course.reading.courses import LAB, make_note

EN, KO = {"accept-language": "en"}, {"accept-language": "ko"}
TEXTS = {
    "buckets": {
        "ko": """---
title: 버킷
summary: 이름과 키.
---
@
## 이름 {#names}

버킷을 만들 때 이름이 필요합니다.

## 흔한 실수 {#mistakes}

없음.
""",
        "en": """---
title: Buckets
summary: Names and keys.
---
@
## Names {#names}

No two <b>share</b> one: `s3:PutObject` puts.

```console
$ aws s3 mb s3://mine
```

## Mistakes {#mistakes}

None.
""",
    },
    "rollouts": {
        "ko": """---
title: 배포 그룹
summary: 카나리 배포.
---
@
## 단계 {#steps}

배포 그룹을 고릅니다.

## 흔한 실수 {#mistakes}

버킷에서 꺼냅니다.
""",
        "en": """---
title: Rollouts
summary: A canary first.
---
@
## Steps {#steps}

Choose the group, take it from a bucket.

## Mistakes {#mistakes}

Too late.
""",
    },
}


@pytest.fixture
def course(tmp_path: Path, settings) -> Path:
    """A course of two notes and one lab."""
    settings.COURSE_NOTES, settings.SANDBOX_CATALOG = tmp_path / "notes", tmp_path / "labs"
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "parts.yaml").write_text("- {id: one, ko: 하나, en: One}\n")
    for at, slug in enumerate(TEXTS, 1):
        make_note(tmp_path, slug, "one", at, **TEXTS[slug])
    lab = tmp_path / "labs" / "first"
    lab.mkdir(parents=True)
    (lab / "lab.yaml").write_text(LAB)
    (lab / "en.md").write_text("Hello there.\n\n## Make it {#make}\n\nA bucket, at last.\n")
    (lab / "ko.md").write_text("안녕하세요.\n\n## 만들기 {#make}\n\n드디어 버킷입니다.\n")
    library.forget()
    assert library.everything()[1] == ()
    return tmp_path


@pytest.fixture
def index(course: Path, db: None) -> Path:
    assert search_index.renew()
    return course


def found(query: str, language: str = "en", **how) -> list[tuple[str, str]]:
    return [(one.kind, one.url) for one in search.find(query, language=language, **how).documents]


def of(slug: str, language: str = "en") -> Passage:
    return Passage(kind="note", slug=slug, language=language)


def test_what_is_about_it_comes_before_what_names_it_once_in_a_good_place() -> None:
    rows = [of("passing"), of("about"), of("about"), *[of("third")] * 2]
    rows += [*[of("other", "ko")] * 10, of("about", "ko")]  # a word for the reader's own language first, whatever there is of another
    groups = [(group[0].slug, len(group)) for group in search._groups(rows, "en")]
    assert groups == [("about", 2), ("passing", 1), ("third", 2), ("other", 10)]


BUCKETS, ROLLOUTS, LAB_PAGE = ("note", "/notes/buckets/"), ("note", "/notes/rollouts/"), ("lab", "/labs/first/")


def test_a_title_comes_before_a_text(index: Path) -> None:
    assert set(found("bucket")) == {BUCKETS, LAB_PAGE, ROLLOUTS}
    assert found("bucket")[-1] == ROLLOUTS
    assert found("버킷", "ko")[-1] == ROLLOUTS


def test_a_heading_comes_before_a_text(index: Path) -> None:
    assert found("names")[0] == BUCKETS
    assert found("steps") == [ROLLOUTS]


@pytest.mark.parametrize("query", ["버킷을", "버킷에서", "버킷"])
def test_particles_do_not_matter(index: Path, query: str) -> None:
    assert set(found(query, "ko")) == {BUCKETS, ROLLOUTS, LAB_PAGE}


@pytest.mark.parametrize("query", ["배포그룹", "배포 그룹", "배포그룹을"])
def test_spacing_does_not_matter(index: Path, query: str) -> None:
    assert found(query, "ko")[0] == ROLLOUTS


@pytest.mark.parametrize("query", ["put-object", "PutObject", "s3:putobject", "putobj"])
def test_identifiers(index: Path, query: str) -> None:
    assert found(query) == [BUCKETS]


def test_a_section_is_linked_by_its_name_and_shows_the_words(index: Path) -> None:
    (one,) = search.find("share", language="en").documents
    (section,) = one.sections
    assert (section.url, section.heading) == ("/notes/buckets/#names", "Names")
    assert section.snippet == "No two <mark>share</mark> one: s3:PutObject puts. aws s3 mb s3://mine"


def test_a_step_of_a_lab_is_linked(index: Path) -> None:
    document = next(one for one in search.find("bucket", language="en").documents if one.kind == "lab")
    assert [section.url for section in document.sections] == ["/labs/first/#step-make"]


def test_hints_and_solutions_are_not_found(index: Path) -> None:
    assert found("unsaid") == []
    assert found("비밀", "ko") == []


def test_pictures_and_commands_are_found(index: Path) -> None:
    assert set(found("drawing")) == {BUCKETS, ROLLOUTS}
    assert found("aws s3 mb") == [BUCKETS]


def test_the_other_language_comes_after_and_is_told(index: Path) -> None:
    assert [one.language for one in search.find("canary", language="ko").documents] == ["en"]
    Passage.objects.filter(slug="rollouts", anchor="steps", language="ko").update(text="canary")
    assert [one.language for one in search.find("카나리", language="en").documents] == ["ko"]


def test_one_that_is_found_in_both_is_shown_once_in_ones_own(course: Path, db: None) -> None:
    for language in ("ko", "en"):
        path = course / "notes" / "rollouts" / f"{language}.md"
        path.write_text(path.read_text() + "\nCodeDeploy\n")
    library.forget()
    search_index.renew()
    (one,) = search.find("codedeploy", language="ko").documents
    assert (one.language, [section.heading for section in one.sections]) == ("", ["흔한 실수"])


def test_notes_or_labs_alone(index: Path) -> None:
    assert {kind for kind, _ in found("bucket", among={"note": None})} == {"note"}
    assert found("bucket", among={"lab": None}) == [LAB_PAGE]


def test_a_name_alone_is_looked_through(index: Path) -> None:
    assert found("bucket", among={"note": ["rollouts"], "lab": ["other"]}) == [ROLLOUTS]
    assert found("bucket", among={"note": []}) == []


def test_a_guest_is_shown_no_lab_that_is_not_theirs(index: Path, client: Client, settings) -> None:
    client.force_login(User.objects.create_user("guest-1", role=Role.GUEST))
    page = reverse("search") + "?q=bucket"
    assert "/labs/first/" not in client.get(page).content.decode()
    settings.GUEST_LABS = ("first",)
    assert "/labs/first/" in client.get(page).content.decode()


def test_where_nothing_holds_all_words_some_are_enough(index: Path) -> None:
    result = search.find("bucket zebra", language="en")
    assert result.some
    assert len(result.documents) == 3
    assert not search.find("bucket group", language="en").some
    assert found("zebra") == []


HOSTILE = ("'; DROP TABLE x --", '"', "a* OR b", "NEAR(a b)", "-", "\0", "a:b & c | !d <-> e", "%", "{title}: x", "버킷' \\")


@pytest.mark.parametrize("query", HOSTILE)
def test_no_query_breaks_it(index: Path, query: str) -> None:
    search.find(query, language="en")
    assert set(found("bucket")) == {BUCKETS, LAB_PAGE, ROLLOUTS}


@pytest.mark.parametrize("query", ["bucket", "bucket zebra quagga", "가나다라마바사아자차 " * 11])
def test_the_work_of_a_query_is_bounded(index: Path, query: str, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(3):
        search.find(query, language="en")


def test_too_many_to_show_is_said(index: Path) -> None:
    many = range(1000, 1000 + search.MOST + 3)
    rows = [Passage(pk=key, kind="note", slug=f"n{key}", language="en", title="Wombat") for key in many]
    Passage.objects.bulk_create(rows)
    search_tables.fill(connection, [(row.pk, search_tables.tokens(row.title, "", row.text)) for row in rows])
    result = search.find("wombat", language="en")
    assert (len(result.documents), result.cut) == (search.MOST, True)


# --- the index -------------------------------------------------------------------------------------------------------------


def test_it_is_renewed_when_a_file_changes_and_only_then(index: Path) -> None:
    assert not search_index.renew()
    path = index / "notes" / "buckets" / "en.md"
    path.write_text(path.read_text().replace("None.", "Quokka."))
    library.forget()
    assert search_index.renew()
    assert found("quokka") == [BUCKETS]
    path.write_text(path.read_text().replace("Quokka.", "None."))
    library.forget()
    assert search_index.renew()
    assert found("quokka") == []


def test_a_key_is_never_another_passages(index: Path) -> None:
    before = set(Passage.objects.values_list("pk", flat=True))
    PassageIndex.objects.update(digest="")
    assert search_index.renew()
    assert not before & set(Passage.objects.values_list("pk", flat=True))


def test_a_failure_while_it_is_renewed_leaves_what_was_there(index: Path, monkeypatch) -> None:
    path = index / "notes" / "buckets" / "en.md"
    path.write_text(path.read_text().replace("None.", "Quokka."))
    library.forget()
    monkeypatch.setattr(search_tables, "fill", lambda *words: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        search_index.renew()
    assert set(found("bucket")) == {BUCKETS, LAB_PAGE, ROLLOUTS}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_it_once(course: Path) -> None:
    everything = search_index.passages.everything()
    library.forget()
    done: list[bool] = []
    ready = threading.Barrier(2)

    def renew() -> None:
        ready.wait()
        try:
            done.append(search_index.renew())
        finally:
            connection.close()

    threads = [threading.Thread(target=renew) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    assert Passage.objects.count() == len(everything)
    assert PassageIndex.objects.count() == 1
    assert set(found("bucket")) == {BUCKETS, LAB_PAGE, ROLLOUTS}


# --- what is shown ---------------------------------------------------------------------------------------------------------


def marked(text: str, query: str) -> str:
    return marking.mark(text, marking.pattern(words.terms(query)))


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("<b> & bucket", "bucket", "&lt;b&gt; &amp; <mark>bucket</mark>"),
        ("s3:PutObject", "put-object", "s3:<mark>PutObject</mark>"),
        ("CodeDeploy", "deploy", "Code<mark>Deploy</mark>"),
        ("two policies", "policy", "two <mark>policies</mark>"),
        ("restart", "start", "restart"),
        ("배포 그룹을", "배포그룹", "<mark>배포 그룹</mark>을"),
        ("암호화 키를 패키지에", "키", "암호화 <mark>키</mark>를 패키지에"),
    ],
)
def test_what_is_marked(text: str, query: str, shown: str) -> None:
    assert marked(text, query) == shown


def test_a_snippet_is_the_piece_with_most_of_the_words() -> None:
    text = "bucket " + "word " * 100 + "a bucket with a policy in it " + "more " * 100
    snippet = marking.snippet(text, marking.pattern(words.terms("bucket policy")))
    assert "<mark>bucket</mark> with a <mark>policy</mark>" in snippet
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert len(snippet) < marking.SNIPPET + 60


def test_plain_text_keeps_words_apart_and_whole() -> None:
    assert plain("<p>a<b>b</b></p><p>c &lt;d&gt;</p><ul><li>e</li></ul>").split() == ["ab", "c", "<d>", "e"]


# --- the page --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["", *Role.values])
def test_everybody_may_search(index: Path, client: Client, role: str) -> None:
    if role:
        client.force_login(User.objects.create_user("one", role=role))
    page = client.get(reverse("search"), {"q": "canary"}, headers=EN).content.decode()
    assert 'href="/notes/rollouts/"' in page
    assert "A <mark>canary</mark> first." in page


def test_the_box_keeps_the_query_and_the_filter(index: Path, client: Client) -> None:
    page = client.get(reverse("search"), {"q": 'a "b" <c>', "in": "labs"}, headers=EN).content.decode()
    assert 'value="a &quot;b&quot; &lt;c&gt;"' in page
    assert 'value="labs" checked' in page


def test_htmx_gets_the_results_alone(index: Path, client: Client) -> None:
    answer = client.get(reverse("search"), {"q": "bucket"}, headers={**EN, "HX-Request": "true", "HX-Target": "results"})
    assert answer.content.decode().startswith('<section id="results"')
    assert "HX-Target" in answer["Vary"]


@pytest.mark.parametrize(
    ("query", "headers", "said"),
    [
        ("", EN, "Search looks through every note and lab"),
        ("", KO, "모든 노트와 실습"),
        ("zebra", EN, "Nothing about “zebra”"),
        ("얼룩말", KO, "“얼룩말”"),
        ("?!", EN, "There is no word in this"),
        ("x" * 121, EN, "120 characters are the most"),
        ("x" * 121, KO, "120자까지"),
        ("bucket zebra", EN, "Nothing holds all of these words"),
        ("canary", KO, "영어 본문에서 찾음"),
        ("카나리", EN, "found in the Korean text"),
    ],
)
def test_it_says_in_words_what_happened(index: Path, client: Client, query: str, headers: dict[str, str], said: str) -> None:
    answer = client.get(reverse("search"), {"q": query}, headers=headers)
    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_a_worker_renews_it_when_it_starts(monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tasks.renew_search, "delay", lambda: asked.append("renew"))
    tasks._ready()  # by the signal every app would do what it does then
    assert asked == ["renew"]


def test_the_task_does_it(course: Path, db: None) -> None:
    tasks.renew_search()
    assert set(found("bucket")) == {BUCKETS, LAB_PAGE, ROLLOUTS}
