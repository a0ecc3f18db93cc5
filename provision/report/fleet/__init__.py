"""Many audits and drills as one view: read, put together, shown as a page, as JSON and as a table."""
