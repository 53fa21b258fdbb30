"""How a character looks: what SGR sequences ask for, as names of classes from a fixed palette (a page has no inline styles)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

# xterm's own sixteen, to which 256 colours and true colour are brought down.
_PALETTE = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
)  # fmt: skip
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 5: "blink", 7: "inverse", 8: "hidden", 9: "strike"}
_OFF = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline"}, 25: {"blink"}, 27: {"inverse"}, 28: {"hidden"}, 29: {"strike"}}


class Style(NamedTuple):
    """``fg`` and ``bg``: 0 to 15, None as the page has it. ``link``: where it leads. ``control``: a control character made visible."""

    fg: int | None = None
    bg: int | None = None
    flags: frozenset[str] = frozenset()
    link: str = ""
    control: bool = False

    @property
    def names(self) -> str:
        """The classes, e.g. ``bold fg-1``."""
        return _names(self.fg, self.bg, self.flags, self.control)


@lru_cache(maxsize=1024)
def _names(fg: int | None, bg: int | None, flags: frozenset[str], control: bool) -> str:
    # Blinking hurts and hidden text deceives: both are read and neither is shown.
    found = sorted(flags - {"blink", "hidden"})
    if fg is not None:
        found.append(f"fg-{fg}")
    if bg is not None:
        found.append(f"bg-{bg}")
    return " ".join([*found, "ctl"] if control else found)


PLAIN = Style()


@lru_cache(maxsize=1024)
def sgr(style: Style, params: str) -> Style:
    """``style`` after ``ESC [ params m``. Unknown numbers change nothing."""
    numbers = [int(part) if part.isascii() and part.isdecimal() and len(part) < 6 else 0 for part in params.replace(":", ";").split(";")]
    while numbers:
        number = numbers.pop(0)
        if number in {38, 48}:
            colour = _extended(numbers)
            if colour is not None:
                style = style._replace(fg=colour) if number == 38 else style._replace(bg=colour)
        else:
            style = _one(style, number)
    return style


def _one(style: Style, number: int) -> Style:
    if number == 0:
        return PLAIN._replace(link=style.link)
    if number in _ON:
        return style._replace(flags=style.flags | {_ON[number]})
    if number in _OFF:
        return style._replace(flags=style.flags - _OFF[number])
    base = {3: number - 30, 4: number - 40, 9: number - 82, 10: number - 92}.get(number // 10)
    if base is None or number in {38, 48, 98, 99, 108, 109}:
        return style
    ground = number // 10 in {4, 10}
    colour = None if number in {39, 49} else base
    return style._replace(bg=colour) if ground else style._replace(fg=colour)


def _extended(numbers: list[int]) -> int | None:
    """Takes ``5;n`` or ``2;r;g;b`` off the front; the nearest colour of the palette."""
    kind = numbers.pop(0) if numbers else 0
    if kind == 5 and numbers:
        return _of_256(numbers.pop(0))
    if kind == 2 and len(numbers) >= 3:
        red, green, blue = (min(numbers.pop(0), 255) for _ in range(3))
        return _nearest(red, green, blue)
    numbers.clear()
    return None


def _of_256(number: int) -> int | None:
    if number < 16:
        return number
    if number > 255:
        return None
    if number >= 232:
        return _nearest(*[8 + 10 * (number - 232)] * 3)
    steps = (0, 95, 135, 175, 215, 255)
    number -= 16
    return _nearest(steps[number // 36], steps[number // 6 % 6], steps[number % 6])


@lru_cache(maxsize=4096)
def _nearest(red: int, green: int, blue: int) -> int:
    def distance(at: int) -> int:
        other = _PALETTE[at]
        return (red - other[0]) ** 2 + (green - other[1]) ** 2 + (blue - other[2]) ** 2

    return min(range(16), key=distance)


@lru_cache(maxsize=1024)
def codes(style: Style) -> str:
    """The SGR sequence after which a terminal writes so, whatever was before; its link is left out."""
    numbers = ["0", *sorted(str(number) for number, flag in _ON.items() if flag in style.flags)]
    if style.fg is not None:
        numbers.append(str(style.fg + (30 if style.fg < 8 else 82)))
    if style.bg is not None:
        numbers.append(str(style.bg + (40 if style.bg < 8 else 92)))
    return f"\x1b[{';'.join(numbers)}m"
