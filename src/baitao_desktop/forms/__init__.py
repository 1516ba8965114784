"""WHAT A PAPER ASKS: compile, load, evaluate and check a form definition.

The door of this room; everything here is standard library only. `compile_form` imports pyxform when it is called.
"""

from .checking import Problem, check
from .compiling import compile_form, compiled
from .definition import Choice, Form, Json, Question
from .describing import Column, Describer, copy_for, label_of, ledger_columns, seals, text_of, title_of
from .filling import Filling, fill
from .loading import load

__all__ = [
    "Choice",
    "Column",
    "Describer",
    "Filling",
    "Form",
    "Json",
    "Problem",
    "Question",
    "check",
    "compile_form",
    "compiled",
    "copy_for",
    "fill",
    "label_of",
    "ledger_columns",
    "load",
    "seals",
    "text_of",
    "title_of",
]
