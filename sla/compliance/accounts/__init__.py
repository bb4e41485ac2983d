"""What an account's offers and deals tell together, kept for each account.

Days cannot add it up: an account counts once, however many of its people were offered, and buys for all of
them. `marked` the accounts that have changed since they were told · `opportunities` what the offers came to,
for the truth of a definition · `regretted` refusals after which somebody bought · `keeping` brings both up to
date. A question adds up what is kept and tells changed accounts from their rows: it is exact at any moment.
"""
