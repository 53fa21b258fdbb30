"""``manage.py up``: the whole site on one machine, for learning and development. A real installation uses docker-compose.yml."""
