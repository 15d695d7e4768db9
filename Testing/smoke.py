"""Compare what a case's engine and network gave here with what they gave where it was stored.

`python Testing/smoke.py OUT` after `parotid-classifier demo --out OUT`, or `make smoke`: all
radiomic features of both regions, and the log-odds of every model. It needs what a classification
needs and no more. `--store` writes the values of this machine instead.
"""

import argparse
import csv
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

from ParotidClassifierCore.app.cli import main

STORED = Path(__file__).parent / "Data" / "smoke.json"
# Filters and sums differ in the last digits with the versions of numpy, scipy and SimpleITK, and
# the stored log-odds are of a network in single precision. Features may be small, log-odds near 0.
RELATIVE = 1e-6
ABSOLUTE = {"features": 1e-9, "log_odds": 1e-6}

_MOST_TOLD = 20

Values = dict[str, dict[str, float]]


def values_of(out: Path) -> Values:
    """Return all features and log-odds of the case that the demonstration left in a folder."""
    table = out / "features.csv"
    if main(["features", "--case", str(out / "case"), "--out", str(table)]):
        sys.exit(f"The features of {out / 'case'} could not be computed.")
    with table.open(encoding="utf-8-sig", newline="") as rows:
        features = {
            f"{region}_{row['feature']}": float(row[region])
            for row in csv.DictReader(rows)
            for region in row.keys() - {"feature"}
        }
    models = json.loads((out / "prediction.json").read_text(encoding="utf-8"))["models"]
    log_odds = {name: model["log_odds"] for name, model in models.items()}
    return {"features": features, "log_odds": log_odds}


def differences(found: Values, stored: Values) -> Iterator[str]:
    """Yield one line for each value that is not as it is stored, and for each that is missing."""
    for kind, absolute in ABSOLUTE.items():
        here, there = found[kind], stored[kind]
        for name in sorted(here.keys() | there.keys()):
            pair = here.get(name, math.nan), there.get(name, math.nan)
            if not math.isclose(*pair, rel_tol=RELATIVE, abs_tol=absolute):
                yield "{}: {!r} here, {!r} stored".format(name, *pair)


def run() -> None:
    """Compare, or store; exit code 1 and the differences where there are any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the demonstration")
    parser.add_argument("--store", action="store_true", help="write the values of this machine")
    options = parser.parse_args()
    found = values_of(options.out)
    if options.store:
        STORED.write_text(json.dumps(found, indent=0) + "\n", encoding="utf-8")
        return
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    if wrong := list(differences(found, stored)):
        sys.exit("\n".join([*wrong[:_MOST_TOLD], f"{len(wrong)} values differ."]))
    print(f"{sum(map(len, found.values()))} values are as they were stored.")


if __name__ == "__main__":
    run()
