"""Files brought in by people and programs: kept, mapped, checked without a change, imported by the worker."""

from portal.imports.clearing import clear, forget_marks, forget_rejects, forget_uploads
from portal.imports.keeping import keep, kinds_for, visible_to
from portal.imports.mapping import TARGETS, guessed, remember, target_for, use
from portal.imports.returning import rejected
from portal.imports.undoing import can_undo
from portal.imports.working import ask, remove, take_back, work

__all__ = [
    "TARGETS",
    "ask",
    "can_undo",
    "clear",
    "forget_marks",
    "forget_rejects",
    "forget_uploads",
    "guessed",
    "keep",
    "kinds_for",
    "rejected",
    "remember",
    "remove",
    "take_back",
    "target_for",
    "use",
    "visible_to",
    "work",
]
