"""Runs the probes and prints, as JSON, each one's answer. The argument: a file with
the targets, ``inside`` among them: in a jail, or as control."""

import json
import sys

from probes import PROBES
from probes.attack import read, run

if __name__ == "__main__":
    targets = json.loads(read(sys.argv[1]))
    answers = {}
    for name, (attack, control) in PROBES.items():
        if targets["inside"] or control != "never":
            answers[name] = run(attack, targets, namespace=not targets["inside"] and control == "namespace")
    sys.stdout.write(json.dumps(answers))
