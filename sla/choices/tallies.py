"""Words of the tallies: what is counted by day, how finely, and in how many parts a day is counted anew."""

from django.db import models

#: A day's rows are told apart by the lead's id modulo this; the indexes of clocks and handoffs name it.
PARTS = 64


class Book(models.TextChoices):
    """What is counted: clocks by the day they fall due, handoffs by that of their offer or of their end."""

    CLOCKS = "clocks", "Clocks"
    OFFERS = "offers", "Offers"
    ENDS = "ends", "Ends"


class Grain(models.TextChoices):
    """How finely a day is counted; most questions name one thing at most."""

    ALL = "all", "Everything"
    TEAM = "team", "One team"
    SOURCE = "source", "One source"
    TIER = "tier", "One tier"
    CELL = "cell", "One team, source and tier"
