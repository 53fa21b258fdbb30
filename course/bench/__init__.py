"""``manage.py bench``: the site measured through its front door, on a stack of its own that leaves nothing behind.

Times are taken as a learner has them: from the POST that the page makes to the event that its stream brings.
"""
