"""Turns the compact cases of tests/rules/cases/ into test files for promtool.

A case says which series are there, from time 0 on and one value a minute, and what a rule makes of them. From each case
come more: the same with two replicas, across a restart, and with stale data. What a case can say:

    alert, severities   the rule, and which of its severities fire
    record              the rule
    of                  what the series belong to: queue (default), call, exporter, nothing
    given               metric{more labels}: values, in promtool's notation
    at                  when to look
    says                an alert's description;  labels: labels besides those of the queue, call or exporter
    gives               a recording rule's value, or {labels: value}
    quiet               variants that give nothing: because, and what of given, at differs
    two_replicas        what differs with two replicas; each_replica: true where each has its own alert
    restart             what differs across a restart: says, gives, minute (when it happens)
    stale               what it gives while data are stale: fires, a value, or `it is` where the case itself is about
                        stale data; without it, nothing
"""
import copy
import functools
import json
import os
import re

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = os.path.join(ROOT, "config", "prometheus", "rules")
CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")

REPLICAS = ("a:19160", "b:19160")
LABELS = {
    "queue": {"queue": "transcode", "cloud_service": "mps", "account": "media"},
    "call": {"provider": "tencent", "account": "media", "cloud_service": "mps", "action": "DescribeTasks"},
    "exporter": {},
    "nothing": {},
}
# What is there of each queue unless a case says otherwise: a refresh a minute, each of which succeeds.
FRESH = {
    "taskqueue_up": "1x240",
    "taskqueue_last_success_timestamp_seconds": "0+60x240",
    "taskqueue_refresh_interval_seconds": "30x240",
}
STALE = {"taskqueue_last_success_timestamp_seconds": "0x240"}
COUNTER = re.compile(r"_(total|count|sum|bucket)$")


def rule_files():
    """The shipped files, what others rest on first."""
    return [os.path.join(RULES, f"taskqueue_{part}.yml") for part in ("thresholds", "queues", "alerts")]


def name_of(rule):
    return rule.get("alert") or rule["record"]


@functools.lru_cache(maxsize=None)
def all_rules():
    """Every rule of the shipped files, each with the name of its group."""
    rules = []
    for path in rule_files():
        with open(path, encoding="utf-8") as file:
            for group in yaml.safe_load(file)["groups"]:
                rules += [{**rule, "group": group["name"]} for rule in group["rules"]]
    return rules


def all_cases():
    """Every case. All that they say is text: YAML would take 0x240 for a hexadecimal number."""
    for name in sorted(os.listdir(CASES)):
        with open(os.path.join(CASES, name), encoding="utf-8") as file:
            yield from yaml.load(file, Loader=yaml.BaseLoader)


def minutes(text):
    """90m or 2h30m as a number of minutes."""
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?", text)
    return 60 * int(match.group(1) or 0) + int(match.group(2) or 0)


def values(notation):
    """promtool's notation as a list; what is no number stays a word."""
    found = []
    for part in str(notation).split():
        match = re.fullmatch(r"(-?[\d.e]+|Inf)(?:([+-][\d.e]+))?x(\d+)", part)
        if match:
            first, step, times = float(match.group(1)), float(match.group(2) or 0), int(match.group(3))
            found += [first + step * i for i in range(times + 1)]
        elif re.fullmatch(r"_x\d+", part):
            found += ["_"] * int(part[2:])
        else:
            found.append(part if part in ("_", "stale") else float(part))
    return found


def restarted(name, series, minute):
    """The values of a series when the exporter is away for one scrape; a counter starts at 0 after that."""
    if len(series) <= minute + 1:
        return series
    after = series[minute + 1:]
    if COUNTER.search(name.split("{")[0]):
        base = next((value for value in after if not isinstance(value, str)), 0)
        after = [value if isinstance(value, str) else value - base for value in after]
    return [*series[:minute], "stale", *after]


def label_text(labels):
    return "{" + ", ".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def labels_of(case, name):
    """The labels of one series of a case besides job and instance."""
    metric = name.split("{")[0]
    kind = "nothing" if metric.startswith("taskqueue:override:") else case.get("of", "queue")
    return {**LABELS[kind], **dict(re.findall(r'(\w+)="([^"]*)"', name))}


def input_series(case, replicas, restart):
    for name, notation in case["given"].items():
        metric = name.split("{")[0]
        series = values(notation)[:minutes(case["at"]) + 1]
        is_override = metric.startswith("taskqueue:override:")  # a rule of the user's, not scraped
        if restart is not None and not is_override:
            series = restarted(name, series, restart)
        shown = " ".join(value if isinstance(value, str) else f"{value:.12g}" for value in series)
        if is_override:
            yield {"series": metric + label_text(labels_of(case, name)), "values": shown}
            continue
        for replica in replicas:
            labels = {"job": "taskqueue", "instance": replica, **labels_of(case, name)}
            yield {"series": metric + label_text(labels), "values": shown}


