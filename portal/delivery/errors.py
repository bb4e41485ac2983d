"""What can come of a letter other than being sent."""


class DeliveryFailed(Exception):
    """The letter did not arrive; it is tried again."""


class Rejected(DeliveryFailed):
    """The receiver is there and did not take this letter."""


class Unreachable(DeliveryFailed):
    """The receiver is not there: what else was meant for it waits too."""


class NotNeeded(Exception):
    """What the letter was to say is over."""
