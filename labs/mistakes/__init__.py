"""A good word beside a common mistake: from a table that authors extend without Python (see README.md here).

The table is looked through once, by the worker, when a command has ended; its row keeps which entry it was and what stood in the
pattern's holes, so that the word survives a reload and is said in the language of whoever reads it.
"""

from labs.mistakes.matching import find
from labs.mistakes.saying import word

__all__ = ["find", "word"]