def expected_alerts(case, replicas):
    """What promtool is to find of an alert: each severity's, with the rule's own summary."""
    for severity in case["severities"]:
        rule = next(rule for rule in all_rules() if rule.get("alert") == case["alert"]
                    and rule["labels"]["severity"] == severity)
        each = case.get("each_replica")
        for replica in replicas if each else replicas[:1]:
            labels = {"job": "taskqueue", **LABELS[case.get("of", "queue")], **case.get("labels", {}), "severity": severity}
            if each:
                labels["instance"] = replica
            yield {"exp_labels": {name: value for name, value in labels.items() if value},
                   "exp_annotations": {**rule["annotations"], "description": case["says"].replace("REPLICA", replica)}}


def expected_samples(case):
    gives = case["gives"]
    for more, value in (gives if isinstance(gives, dict) else {"": gives}).items():
        extra = dict(re.findall(r'(\w+)="([^"]*)"', more))
        if more == "by queue":
            labels = {"queue": "transcode"}
        elif more == "other queue":
            labels = {"queue": "of another"}
        elif more == "of all":
            labels = {}
        else:
            labels = {"job": "taskqueue", **LABELS[case.get("of", "queue")], **extra}
        yield {"labels": label_text(labels), "value": float(value)}


def promtool_test(name, case, fires=True, replicas=REPLICAS[:1], restart=None):
    test = {"name": name, "interval": "1m", "input_series": list(input_series(case, replicas, restart))}
    if "alert" in case:
        test["alert_rule_test"] = [{"eval_time": case["at"], "alertname": case["alert"],
                                    "exp_alerts": list(expected_alerts(case, replicas)) if fires else []}]
    else:
        # Versions of Prometheus differ in the last digit of a rate.
        test["promql_expr_test"] = [{"expr": f"round({case['record']}, 0.001)", "eval_time": case["at"],
                                     "exp_samples": list(expected_samples(case)) if fires else []}]
    return test


def variant(case, changes):
    """The case with some of what it says replaced; series are replaced one by one, and left out where there are none."""
    made = copy.deepcopy(case)
    for key, value in (changes or {}).items():
        if key == "given":
            made["given"] = {name: text for name, text in {**made["given"], **value}.items() if text}
        else:
            made[key] = value
    return made


def is_gated(case):
    """Whether stale data silence the rule: where a case does not say what it gives then."""
    return case.get("of", "queue") == "queue" and "stale" not in case


def expand(case):
    """All promtool tests of one case; the kinds are what the test of completeness asks for."""
    subject = name_of(case)
    full = dict(case)
    if case.get("of", "queue") == "queue":
        full["given"] = {name: text for name, text in {**FRESH, **case["given"]}.items() if text}
    yield "fires", promtool_test(f"{subject} fires", full)
    for changes in case.get("quiet", []):
        changed = {key: value for key, value in changes.items() if key != "because"}
        yield "quiet", promtool_test(f"{subject} is quiet: {changes['because']}", variant(full, changed), fires=False)
    yield "replicas", promtool_test(f"{subject} with two replicas", variant(full, case.get("two_replicas")),
                                    replicas=REPLICAS)
    restart = dict(case.get("restart") or {})
    minute = int(restart.pop("minute", minutes(case["at"]) - 3))
    yield "restart", promtool_test(f"{subject} across a restart", variant(full, restart), restart=minute)
    stale = variant(full, {"given": STALE})
    if is_gated(case):
        yield "stale", promtool_test(f"{subject} while data are stale", stale, fires=False)
    elif case.get("stale") == "it is":
        yield "stale", promtool_test(f"{subject} while data are stale", full)
    elif "stale" in case:
        changes = {} if case["stale"] == "fires" else {"gives": case["stale"]}
        yield "stale", promtool_test(f"{subject} while data are stale", variant(stale, changes))


def needed_rules(subject):
    """Names of the rules that a rule rests on, with its own: the others would only cost promtool's time."""
    expressions = {}
    for rule in all_rules():
        expressions.setdefault(name_of(rule), []).append(rule["expr"])
    needed, open_ends = set(), {subject}
    while open_ends:
        name = open_ends.pop()
        needed.add(name)
        for expression in expressions[name]:
            open_ends |= set(re.findall(r"\w+(?::\w+)+", expression)) & set(expressions) - needed
    return needed


def write_promtool_files(folder, subject, tests):
    """Rules and tests of one subject; gives the test file's path."""
    needed = needed_rules(subject)
    groups = {}
    for rule in all_rules():
        if name_of(rule) in needed:
            rule = dict(rule)
            groups.setdefault(rule.pop("group"), []).append(rule)
    rules = os.path.join(folder, f"{subject.replace(':', '.')}.rules.yml")
    write_yaml(rules, {"groups": [{"name": name, "rules": content} for name, content in groups.items()]})
    path = rules.replace(".rules.yml", ".test.yml")
    # In Prometheus groups are evaluated side by side; here in this order, so that no case has to wait for another round.
    write_yaml(path, {"rule_files": [rules], "evaluation_interval": "1m", "group_eval_order": list(groups), "tests": tests})
    return path


def write_yaml(path, content):
    """JSON is YAML, too, and quick to write."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)
