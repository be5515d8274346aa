"""Reports whose figures satisfy every identity, with no cell at 0: what the identities are tried on."""

from __future__ import annotations

import random

from reports.checks.catalogue import catalogue
from reports.checks.sheet import NO_RESULTS
from reports.form import forms
from reports.report import Form, Number


def sound(form: Form, seed: int) -> dict[str, Number]:
    """The figures of one sound report; the same seed gives the same figures."""
    draw = random.Random(seed)
    out: dict[str, Number] = {}
    for part in catalogue().vars["part"]:
        handled = 0
        for spec in forms.rows("applications", form):
            if spec.key not in NO_RESULTS:
                out[f"applications.{spec.key}.{part}"] = value = draw.randint(11, 99)
                handled += value
        carried_in, carried_out = draw.randint(11, 60), draw.randint(11, 60)
        out[f"applications.handled.{part}"] = handled
        out[f"applications.carried_in.{part}"] = carried_in
        out[f"applications.carried_out.{part}"] = carried_out
        out[f"applications.new.{part}"] = handled + carried_out - carried_in
    for spec in forms.rows("applications", form):
        out[f"applications.{spec.key}.total"] = sum(
            out[f"applications.{spec.key}.{part}"] for part in catalogue().vars["part"]
        )
    for spec in forms.rows("disputes", form):
        values = [draw.randint(11, 99) for _ in range(4)]
        out |= dict(zip(spec.cells(), [*values, sum(values)], strict=True))
    for spec in forms.rows("proactive", form):
        for key in spec.cells():
            out[key] = draw.randint(100, 900)
        row = f"proactive.{spec.key}"
        if form == "2021" and spec.key in catalogue().vars["doc"]:
            out[f"{row}.in_force"] = out[f"{row}.issued"] + out[f"{row}.repealed"] + 5
        elif form == "2019" and spec.key in catalogue().vars["doc"]:
            out[f"{row}.disclosed_total"] = out[f"{row}.disclosed"] + 7
        elif f"{row}.decisions" in out and f"{row}.change" in out:
            out[f"{row}.decisions"] = out[f"{row}.prior_items"] + out[f"{row}.change"] + 13
    return out
