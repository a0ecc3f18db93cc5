"""Plans which stages a server needs, drives Ansible to run just those, and keeps the stamps."""
