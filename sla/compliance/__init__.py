"""What both sides promised and kept over a period; counting rules of the agreement in one place.

How a figure comes about, from the rows upwards:

- `periods`: which days and leads are asked for. `cohorts`, `outcomes`, `records`: the conditions by which
  rows are counted, so that a figure and the leads behind it (`members`) cannot differ.
- Four books are counted by day: `timed` has clocks by the day they fall due, `offers` handoffs by that of
  their offer, `ends` by that of their end, `paths` leads by that on which they were first seen. In each,
  `_tell` says what one row adds, and `read` or `find` answers a question. `tallies` keeps the sums.
- `accounts` keeps what an account's offers and deals tell together, for `truth` (is the definition true) and
  `regret` (refused and bought later). `rollups` brings all books and accounts up to date.
- Read off what was told: `acceptance` (offers and follow-up), `periodic` (volume, quality and the like),
  `weeks`, `payoff`, `personal` (one rep). Counted from the rows: `quality`, `reviews`.
- `promises`: what was promised. `lines`: one commitment with target, count and status. `report`: all of them.
  `ledger`: each with its proof. `agenda`: what to talk about. `plain`: the same figures for machines.
"""
