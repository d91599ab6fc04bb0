"""`newsletter doctor`: whether account, stack, DNS and the servers beside them are as a newsletter needs them.

Each room has the checks of one subject; `checks.py` lists them in the order in which they are shown.
"""
