"""A request's body is bounded before anything reads it."""

from course.bodies import Bounded


async def sent(headers: list, parts: list[bytes]) -> tuple[list, list]:
    """(what the application received, what was answered)."""
    received, answered = [], []

    async def app(scope, receive, send) -> None:
        while len(received) < len(parts):
            received.append(await receive())
        await send({"type": "http.response.start", "status": 200})

    async def receive() -> dict:
        return {"type": "http.request", "body": parts[len(received)], "more_body": True}

    async def send(message: dict) -> None:
        answered.append(message)

    await Bounded(app, 10)({"type": "http", "headers": headers}, receive, send)
    return received, answered


async def test_what_fits_goes_through() -> None:
    received, answered = await sent([(b"content-length", b"10")], [b"12345", b"67890"])
    assert [message["body"] for message in received] == [b"12345", b"67890"]
    assert answered[0]["status"] == 200


async def test_what_is_announced_as_too_large_is_not_read() -> None:
    received, answered = await sent([(b"content-length", b"11")], [b"1"])
    assert (received, answered[0]["status"]) == ([], 413)


async def test_what_turns_out_too_large_is_hung_up_on() -> None:
    for length in ([], [(b"content-length", b"x")], [(b"content-length", b"9" * 50)]):
        received, _ = await sent(length, [b"12345", b"67890", b"1"])
        assert [message["type"] for message in received] == ["http.request", "http.request", "http.disconnect"]


async def test_other_protocols_are_none_of_its_business() -> None:
    called = []

    async def app(scope, receive, send) -> None:
        called.append(scope)

    await Bounded(app)({"type": "lifespan"}, None, None)
    assert called == [{"type": "lifespan"}]
