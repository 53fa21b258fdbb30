"""The half of the day stands before the hour, as in Django's own TIME_FORMAT."""

DATETIME_FORMAT = "Y년 n월 j일 A g:i"
