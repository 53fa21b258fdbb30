"""What a text is found by: particles and spacing do not hide a Korean word, nor hyphens and capitals an identifier."""

import unicodedata

import pytest

from course.reading import words
from course.reading.words import Phrase, Term


def finds(query: str, text: str) -> bool:
    """As a database does it: every term, by a phrase of its own."""
    tokens = words.tokens(text)
    return bool(terms := words.terms(query)) and all(any(stands(phrase, tokens) for phrase in term.phrases) for term in terms)


def stands(phrase: Phrase, tokens: list[str]) -> bool:
    *head, last = phrase.tokens
    for at in range(len(tokens) - len(head)):
        end = tokens[at + len(head)]
        if tokens[at : at + len(head)] == head and (end.startswith(last) if phrase.prefix else end == last):
            return True
    return False


@pytest.mark.parametrize("text", ["버킷을 만듭니다", "버킷이 비었습니다", "그 버킷에서", "버킷", "S3버킷은", "빈버킷들의 목록"])
@pytest.mark.parametrize("query", ["버킷", "버킷을", "버킷에서", "버킷의"])
def test_particles_hide_no_word(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("배포그룹", "배포 그룹을 고릅니다"), ("배포 그룹", "배포그룹을 고릅니다"), ("배포그룹을", "배포 그룹이"),
        ("지속적배포", "지속적 배포와"),
        ("파이프라인", "파이프 라인"), ("객체키", "객체 키는"), ("키정책", "키 정책이"),
    ],
)  # fmt: skip
def test_spacing_hides_no_word(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(("query", "text"), [("배포하기", "배포한다"), ("배포합니다", "배포하는 방법"), ("암호화된", "암호화하면")])
def test_what_one_does_has_one_stem(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize("text", ["키를 만든다", "암호화 키", "키", "암호키 하나"])
@pytest.mark.parametrize("query", ["키", "키를", "키는"])
def test_a_single_syllable_is_found_wherever_it_stands(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("포그", "배포 그룹"), ("버킷", "버스와 킷"), ("파이프라인", "파이프만 있고 라인은 없다"), ("경로", "경고"), ("배포", "포배"),
        ("키", "패키지를"), ("", "버킷"), ("…!", "버킷"),
    ],
)  # fmt: skip
def test_what_is_another_word_is_not_found(query: str, text: str) -> None:
    assert not finds(query, text)


@pytest.mark.parametrize("text", ["put-object", "PutObject", "s3:PutObject", "aws s3api put-object --bucket b", "`s3:PutObject`를 허용"])
@pytest.mark.parametrize("query", ["put-object", "PutObject", "putobject", "put_object", "object put", "putobj"])
def test_an_identifier_is_found_however_it_is_written(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("buckets", "a bucket"), ("bucket", "Buckets"), ("policies", "policy"), ("batch", "batches"), ("class", "classes"),
        ("access", "Access"), ("code deploy", "CodeDeploy"), ("CodeDeploy는", "CodeDeploy가"),
        ("AWSCodePipeline", "the AWSCodePipeline role"), ("pipeline", "AWSCodePipeline"),
        ("python3.12", "runtime: python3.12"), ("pipel", "a pipeline"), ("vpc", "two VPCs"),
        ("s3:putobject", "s3:PutObject"),
        ("appspec.yml", "the file appspec.yml."), ("buildspec", "buildspec.yml"), ("x-ray", "AWS X-Ray"),
        ("/aws/codebuild", "/aws/codebuild/app"),
    ],
)  # fmt: skip
def test_latin_words(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(("query", "text"), [("get-object", "put-object"), ("statu", "stat"), ("bucket policy", "a bucket"), ("ec2", "ec")])
def test_latin_words_that_are_others(query: str, text: str) -> None:
    assert not finds(query, text)


def test_an_identifier_is_there_whole_and_in_pieces() -> None:
    assert words.tokens("s3:PutObject") == ["s3putobject", "s3", "putobject", "put", "object"]


def test_hangul_in_pieces_is_the_same_word() -> None:
    assert words.tokens(unicodedata.normalize("NFD", "버킷을")) == ["버", "버킷", "킷을", "을"]


def test_a_syllable_that_is_still_being_typed_is_waited_for() -> None:
    assert words.terms("파이ㅍ") == words.terms("파이")


def test_only_the_last_word_may_be_unfinished() -> None:
    first, last = words.terms("code dep")
    assert not first.phrases[0].prefix
    assert last == Term((Phrase(("dep",), True),), ("dep",))


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("How do I empty the bucket", "empty bucket"), ("state of a pipeline", "state pipeline"), ("how", "how"),
        ("버킷을 어떻게 비우나", "버킷을 비우나"),
    ],
)  # fmt: skip
def test_small_words_are_looked_for_only_where_there_is_nothing_else(query: str, same: str) -> None:
    assert [term.shown for term in words.terms(query)] == [term.shown for term in words.terms(same)] != []


def test_a_query_costs_no_more_than_so_much() -> None:
    assert len(words.terms("word " * 500)) == words.MOST_TERMS
    assert max(len(term.phrases) for term in words.terms("가나다라마바사아자차카타파하" * 40)) < 40


def test_tokens_are_letters_and_digits_alone() -> None:
    hostile = "a'b \"c\" (d) e* -f NEAR/2 g:* AND ¿é漢字 <-> h\0i 버킷'을"
    assert all(token.isalnum() for token in words.tokens(hostile))
    assert all(token.isalnum() for term in words.terms(hostile) for phrase in term.phrases for token in phrase.tokens)
