"""What S3 refuses and how it keeps versions, one module a topic; s3_rules.py asks them in turn."""
