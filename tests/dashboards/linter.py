"""Rules for dashboards: those of Grafana's dashboard-linter, by their names there, and some of this house.

A rule is a function from a dashboard to sentences. dashboards/.lint names the exclusions, each with a reason. Of that linter's
rules target-promql is files_test.py's (it takes promtool); those for Loki have nothing to look at.
"""
import os
import re

import promql
import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "dashboards")
UNITS = {"short", "none", "percentunit", "s", "bytes", "reqps", "cpm", "opm", "ops", "dateTimeFromNow"}
WITH_UNITS = ("stat", "gauge", "table", "timeseries")
AGGREGATING = ("rate", "irate", "increase")
COUNTER = re.compile(r"_(total|bucket|count|sum)$")


def panels(dashboard):
    """All panels but rows, those inside folded rows too."""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def queries(dashboard):
    """(panel, expression) of all targets."""
    for panel in panels(dashboard):
        for target in panel["targets"]:
            yield panel, target["expr"]


def variables(dashboard):
    return {variable["name"]: variable for variable in dashboard["templating"]["list"]}


def check_required(dashboard, name):
    variable = variables(dashboard).get(name)
    if not variable:
        yield f"there is no variable {name}"
        return
    wanted = {"type": "query", "label": name.capitalize(), "multi": True, "includeAll": True, "allValue": ".+"}
    yield from (f"variable {name}: {key} is {variable.get(key)}, not {value}" for key, value in wanted.items()
                if variable.get(key) != value)
    if variable["datasource"]["uid"] != "${datasource}":
        yield f"variable {name} does not use $datasource"


def template_datasource(dashboard):
    sources = [v for v in dashboard["templating"]["list"] if v["type"] == "datasource"]
    if [(v["name"], v["label"], v["query"]) for v in sources] != [("datasource", "Data Source", "prometheus")]:
        yield "there is one variable of type datasource: datasource, labelled Data Source, for prometheus"


def template_job(dashboard):
    yield from check_required(dashboard, "job")


def template_instance(dashboard):
    yield from check_required(dashboard, "instance")


def template_label_promql(dashboard):
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query" and not re.fullmatch(r"label_values\(\w+(\{.*\})?, \w+\)", variable["query"]["query"]):
            yield f"variable {variable['name']}: {variable['query']['query']} is no label_values(metric, label)"


def template_on_time_change_reload(dashboard):
    yield from (f"variable {v['name']} is not asked again when the time changes" for v in dashboard["templating"]["list"]
                if v["type"] == "query" and v["refresh"] != 2)


def template_unused(dashboard):
    asked = " ".join([expr for _, expr in queries(dashboard)] + [v["query"]["query"] for v in dashboard["templating"]["list"]
                                                                 if v["type"] == "query"])
    yield from (f"variable {name} is used in no query" for name, variable in variables(dashboard).items()
                if variable["type"] == "query" and not re.search(rf"\$\{{?{name}\b", asked))


def panel_datasource(dashboard):
    for panel in panels(dashboard):
        if {source["datasource"]["uid"] for source in (panel, *panel["targets"])} != {"${datasource}"}:
            yield f"{panel['title']}: another data source than $datasource"


def panel_title_description(dashboard):
    yield from (f"panel {panel['id']} has no title or no description" for panel in panels(dashboard)
                if not panel.get("title") or not panel.get("description"))


def panel_units(dashboard):
    for panel in panels(dashboard):
        if panel["type"] in WITH_UNITS and panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
            yield f"{panel['title']}: no valid unit"
        for override in panel["fieldConfig"]["overrides"]:
            for one in override["properties"]:
                if one["id"] == "unit" and one["value"] not in UNITS:
                    yield f"{panel['title']}: {one['value']} is no valid unit"


def panel_no_targets(dashboard):
    yield from (f"{panel['title']} asks nothing" for panel in panels(dashboard) if not panel.get("targets"))


def target_rate_interval(dashboard):
    for panel, expr in queries(dashboard):
        for selector in promql.selectors(expr):
            if selector.span and selector.call in ("rate", "irate") and selector.span != "$__rate_interval":
                yield f"{panel['title']}: {selector.call}({selector.metric}[{selector.span}])"


