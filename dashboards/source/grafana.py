"""Grafana's dashboards as values: panels, variables, links, annotations, and how they become JSON.

Only what these dashboards need of Grafana's schema (version 39, Grafana 10.4 and later). Panels flow from left to right in
rows of 24 columns, in the order in which they are given.
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24

GREEN, YELLOW, ORANGE, RED, BLUE = "green", "yellow", "orange", "red", "blue"


@dataclass(frozen=True)
class Query:
    """One PromQL expression and how its series are called in the legend."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table: what is asked, its title and unit, and from which values on it has which colour."""

    title: str
    query: Query
    unit: str = "short"
    steps: tuple[tuple[float, str], ...] = ()
    decimals: int | None = None


@dataclass(frozen=True)
class Panel:
    """What all panels share. `empty` is shown instead of data where having none is no fault."""

    title: str
    description: str
    queries: tuple[Query, ...]
    unit: str = "short"
    width: int = 8
    height: int = 8
    empty: str = ""
    steps: tuple[tuple[float, str], ...] = ()
    decimals: int | None = None

    def render(self, number: int, place: dict[str, int]) -> dict:
        return {
            "id": number,
            "type": self.kind(),
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": place,
            "targets": self.targets(),
            "fieldConfig": {"defaults": self.defaults(), "overrides": self.overrides()},
            "options": self.options(),
        }

    def kind(self) -> str:
        raise NotImplementedError

    def options(self) -> dict:
        raise NotImplementedError

    def targets(self) -> list[dict]:
        return [target(chr(ord("A") + i), query) for i, query in enumerate(self.queries)]

    def defaults(self) -> dict:
        made: dict = {"unit": self.unit, "color": self.colour(), "thresholds": thresholds(self.steps), "mappings": []}
        if self.empty:
            made["noValue"] = self.empty
        if self.decimals is not None:
            made["decimals"] = self.decimals
        return made

    def colour(self) -> dict:
        return {"mode": "thresholds"}

    def overrides(self) -> list[dict]:
        return []


@dataclass(frozen=True)
class Stat(Panel):
    """One number, coloured by its thresholds, over the line of how it came about."""

    width: int = 3
    height: int = 4
    instant: bool = False
    words: tuple[tuple[float, str, str], ...] = ()  # value, word, colour
    text: str = ""  # a label that is shown instead of the value

    def kind(self) -> str:
        return "stat"

    def targets(self) -> list[dict]:
        if not self.instant:
            return super().targets()
        return [target(chr(ord("A") + i), query, "instant") for i, query in enumerate(self.queries)]

    def defaults(self) -> dict:
        made = super().defaults()
        if self.words:
            made["mappings"] = [{"type": "value", "options": {
                f"{value:g}": {"text": word, "color": colour, "index": i}
                for i, (value, word, colour) in enumerate(self.words)}}]
        return made

    def options(self) -> dict:
        return {
            "reduceOptions": {"values": False, "calcs": ["lastNotNull"], "fields": ""},
            "orientation": "auto",
            "textMode": "name" if self.text else "auto",
            "colorMode": "value",
            "graphMode": "none" if self.instant else "area",
            "justifyMode": "auto",
            "wideLayout": True,
            "showPercentChange": False,
            "percentChangeColorMode": "standard",
        }


@dataclass(frozen=True)
class Lines(Panel):
    """Series over time. `stack` piles them up; `colours` gives series by their names a fixed colour."""

    stack: bool = False
    bars: bool = False
    step_after: bool = False
    colours: tuple[tuple[str, str], ...] = ()
    dashed: tuple[str, ...] = ()
    most: float | None = None
    legend: str = "table"  # beside the lines, with last and highest values; or "list", below them, with names only

    def kind(self) -> str:
        return "timeseries"

    def colour(self) -> dict:
        return {"mode": "palette-classic"}

    def defaults(self) -> dict:
        made = super().defaults()
        made["min"] = 0
        if self.most is not None:
            made["max"] = self.most
        made["custom"] = {
            "drawStyle": "bars" if self.bars else "line",
            "lineInterpolation": "stepAfter" if self.step_after else "linear",
            "lineWidth": 1,
            "fillOpacity": 30 if self.stack or self.bars else 8,
            "gradientMode": "none",
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"group": "A", "mode": "normal" if self.stack else "none"},
            "thresholdsStyle": {"mode": "dashed" if self.steps else "off"},
            "axisPlacement": "auto",
            "axisSoftMin": 0,
        }
        return made

    def overrides(self) -> list[dict]:
        found = [override(name, color={"mode": "fixed", "fixedColor": colour}) for name, colour in self.colours]
        return found + [override(name, **{"custom.lineStyle": {"fill": "dash", "dash": [8, 6]}, "custom.fillOpacity": 0})
                        for name in self.dashed]

    def options(self) -> dict:
        table = self.legend == "table" and self.width >= COLUMNS // 2  # or it would take the room of the lines
        return {
            "legend": {
                "displayMode": "table" if table else "list", "placement": "right" if table else "bottom", "showLegend": True,
                "calcs": ["lastNotNull", "max"] if table else [],
                **({"sortBy": "Last *", "sortDesc": True} if table else {}),
            },
            "tooltip": {"mode": "multi", "sort": "desc"},
        }


