"""Turn figures into drawings: positions only, the markup stands in templates/charts."""

from portal.charts.columns import Stacks, stacks
from portal.charts.flow import Flow, flow
from portal.charts.life import Life, Mark, Stretch, life
from portal.charts.lines import Pace, Spark, pace, spark
from portal.charts.process import Control, control
from portal.charts.shares import Intervals, Truth, intervals, truth

__all__ = [
    "Control",
    "Flow",
    "Intervals",
    "Life",
    "Mark",
    "Pace",
    "Spark",
    "Stacks",
    "Stretch",
    "Truth",
    "control",
    "flow",
    "intervals",
    "life",
    "pace",
    "spark",
    "stacks",
    "truth",
]
