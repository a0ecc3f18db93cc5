"""What is published: sectoral tables with small counts withheld, and metadata."""
