"""What EC2 refuses, and answers otherwise than moto does, one module a topic."""