@dataclass(frozen=True)
class Heatmap(Panel):
    """A histogram's buckets over time."""

    def kind(self) -> str:
        return "heatmap"

    def targets(self) -> list[dict]:
        return [{**target("A", query), "format": "heatmap"} for query in self.queries]

    def defaults(self) -> dict:
        made = {"custom": {"hideFrom": {"legend": False, "tooltip": False, "viz": False},
                           "scaleDistribution": {"type": "linear"}}}
        return {**made, **({"noValue": self.empty} if self.empty else {})}

    def options(self) -> dict:
        return {
            "calculate": False,
            "cellGap": 1,
            "color": {"mode": "scheme", "scheme": "Oranges", "fill": "dark-orange", "exponent": 0.5, "scale": "exponential",
                      "steps": 64, "reverse": False},
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
            "filterValues": {"le": 1e-9},
            "legend": {"show": True},
            "rowsFrame": {"layout": "auto"},
            "showValue": "never",
            "tooltip": {"mode": "single", "yHistogram": False, "showColorScale": True},
            "yAxis": {"axisPlacement": "left", "reverse": False, "unit": self.unit},
        }


@dataclass(frozen=True)
class Table(Panel):
    """A row per set of labels, a column per query. `keys` are the labels shown, in order, with their titles."""

    columns: tuple[Column, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    link: tuple[str, str] = ("", "")  # title, address; behind the first key
    sort: str = ""
    width: int = 24
    height: int = 9

    def kind(self) -> str:
        return "table"

    def targets(self) -> list[dict]:
        return [target(chr(ord("A") + i), column.query, "table") for i, column in enumerate(self.columns)]

    def defaults(self) -> dict:
        return {**super().defaults(),
                "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "inspect": False}}

    def overrides(self) -> list[dict]:
        found = []
        if self.link[0]:
            found.append(override(self.keys[0][1], links=[{"title": self.link[0], "url": self.link[1], "targetBlank": False}]))
        for column in self.columns:
            found.append(override(column.title, unit=column.unit, **self.looks(column)))
        return found

    @staticmethod
    def looks(column: Column) -> dict:
        made: dict = {"decimals": column.decimals} if column.decimals is not None else {}
        if column.steps:
            made |= {"thresholds": thresholds(column.steps), "custom.cellOptions": {"type": "color-text"}}
        return made

    def options(self) -> dict:
        return {
            "cellHeight": "sm",
            "showHeader": True,
            "sortBy": [{"displayName": self.sort, "desc": True}] if self.sort else [],
            "footer": {"show": False, "countRows": False, "reducer": ["sum"], "fields": ""},
        }

    def render(self, number: int, place: dict[str, int]) -> dict:
        names = dict(self.keys)
        for i, column in enumerate(self.columns):
            names[f"Value #{chr(ord('A') + i)}"] = column.title
        order = {name: i for i, name in enumerate(names)}
        return {**super().render(number, place), "transformations": [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": {"Time": True}, "indexByName": order, "renameByName": names,
                                           "includeByName": {}}},
        ]}


@dataclass(frozen=True)
class Row:
    """A heading, and what is below it. A folded row asks nothing until it is opened."""

    title: str
    panels: tuple[Panel, ...]
    folded: bool = False


@dataclass(frozen=True)
class Variable:
    """A choice of label values. `every` is what "All" means; `.*` also takes series without the label."""

    name: str
    label: str
    query: str
    every: str = ".*"
    multi: bool = True

    def render(self) -> dict:
        all_of_them = {"selected": True, "text": "All", "value": "$__all"}
        return {
            "name": self.name,
            "label": self.label,
            "type": "query",
            "datasource": DATASOURCE,
            "query": {"query": self.query, "refId": f"variable-{self.name}", "qryType": 1},
            "refresh": 2,
            "regex": "",
            "sort": 1,
            "hide": 0,
            "skipUrlSync": False,
            "multi": self.multi,
            "options": [],
            **({"includeAll": True, "allValue": self.every, "current": all_of_them} if self.multi else
               {"includeAll": False}),
        }


