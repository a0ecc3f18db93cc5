"""One run from its start to its account: pages, judgement, store, reconciliation, and how that is told."""
