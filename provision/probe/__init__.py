"""Asks servers everything in one round trip and lets testinfra judge from the recorded answers."""
