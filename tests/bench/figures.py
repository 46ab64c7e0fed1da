"""Ratios with their spread: how a table shows them, and how a run is compared with the one before.

Tables note their ratios in the file that FIGURES names. As a program: figures.py BEFORE NOW says how many of NOW's ratios lie
within BEFORE's spread, how many spreads overlap, and which ratios do not lie there.
"""
import os
import statistics
import sys


def ratio(name, rounds, most=None, least=None):
    """Notes the median ratio of these rounds under this name; gives the words for it and whether it keeps to its bound."""
    middle = statistics.median(rounds)
    if os.environ.get("FIGURES"):
        with open(os.environ["FIGURES"], "a", encoding="utf-8") as file:
            file.write(f"{name}\t{middle:.6g}\t{min(rounds):.6g}\t{max(rounds):.6g}\n")
    words = f"{middle:.3g} ({min(rounds):.3g}..{max(rounds):.3g})"
    kept = (most is None or middle <= most) and (least is None or middle >= least)
    for bound, side in ((most, "most"), (least, "least")):
        if bound is not None:
            words += f" wanted at {side} {bound:.3g}: {'kept' if kept else 'BROKEN'}"
    return words, kept


def read(path):
    """Middle, least and greatest by name."""
    with open(path, encoding="utf-8") as file:
        rows = (line.rstrip("\n").split("\t") for line in file)
        return {name: tuple(map(float, numbers)) for name, *numbers in rows}


def compare(before, now):
    """The sentence about both, and those outside."""
    shared = [name for name in now if name in before]
    outside = [name for name in shared if not before[name][1] <= now[name][0] <= before[name][2]]
    apart = [name for name in outside if now[name][1] > before[name][2] or now[name][2] < before[name][1]]
    yield (f"{len(shared) - len(outside)} of {len(shared)} ratios within the spread of the run before; "
           f"the spreads of {len(shared) - len(apart)} overlap")
    for name in outside:
        words = [f"{middle:.3g} ({least:.3g}..{greatest:.3g})" for middle, least, greatest in (now[name], before[name])]
        yield f"{'apart' if name in apart else 'outside'}: {name}: {words[0]}, before {words[1]}"


if __name__ == "__main__":
    print("\n".join(compare(read(sys.argv[1]), read(sys.argv[2]))))
