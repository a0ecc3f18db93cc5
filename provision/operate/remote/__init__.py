"""What a drill runs on the server itself: plain Python for the system's interpreter, sent there as one zip."""
