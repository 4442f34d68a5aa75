"""Photos: reading scans of any format, writing results at full size and depth.

`still.py` is the source, `still_sink.py` the sink. Readers of formats are `scan_*.py`, found by
`scan_open.py`; writers are `still_*.py`, listed by suffix in `still_formats.WRITERS`; what can be
saved of damaged files is in `salvage_*.py`; `*_header.py` and `*_boxes.py` read headers alone.
Stills of films are in `media/stills`.
"""
