"""First contact with a region and its server: enrolment, inventory wizard, letters, bundle."""
