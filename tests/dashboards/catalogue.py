#!/usr/bin/env python3
"""docs/metrics.md as data: every metric with its type, labels and words. As a program: copies types and words into the page
from where the exporter declares them, and names the metrics that have no row yet."""
import os
import re
import sys
from collections import namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

Metric = namedtuple("Metric", "name type labels help notes")

OF_QUEUE = {"queue", "cloud_service", "account", "cloud_region"}
OF_CALL = {"provider", "account", "cloud_service", "action", "cloud_region"}
COMMON = {"Of each queue": OF_QUEUE, "Of calls to clouds": OF_CALL, "Of the exporter itself": set()}
# What Prometheus says of a scrape and of alerts, and the labels that it or its discovery adds to all.
BY_PROMETHEUS = {"up": set(), "scrape_duration_seconds": set(), "scrape_samples_scraped": set(),
                 "ALERTS": {"alertname", "alertstate", "severity", "queue", "cloud_service", "action"}}
OF_TARGET = {"job", "instance", "pod"}


PAGE = os.path.join(ROOT, "docs", "metrics.md")


def read_page():
    with open(PAGE, encoding="utf-8") as file:
        return file.read()


def metrics():
    """By name, in the page's order."""
    page = read_page()
    found = {}
    for section in re.split(r"(?m)^## ", page)[1:]:
        common = COMMON[section.split("\n")[0]]
        for name, kind, labels, words, notes in re.findall(
                r"(?m)^\| `(\w+)` \| (gauge|counter|histogram) \| (.*?) \| (.*?) \| (.*?) ?\|$", section):
            found[name] = Metric(name, kind, common | set(re.findall(r"`(\w+)`", labels)), words, notes)
    return found


def declared():
    """[(name, type, help)] as exporter/metrics/family.cc declares them."""
    with open(os.path.join(ROOT, "exporter", "metrics", "family.cc"), encoding="utf-8") as file:
        return re.findall(r'\{"(\w+)",\s*(gauge|counter|histogram),\s*"([^"]*)"', file.read())


def main():
    page = read_page()
    listed = metrics()
    for name, kind, words in declared():
        if name in listed:
            page = re.sub(rf"(?m)^(\| `{name}` \| )\w+( \| .*? \| ).*?( \| .*)$", rf"\g<1>{kind}\g<2>{words}\g<3>", page)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)
    missing = [name for name, _, _ in declared() if name not in listed]
    if missing:
        sys.exit(f"docs/metrics.md has no row for {', '.join(missing)}")


if __name__ == "__main__":
    main()
