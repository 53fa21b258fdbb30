"""A cohort to look at: five scripts (``scripts/``) are run for real, and thirty people (``people.yaml``) share what came of them."""
