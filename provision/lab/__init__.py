"""Throwaway real hosts on this machine, the reference Backbone source, and the demo."""
