"""A small lab, and somebody at it."""

from tests.labs.conftest import attempt, lab, learner, live_redis, real_attempt, valkey, woken

__all__ = ["attempt", "lab", "learner", "live_redis", "real_attempt", "valkey", "woken"]
