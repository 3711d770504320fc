"""A slow reference: the model page, sentence by sentence, in plain Python.

It shares no code with ``cesctl``; it takes the model's dataclasses and rows of text, and computes in
exact fractions wherever the page does not ask for a decay. It is written to be compared with the
page, not to be fast: each file is one section or one idea of it.
"""
