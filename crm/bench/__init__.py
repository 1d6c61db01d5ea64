"""Measuring pages at real size: `make bench`. Cases are declared in `cases.py`, the measuring stands in `measure.py`."""
