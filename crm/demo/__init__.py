"""The demo company: invented people and firms, made for looking (`small.py`) and for measuring (`large.py`)."""
