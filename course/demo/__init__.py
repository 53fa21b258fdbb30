"""A cohort to look at: five scripts (``scripts/``) run for real, and thirty people who are made up (``people.yaml``) share what came of them."""
