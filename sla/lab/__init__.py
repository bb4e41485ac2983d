"""The lab: what a draft would have done to the past, before anybody signs it; all it changes is its own.

`asking` what is to be tested · `rows` past handoffs span by span · `frozen` their facts as columns, made once
and kept · `purchases` what came of them · `sets` rows as whole numbers · `panel` the leaves of both gates,
each judged once a row · `counting` a span into `tallies` · `backtest` all of it, on several cores where there
are any · `effects` what each criterion and reason does · `gained` leads that were never handed over · `leaks`
what a criterion could only know afterwards · `whatif` clocks under other terms · `capacity` promises against
hours · `proposals` what reasons ask to amend · `bars` personal ones · `runs` saved runs with their progress.
"""
