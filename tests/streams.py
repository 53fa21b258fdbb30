"""A page's event stream, read as its browser does."""

import json


class Reading:
    """A page's stream, frame by frame."""

    def __init__(self, response) -> None:
        self.body = response.streaming_content

    async def next(self) -> tuple[str, dict]:
        """Name and data of the next event."""
        async for piece in self.body:
            fields = dict(line.split(": ", 1) for line in piece.decode().splitlines() if ": " in line and not line.startswith(":"))
            if "event" in fields:
                return fields["event"], json.loads(fields["data"])
        return "end", {}
