"""``manage.py up`` itself, with a folder and a port of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from course.local.site import free_port
from tests import postgres
from tests.processes import alive, command_line, descendants, until


class Up:
    """A running ``up`` with a folder and a port of its own; ``demo``: its workers make the demo cohort, too."""

    def __init__(self, var: Path, *options: str, demo: bool = False) -> None:
        self.port = free_port()
        self.var, self.log = var, var / "up.log"
        self.environment = {**os.environ, "COURSE_VAR": str(var), "COURSE_LOCAL": "1", "DJANGO_SETTINGS_MODULE": "course.settings"}
        # A lab is prepared when it is opened: what is tested opens few.
        self.environment |= {"COURSE_PREBUILD": "0", "COURSE_DEMO": "1" if demo else "0"}
        self.environment |= postgres.environment()
        self.command = [sys.executable, "manage.py", "up", "--port", str(self.port), *options]
        self.start()

    def start(self) -> None:
        """Until it has said where it is; again after ``stop``, in the same folder."""
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(self.command, cwd=settings.BASE_DIR, env=self.environment, stdout=out, stderr=out)
        until(lambda: "Demo accounts" in self.said() or not alive(self.process.pid), 150)

    def said(self) -> str:
        return self.log.read_text()

    def drive(self, *arguments: str, program: str = "tests.driver", seconds: float = 180) -> dict[str, Any]:
        redis = next(
            pid for pid in descendants(self.process.pid) if "valkey-server" in command_line(pid) or "redis-server" in command_line(pid)
        )
        environment = {**self.environment, "REDIS_URL": f"unix://{self.var}/run/redis.sock", "REDIS_PID": str(redis)}
        environment |= {"UP_PID": str(self.process.pid), "UP_PORT": str(self.port)}
        command = [sys.executable, "-m", program, *arguments]
        done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def stop(self) -> list[int]:
        """Ctrl-C; what was running before and is still."""
        there = descendants(self.process.pid)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return [pid for pid in there if alive(pid)]
