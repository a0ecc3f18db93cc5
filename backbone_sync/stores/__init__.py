"""Where rows, cursors, quarantine and the account of runs are kept, and the tables for it."""
