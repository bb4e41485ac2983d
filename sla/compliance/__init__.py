"""What both sides promised and kept over a period; counting rules of the agreement in one place.

`periods` the arithmetic · `timed` clocks · `cohorts` offers and follow-up · `periodic` volume, quality
and the like · `truth` is the definition true · `regret` refused and bought later · `report` all of it
· `members` the leads behind a figure.
"""
