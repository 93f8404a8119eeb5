# SPDX-License-Identifier: Apache-2.0
"""Prints Google Benchmark results beside their baselines.

A benchmark names its baseline in its label; the ratio is the result.
"""

import json
import sys

NS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def load(paths):
    rows = {}
    for path in paths:
        with open(path) as file:
            for row in json.load(file)["benchmarks"]:
                if row.get("run_type") == "aggregate" and row.get("aggregate_name") != "median":
                    continue
                name = row.get("run_name", row["name"])
                rows[name] = {
                    "name": name,
                    "ns": row["cpu_time"] * NS[row["time_unit"]],
                    "baseline": row.get("label", ""),
                    "items_per_second": row.get("items_per_second"),
                }
    return rows


def main():
    as_json = "--json" in sys.argv
    rows = load([path for path in sys.argv[1:] if path != "--json"])
    if not as_json:
        print(f"{'benchmark':44} {'ns':>12} {'baseline ns':>12} {'ratio':>7}")
    for row in rows.values():
        baseline = rows.get(row["baseline"])
        if baseline is None:
            continue
        ratio = row["ns"] / baseline["ns"]
        if as_json:
            print(json.dumps({"name": row["name"], "ns": round(row["ns"], 1),
                              "baseline": baseline["name"],
                              "baseline_ns": round(baseline["ns"], 1),
                              "ratio": round(ratio, 3),
                              "items_per_second": row["items_per_second"]}))
        else:
            print(f"{row['name']:44} {row['ns']:12.1f} {baseline['ns']:12.1f} {ratio:7.2f}")


main()
