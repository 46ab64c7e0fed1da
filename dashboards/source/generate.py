#!/usr/bin/env python3
"""Writes the dashboards beside this folder: dashboards/source/generate.py [FOLDER]"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import api_and_cost
import exporter_health
import queue_detail
import queues_overview

DASHBOARDS = {
    "queues-overview": queues_overview.DASHBOARD,
    "queue-detail": queue_detail.DASHBOARD,
    "api-and-cost": api_and_cost.DASHBOARD,
    "exporter-health": exporter_health.DASHBOARD,
}


def text(name):
    """The file's whole content."""
    return json.dumps(DASHBOARDS[name].render(), indent=2, ensure_ascii=False) + "\n"


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(HERE)
    for name in DASHBOARDS:
        with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
            file.write(text(name))


if __name__ == "__main__":
    main()
