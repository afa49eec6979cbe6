"""The shell: HTTP, CDS Hooks, FHIR, the network. It turns requests into facts for `cards`, and cards into answers."""

import gc

# What is loaded stays: looking for cycles after every 700 new containers, as Python does, finds none of them (a twentieth
# of the start). The parsed body of one call with 60 Observations is a thousand containers, none of them garbage either (a
# twentieth of that call).
gc.set_threshold(20_000)