def required_matcher(dashboard, label):
    for panel, expr in queries(dashboard):
        for selector in promql.selectors(expr):
            if selector.matchers.get(label) != ("=~", f"${label}"):
                yield f"{panel['title']}: {selector.metric} without {label}=~\"${label}\""


def target_job(dashboard):
    yield from required_matcher(dashboard, "job")


def target_instance(dashboard):
    yield from required_matcher(dashboard, "instance")


def target_counter_agg(dashboard):
    for panel, expr in queries(dashboard):
        for selector in promql.selectors(expr):
            if COUNTER.search(selector.metric) and selector.call not in AGGREGATING:
                yield f"{panel['title']}: the counter {selector.metric} is not under rate, irate or increase"


def uneditable_dashboard(dashboard):
    if dashboard.get("editable") is not False:
        yield "editable is not false"


# Of this house.
def no_rate_of_gauges(dashboard):
    for panel, expr in queries(dashboard):
        for selector in promql.selectors(expr):
            if selector.call in AGGREGATING and not COUNTER.search(selector.metric):
                yield f"{panel['title']}: {selector.call} of the gauge {selector.metric}"


def descriptions_are_sentences(dashboard):
    for panel in panels(dashboard):
        if not re.fullmatch(r"(?s)[A-Z0-9].{20,}\.", panel["description"]):
            yield f"{panel['title']}: the description is no sentence"


def panels_do_not_overlap(dashboard):
    taken = {}
    for panel in [*dashboard["panels"], *(p for row in dashboard["panels"] if row["type"] == "row" for p in row["panels"])]:
        place = panel["gridPos"]
        inside_folded = panel not in dashboard["panels"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if x >= 24:
                    yield f"{panel['title']}: beyond the right edge"
                elif not inside_folded and taken.setdefault((x, y), panel["title"]) != panel["title"]:
                    yield f"{panel['title']} lies over {taken[x, y]}"


def rows_are_full(dashboard):
    lines = {}
    for panel in panels(dashboard):
        lines.setdefault(panel["gridPos"]["y"], []).append(panel["gridPos"]["w"])
    yield from (f"the line at {y} is {sum(widths)} of 24 columns wide" for y, widths in lines.items() if sum(widths) != 24)


def replicas_count_once(dashboard):
    """Series of queues, which all replicas serve alike, are not added up over replicas."""
    per_process = re.compile(r"taskqueue_((refreshes|api|exporter|ledger)_\w+|leader)")
    for panel, expr in queries(dashboard):
        for summed in re.finditer(r"\bsum(?: by \([^)]*\))? \((?!max without \(instance, pod\))", expr):
            for selector in promql.selectors(expr[summed.end():]):
                if selector.metric.startswith("taskqueue_") and not per_process.fullmatch(selector.metric):
                    yield f"{panel['title']}: {selector.metric} is added up over replicas"
                break


RULES = {f"{rule.__name__.replace('_', '-')}-rule": rule for rule in (
    template_datasource, template_job, template_instance, template_label_promql, template_on_time_change_reload, template_unused,
    panel_datasource, panel_title_description, panel_units, panel_no_targets, target_rate_interval, target_job, target_instance,
    target_counter_agg, uneditable_dashboard, no_rate_of_gauges, descriptions_are_sentences, panels_do_not_overlap, rows_are_full,
    replicas_count_once)}


def exclusions():
    """{rule: {dashboard: reason}}, from the file that dashboard-linter reads."""
    with open(os.path.join(FOLDER, ".lint"), encoding="utf-8") as file:
        found = yaml.safe_load(file)["exclusions"]
    return {rule: {entry["dashboard"]: content["reason"] for entry in content["entries"]} for rule, content in found.items()}


def lint(dashboard, rules=None):
    """All complaints, exclusions left out."""
    excluded = exclusions()
    return [f"{dashboard['title']}: {name}: {sentence}" for name, rule in (rules or RULES).items()
            if dashboard["title"] not in excluded.get(name, {}) for sentence in rule(dashboard)]
