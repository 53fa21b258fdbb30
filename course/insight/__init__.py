"""What is hard in the labs and notes: how far a cohort gets, where its time goes, and what goes wrong there."""
