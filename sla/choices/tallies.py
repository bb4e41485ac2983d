"""Words of the tallies: what is counted by day, how finely, and in how many parts a day is counted anew."""

from django.db import models


class Book(models.TextChoices):
    """What is counted by day: clocks when due, handoffs when offered and ended, leads when first seen."""

    CLOCKS = "clocks", "Clocks"
    OFFERS = "offers", "Offers"
    ENDS = "ends", "Ends"
    WAYS = "ways", "Ways"


class Grain(models.TextChoices):
    """How finely a day is counted; most questions name one thing at most."""

    ALL = "all", "Everything"
    TEAM = "team", "One team"
    SOURCE = "source", "One source"
    TIER = "tier", "One tier"
    CELL = "cell", "One team, source and tier"
    PAIR = "pair", "One team and source"
