# SPDX-License-Identifier: Apache-2.0
"""Vectors of the evidence of a trace, SPEC.md section 16: exact fractions,
written as decimal logarithms only at the end."""

import math
import random
from fractions import Fraction


def log10(value):
    """Of a positive fraction of any size."""
    return math.log10(value.numerator) - math.log10(value.denominator)


def e_value(noise, strata, rows):
    """The product of noise + (1 - noise) * mean of [seen] * N / n."""
    product = Fraction(1)
    for row in rows:
        mean = sum((Fraction(strata[s]["N"], strata[s]["n"])
                    for s, seen in row if seen), Fraction(0)) / len(row)
        product *= noise + (1 - noise) * mean
    return product


def tail(strata, rows):
    """P(X >= k) over the rows of one record, by exact convolution."""
    leaked = [0] * len(strata)
    k = 0
    for row in rows:
        if len(row) == 1:
            leaked[row[0][0]] += 1
            k += row[0][1]
    total = [Fraction(1)]
    for stratum, size in zip(strata, leaked):
        big, marked = stratum["N"], stratum["n"]
        draw = [Fraction(math.comb(marked, x)
                         * math.comb(big - marked, size - x),
                         math.comb(big, size))
                if x <= marked and size - x <= big - marked else Fraction(0)
                for x in range(size + 1)]
        total = [sum(total[i] * draw[x - i]
                     for i in range(len(total)) if 0 <= x - i < len(draw))
                 for x in range(len(total) + len(draw) - 1)]
    return sum(total[k:])


def make_case(rng, num_strata, num_rows, share):
    strata = []
    for _ in range(num_strata):
        big = rng.choice([40, 600, 5000])
        strata.append({"N": big, "n": rng.randint(num_rows, big // 2 + 1)
                       if big // 2 > num_rows else num_rows})
    rows = []
    for _ in range(num_rows):
        size = rng.choice([1, 1, 1, 2, 3])
        rows.append([[rng.randrange(num_strata), int(rng.random() < share)]
                     for _ in range(size)])
    noise = rng.choice([Fraction(1, 10), Fraction(1, 3), Fraction(1, 100)])
    return {
        "noise": f"{noise.numerator}/{noise.denominator}",
        "strata": strata,
        "rows": [{"records": [{"stratum": s, "seen": seen} for s, seen in row]}
                 for row in rows],
        "log10_e": f"{log10(e_value(noise, strata, rows)):.12f}",
        "log10_p": f"{log10(tail(strata, rows)):.12f}",
    }


def make_trace():
    rng = random.Random(16)
    cases = [make_case(rng, strata, rows, share)
             for strata, rows in ((1, 1), (1, 8), (3, 12), (7, 30))
             for share in (0, 0.2, 0.6, 1)]
    return {"source": "tests/vectors/make_vectors.py after SPEC.md section 16; "
                      "exact fractions",
            "cases": cases}
