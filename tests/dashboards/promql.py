"""PromQL as far as a test wants to know it: which selectors a query has, and what is done to each; and Grafana's variables."""
import re
from collections import namedtuple

# matchers: {label: (operator, value)}; call: the function around it, ""; span: its range, "".
Selector = namedtuple("Selector", "metric matchers call span")

OURS = r"(?:taskqueue|process|promhttp|scrape)_\w+|up|ALERTS"
SELECTOR = re.compile(rf"(?:(\w+)\s*\(\s*)?(?<![\w:])({OURS})\b(?:\{{([^}}]*)\}})?(?:\[([^\]]+)\])?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
GROUPED = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")

# What Grafana puts for its own variables when the range is the last hour.
BUILT_IN = {"__rate_interval": "1m", "__interval": "15s", "__range": "1h", "__range_s": "3600"}


def selectors(expr):
    """Every selector of a series of ours, or of Prometheus about us."""
    for call, metric, inside, span in SELECTOR.findall(expr):
        if not re.search(rf"(?<![\w:.]){re.escape(metric)}\b", expr):
            continue
        matchers = {name: (operator, value) for name, operator, value in MATCHER.findall(inside)}
        yield Selector(metric, matchers, call, span)


def labels_used(expr):
    """Labels that a query matches or groups by."""
    found = {name for _, inside in GROUPED.findall(expr) for name in re.findall(r"\w+", inside)}
    for selector in selectors(expr):
        found |= set(selector.matchers)
    return found


def substitute(text, values):
    """Grafana's variables replaced: $name, ${name}, ${name:format}, [[name]]."""
    values = {**BUILT_IN, **values}

    def value(match):
        return values[match.group(1) or match.group(2)]

    return re.sub(r"\$\{?(\w+)(?::\w+)?\}?|\[\[(\w+)\]\]", value, text)


def family(metric):
    """A sample's family: a histogram's parts belong to it."""
    return re.sub(r"_(bucket|count|sum)$", "", metric)
