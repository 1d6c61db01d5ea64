"""The head's scorecard: managers by indicators, of a day, a week or a month. Reads, never writes.

`asked` says what an address asks for, `sheet` what a scorecard is made of, `days` and `spans` fill one for a day and
for a week or month, `around` and `talk` bring what stands beside it, `page` all of it together, `file` makes it Excel.
"""
