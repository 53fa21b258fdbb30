"""docker-compose.yml without an engine: what it promises is read from it, and each command that it names is really started, with the
environment that it gives, against a PostgreSQL and a Valkey of the tests' own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from course.bench.learner import Learner
from course.local.redis import server_program
from course.local.site import free_port
from tests.postgres import Cluster, fresh
from tests.processes import until

FILE = settings.BASE_DIR / "docker-compose.yml"
SECRETS = {"COURSE_SECRET_KEY": "k8s-" + "abcdefgh" * 8, "COURSE_DATABASE_PASSWORD": "p" * 32}
OURS = ("prepare", "web", "worker", "beat")
_VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}")


def composed(given: dict[str, str]) -> dict[str, Any]:
    """The services as the engine would have them: variables put in. Raises KeyError with its words where one is required."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, sign, word = match.groups()
        if found := given.get(name):
            return found
        if sign != "-":
            raise KeyError(word or name)
        return word

    def put_in(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: put_in(one) for key, one in node.items() if key != "dockerfile_inline"}
        if isinstance(node, list):
            return [put_in(one) for one in node]
        return _VARIABLE.sub(value, node) if isinstance(node, str) else node

    return put_in(yaml.safe_load(FILE.read_text()))["services"]


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_has_a_default(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        composed({key: value for key, value in SECRETS.items() if key != name})


def test_only_the_worker_is_given_more_than_others() -> None:
    services = composed(SECRETS)
    for name, service in services.items():
        unconfined = [option for option in service.get("security_opt", []) if "unconfined" in option]
        assert bool(unconfined) == (name == "worker"), name
        assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys(), name
    assert all(services[name]["cap_drop"] == ["ALL"] for name in OURS)


def test_only_the_web_server_is_reached_and_on_this_machine_alone() -> None:
    ports = {name: service["ports"] for name, service in composed(SECRETS).items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_all_wait_for_what_they_need_and_say_how_they_are() -> None:
    services = composed(SECRETS)
    assert all("healthcheck" in service for name, service in services.items() if name != "prepare")
    assert all("restart" in service for service in services.values())
    for name in ("web", "worker", "beat"):
        waits = {one: how["condition"] for one, how in services[name]["depends_on"].items()}
        assert waits == {"prepare": "service_completed_successfully", "postgres": "service_healthy", "valkey": "service_healthy"}


def test_the_store_that_is_optional_is_started_only_when_asked_for() -> None:
    services = composed(SECRETS)
    assert [name for name, service in services.items() if "profiles" in service] == ["s3"]
    assert services["prepare"]["depends_on"]["s3"] == {"condition": "service_healthy", "required": False}


class Composition:
    """The services' commands as processes of this machine: the same words, with this machine's addresses for the containers'."""

    def __init__(self, var: Path, cluster: Cluster) -> None:
        self.var, self.port = var, free_port()
        self.redis = f"unix://{var}/redis.sock"
        self.services = composed(SECRETS | {"DATABASE_URL": fresh(cluster.url()), "REDIS_URL": self.redis})
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self, name: str) -> dict[str, str]:
        given = {key: value.replace("/var/course", str(self.var)) for key, value in self.services[name]["environment"].items()}
        container = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
        return given | container | {"COURSE_PORT": str(self.port)}

    def here(self, words: list[str]) -> list[str]:
        at_home = {"8000": str(self.port), "0.0.0.0": "127.0.0.1"}
        return [at_home.get(word, word.replace("/var/course", str(self.var))) for word in words]

    def start(self, name: str, command: list[str] | None = None) -> None:
        """The service's command; ``command`` stands for one whose program lies elsewhere here."""
        words, environment = command or self.here(self.services[name]["command"]), None if command else self.environment(name)
        with (self.var / f"{name}.log").open("ab") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self.processes[name] = subprocess.Popen(words, cwd=settings.BASE_DIR, env=environment, **streams)

    def run(self, name: str, words: list[str]) -> subprocess.CompletedProcess[str]:
        """In that service's container, as it were."""
        return subprocess.run(
            self.here(words), cwd=settings.BASE_DIR, env=self.environment(name), capture_output=True, text=True, timeout=120, check=False
        )

    def healthy(self, name: str) -> bool:
        kind, *words = self.services[name]["healthcheck"]["test"]
        return self.run(name, ["sh", "-c", *words] if kind == "CMD-SHELL" else words).returncode == 0

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.terminate()
            process.wait(30)

    def log(self, name: str) -> str:
        return (self.var / f"{name}.log").read_text(errors="replace")


@pytest.fixture(scope="module")
def composition(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Composition]:
    one = Composition(tmp_path_factory.mktemp("compose"), cluster)
    one.start("valkey", [str(server_program()), "--port", "0", "--unixsocket", str(one.var / "redis.sock"), "--save", ""])
    until((one.var / "redis.sock").exists)
    yield one
    one.stop()


@pytest.mark.slow
def test_it_is_prepared_and_again_is_nothing(composition: Composition) -> None:
    words = composition.services["prepare"]["command"]
    first = composition.run("prepare", words)
    assert (first.returncode, first.stdout.splitlines()[-1:]) == (0, ["Ready."]), first.stderr
    again = composition.run("prepare", words)
    assert "No migrations to apply." in again.stdout
    proxied = composition.run(
        "prepare", ["env", "COURSE_PROXIES=1", ".venv/bin/python", "manage.py", "check", "--deploy", "--fail-level=WARNING"]
    )
    assert proxied.returncode == 0, proxied.stderr


@pytest.mark.slow
def test_web_worker_and_beat_do_what_they_are_for(composition: Composition) -> None:
    make = "from course.models import User; User.objects.create_user('minji', password='correct-horse')"
    made = composition.run("web", [sys.executable, "manage.py", "shell", "-v0", "-c", make])
    assert made.returncode == 0, made.stderr
    for name in ("web", "worker", "beat"):
        composition.start(name)
    until(lambda: composition.healthy("web"), 60)
    until(lambda: composition.healthy("worker"), 90)
    with Learner(composition.port, "minji", "correct-horse") as learner:
        learner.open("playground")
        assert learner.run("aws s3 mb s3://of-the-composition && aws s3 ls | grep of-the-composition").ok
        assert not learner.run("false").ok
    until(lambda: composition.healthy("beat"), 60)
    until(lambda: "labs.tasks.sweep" in composition.log("worker"), 30)
    assert "Traceback" not in composition.log("web") + composition.log("worker") + composition.log("beat")
    assert "DEBUG" not in composition.log("web")
