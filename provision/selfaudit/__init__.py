"""A server's audit of itself: daily, signed by its own key, kept, and sent to a collector where there is one.

It runs on the server from a copy of this package that the stage `audit` lays down, with that server's Python and
nothing of Ansible. What it has to know of the inventory the stage writes into one file (`subject.py`).
"""