@dataclass(frozen=True)
class Mark:
    """An annotation. `at_value` takes the series' value, in milliseconds, for the time of the mark."""

    name: str
    expr: str
    title: str
    text: str
    colour: str
    at_value: bool = False

    def render(self) -> dict:
        return {
            "name": self.name, "datasource": DATASOURCE, "enable": True, "hide": False, "iconColor": self.colour,
            "expr": self.expr, "titleFormat": self.title, "textFormat": self.text, "step": "30s",
            "useValueForTime": self.at_value,
        }


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...] = ()
    tags: tuple[str, ...] = field(default=("taskqueue",))

    def render(self) -> dict:
        """Grafana escapes the value of a variable for a pattern only where there may be several: one is compared."""
        made = self.rendered()
        for variable in self.variables:
            if not variable.multi:
                made = everywhere(made, f'{variable.name}=~"${variable.name}"', f'{variable.name}="${variable.name}"')
        return made

    def rendered(self) -> dict:
        return {
            "annotations": {"list": [mark.render() for mark in self.marks]},
            "description": self.description,
            "editable": False,
            "fiscalYearStartMonth": 0,
            "graphTooltip": 1,
            "links": [{
                "type": "dashboards", "title": "Task queues", "tags": list(self.tags), "icon": "external link", "tooltip": "",
                "url": "", "asDropdown": False, "includeVars": True, "keepTime": True, "targetBlank": False,
            }],
            "panels": self.placed(),
            "refresh": "30s",
            "schemaVersion": 39,
            "tags": list(self.tags),
            "templating": {"list": [datasource_variable(), *(variable.render() for variable in self.variables)]},
            "time": {"from": "now-6h", "to": "now"},
            "timepicker": {},
            "timezone": "browser",
            "title": self.title,
            "uid": self.uid,
            "weekStart": "",
        }

    def placed(self) -> list[dict]:
        """Rows and panels one after the other, each in its place; what is in a folded row is inside the row's panel."""
        made: list[dict] = []
        number, y = 0, 0
        for row in self.rows:
            number += 1
            heading = {"id": number, "type": "row", "title": row.title, "collapsed": row.folded,
                       "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": y}, "panels": []}
            y += 1
            below = []
            for panel, place in flow(row.panels, y):
                number += 1
                below.append(panel.render(number, place))
            made.append(heading)
            if row.folded:
                heading["panels"] = below
            else:
                made += below
                y = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in below)
        return made


def everywhere(made, old: str, new: str):
    """The same with other words in all its texts."""
    if isinstance(made, dict):
        return {key: everywhere(value, old, new) for key, value in made.items()}
    if isinstance(made, list):
        return [everywhere(value, old, new) for value in made]
    return made.replace(old, new) if isinstance(made, str) else made


def flow(panels: tuple[Panel, ...], y: int):
    """Places from left to right; a panel that does not fit begins a new line below the highest one of the line."""
    x, line = 0, 0
    for panel in panels:
        if x + panel.width > COLUMNS:
            x, y, line = 0, y + line, 0
        yield panel, {"h": panel.height, "w": panel.width, "x": x, "y": y}
        x, line = x + panel.width, max(line, panel.height)


def target(ref: str, query: Query, form: str = "range") -> dict:
    """One query of a panel: over time, for now, or for now as rows of a table."""
    instant = form != "range"
    return {
        "refId": ref, "datasource": DATASOURCE, "editorMode": "code", "expr": query.expr,
        "legendFormat": query.legend or "__auto", "format": "table" if form == "table" else "time_series",
        "instant": instant, "range": not instant, "exemplar": False,
    }


def thresholds(steps: tuple[tuple[float, str], ...]) -> dict:
    """Green below the first step."""
    return {"mode": "absolute", "steps": [{"color": GREEN, "value": None}, *({"color": c, "value": v} for v, c in steps)]}


def override(name: str, **properties) -> dict:
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": key, "value": value} for key, value in properties.items()]}


def datasource_variable() -> dict:
    return {
        "name": "datasource", "label": "Data Source", "type": "datasource", "query": "prometheus", "regex": "", "refresh": 1,
        "hide": 0, "skipUrlSync": False, "multi": False, "includeAll": False, "options": [],
    }


def wide(panel: Panel, width: int, height: int | None = None) -> Panel:
    """The panel in another size."""
    return replace(panel, width=width, height=height or panel.height)
