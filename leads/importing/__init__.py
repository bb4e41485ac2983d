"""Bringing rows in from files: `run` reads a file by a mapping into a target."""

from leads.importing.checking import InvalidMapping, Problem
from leads.importing.deals import DealsTarget
from leads.importing.decoding import UnreadableFile
from leads.importing.engine import RunTaken, run
from leads.importing.leads import LeadsTarget
from leads.importing.mapping import SourceMapping, parse
from leads.importing.people import PeopleTarget
from leads.importing.records import Record, Rejected
from leads.importing.shapes import Field, Shape
from leads.importing.targets import Context, Outcome, Target
from leads.importing.touches import TouchesTarget

__all__ = [
    "Context",
    "DealsTarget",
    "Field",
    "InvalidMapping",
    "LeadsTarget",
    "Outcome",
    "PeopleTarget",
    "Problem",
    "Record",
    "Rejected",
    "RunTaken",
    "Shape",
    "SourceMapping",
    "Target",
    "TouchesTarget",
    "UnreadableFile",
    "parse",
    "run",
]
