"""A lab as its author writes it: a folder of files, read strictly, with file and line on every error."""

from labs.lab.errors import LabError
from labs.lab.model import Lab, Step

__all__ = ["Lab", "LabError", "Step"]
