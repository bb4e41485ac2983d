"""What both sides promised and kept over a period; counting rules of the agreement in one place.

How a figure comes about, from the rows upwards:

- `periods`: which days and leads are asked for. `cohorts`, `outcomes`, `records`: the conditions by which
  rows are counted, so that a figure and the leads behind it (`members`) cannot differ.
- Three books are counted by day: `timed` has clocks by the day they fall due, `offers` handoffs by that of
  their offer, `ends` by that of their end. In each, `_tell` says what one row adds, and `read` answers a
  question with what is `Told` of its days. `tallies` keeps the sums; `rollups` brings all books up to date.
- Read off what was told: `acceptance` (offers and follow-up), `periodic` (volume, quality and the like),
  `weeks`, `payoff`, `personal` (one rep). Counted from the rows, as they count leads, accounts or a longer
  past: `truth` (is the definition true), `regret` (refused and bought later), `paths`, `quality`, `reviews`.
- `promises`: what was promised. `lines`: one commitment with target, count and status. `report`: all of them.
  `ledger`: each with its proof. `agenda`: what to talk about. `plain`: the same figures for machines.
"""
