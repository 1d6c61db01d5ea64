"""Measuring pages at real size (`make bench`): `cases.py` declares what, `measure.py` knows how."""
