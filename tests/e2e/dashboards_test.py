"""Every query of every dashboard against a real Prometheus: of the demo, and of set-ups of other shapes."""
import glob
import json
import os
import re
import shutil
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "dashboards"))
import catalogue
import lab
import linter
import promql

NO_START = "the API does not tell when a task began"
NO_OUTCOME = "VOD does not tell how tasks ended"
BATCH = "only Batch has jobs and instances"
WELL = "all is well in the demo"
# What gives no data: {(dashboard, panel, query): why}; of the dashboard on one queue, {(service, panel, query): why}.
EMPTY = {
    ("Task queues / API and cost", "Actions", "F"): WELL,
    ("Task queues / API and cost", "Answers other than OK", "A"): WELL,
    ("Task queues / API and cost", "Credentials end in", "A"): "the demo's credentials do not end",
    ("Task queues / Exporter", "Failed refreshes, by reason", "A"): WELL,
    ("Task queues / Exporter", "Size of the ledger", "A"): "the demo keeps its ledger in memory",
    ("Task queues / Exporter", "Corrections and take-overs", "A"): WELL,
    ("Task queues / Exporter", "Corrections and take-overs", "B"): "one replica takes over from nobody",
    ("Task queues / Overview", "Annotation Alerts", "A"): WELL,
    ("Task queues / API and cost", "Annotation Alerts", "A"): WELL,
    ("Task queues / Exporter", "Annotation Alerts", "A"): WELL,
}
EMPTY_OF_SERVICE = {
    **{(service, panel, query): NO_START for service in ("batch", "ecs") for panel, queries in (
        ("Longest run", "A"), ("Arrived, begun, ended", "B"), ("Wait", "A"), ("Run", "A"),
        ("Quantiles, last hour", "CDEF")) for query in queries},
    **{("vod", panel, "A"): NO_OUTCOME for panel in ("Failed, last hour", "Failed, by type")},
    **{(service, panel, query): BATCH for service in ("mps", "vod", "ecs") for panel, queries in (
        ("Instances not ended, by state", "A"), ("Instances ended", "A"), ("Jobs, by state", "A"), ("Tasks of jobs", "ABCD"),
        ("Jobs ended", "A")) for query in queries},
    ("ecs", "Window", "A"): "the API does not say how far back it shows tasks",
    **{(service, "Annotation Alerts", "A"): WELL for service in ("mps", "vod", "batch", "ecs")},
    **{(service, "Counts corrected", "A"): WELL for service in ("mps", "vod", "batch", "ecs")},
}
# What comes and goes in the demo: nothing waits at the moment, nothing has ended yet.
SOMETIMES = {"Oldest wait", "Longest run", "Oldest unfinished", "Oldest, by type", "Failed, by type", "Failed, last hour",
             "Drained in", "Queues", "Quantiles, last hour", "Wait, 95th percentile", "Creation to end, 95th percentile",
             "Skipped refreshes, by queue", "Counts corrected", "Corrections and take-overs"}
QUEUES = {"mps": "transcode", "vod": "vod-main", "batch": "render", "ecs": "images"}


def dashboards():
    for path in sorted(glob.glob(os.path.join(linter.FOLDER, "*.json"))):
        with open(path, encoding="utf-8") as file:
            yield json.load(file)


def everything(dashboard, **chosen):
    """What the variables stand for with "All" in each, unless chosen."""
    found = {name: variable.get("allValue", ".+") for name, variable in linter.variables(dashboard).items()}
    return {**found, **chosen}


def targets(dashboard):
    """(panel's title, query's letter, expression, whether for now only) of panels and annotations."""
    for panel in linter.panels(dashboard):
        for target in panel["targets"]:
            yield panel["title"], target["refId"], target["expr"], target["instant"]
    for mark in dashboard["annotations"]["list"]:
        yield f"Annotation {mark['name']}", "A", mark["expr"], False


class World:
    """A Prometheus that scrapes the demo, and exporters of other shapes, each as a job."""

    def __init__(self, folder):
        self.folder = folder
        self.programs = []
        self.demo = self.keep(lab.Exporter("demo", ["--demo", "--web.listen-address=127.0.0.1:0"], folder))
        jobs = {"taskqueue": self.demo.addresses()}
        simulator = self.simulator("simulator")
        self.cloud = lab.Cloud(simulator.url)
        whole = simulator.configuration()
        many = self.simulator("many", "--cloud=load", "--queues=38", "--tasks-in-window=300", "--rate=0.2",
                              "--jobs=0").configuration()
        for name, configuration in {"one": only(whole, "transcode"), "batch": only(whole, "render"),
                                    "ecs": only(whole, "images"), "forty": many}.items():
            jobs[name] = self.exporter(name, configuration).addresses()
        # The same exporter twice: two replicas that agree.
        jobs["twice"] = [*jobs["one"], jobs["one"][0].replace("127.0.0.1", "localhost")]
        self.prometheus = self.keep(lab.start_prometheus(folder, scrapes=[lab.scrape(*job) for job in jobs.items()]))

    def keep(self, program):
        self.programs.append(program)
        return program

    def simulator(self, name, *flags):
        return self.keep(lab.Simulator(name, [lab.SIMULATOR, "--listen-address=127.0.0.1:0", *flags], self.folder))

    def exporter(self, name, configuration):
        path = os.path.join(self.folder, f"{name}.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(configuration)
        return self.keep(lab.Exporter(name, [f"--config.file={path}", "--web.listen-address=127.0.0.1:0"], self.folder))

    def end(self):
        for program in self.programs:
            program.end()

    def data(self, expr, instant):
        if instant:
            return self.prometheus.ask("query", query=expr)["result"]
        now = time.time()
        return self.prometheus.ask("query_range", query=expr, start=now - 30, end=now, step=10)["result"]

    def silent(self, dashboard, among=None, **chosen):
        """(panel, letter) of the targets that give nothing; `among`: only these are asked."""
        values = everything(dashboard, **chosen)
        return {(title, ref) for title, ref, expr, instant in targets(dashboard)
                if (among is None or (title, ref) in among) and not self.data(promql.substitute(expr, values), instant)}

    def wait_for(self, what, dashboard, complaint, **chosen):
        """Waits until the complaint about what is silent is empty; gives what is silent then. Once seen is seen: what has
        given data is not asked again."""
        found = {"silent": None}

        def look():
            found["silent"] = self.silent(dashboard, found["silent"], **chosen)
            return not complaint(found["silent"])

        try:
            lab.wait_until(what, look, 120, pause=1)
        except AssertionError as error:
            raise AssertionError(f"{error}: {complaint(found['silent'])}") from None
        return found["silent"]

    def values(self, expr):
        """{labels without the job: value} of now."""
        return {tuple(sorted((name, value) for name, value in labels.items() if name != "job")): value
                for labels, value in self.prometheus.query(expr)}


def only(configuration, queue):
    """The configuration with one queue and the accounts."""
    tables = re.split(r"(?m)^(?=\[)", configuration)
    return "".join(table for table in tables if not table.startswith("[queues.") or table.startswith(f"[queues.{queue}]"))


class DashboardsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="taskqueue-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.world = World(cls.folder)
        cls.addClassCleanup(cls.world.end)

    def test_every_query_of_the_demo_gives_data(self):
        for dashboard in dashboards():
            if dashboard["uid"] == "taskqueue-queue":
                for service, queue in QUEUES.items():
                    expected = {(panel, ref) for (one, panel, ref) in EMPTY_OF_SERVICE if one == service}
                    self.watch(f"{dashboard['title']}, {service}", dashboard, expected, job="taskqueue", queue=queue)
            else:
                expected = {(panel, ref) for (title, panel, ref) in EMPTY if title == dashboard["title"]}
                self.watch(dashboard["title"], dashboard, expected, job="taskqueue")

    def watch(self, what, dashboard, expected, **chosen):
        """Waits until nothing is silent that should not be; what should be silent must be, or the list is wrong."""
        with self.subTest(dashboard=what):
            silent = self.world.wait_for(f"data of {what}", dashboard, lambda found: certain(found - expected), **chosen)
            self.assertEqual(set(), certain(expected - silent), "has data although the list says why it has none")

    def test_sometimes_is_not_never(self):
        """Over all queues of the demo each query has data somewhere, but for those that all is well with."""
        detail = next(d for d in dashboards() if d["uid"] == "taskqueue-queue")
        allowed = {("Counts corrected", "A"), ("Annotation Alerts", "A")}

        found = {"silent": {(title, ref) for title, ref, _, _ in targets(detail)}}

        def look():
            for queue in QUEUES.values():
                found["silent"] = self.world.silent(detail, found["silent"], job="taskqueue", queue=queue)
            return found["silent"] <= allowed

        lab.wait_until("data of every query for some queue", look, 120, pause=1)

    def test_every_variable_has_values(self):
        for dashboard in dashboards():
            values = everything(dashboard, job="taskqueue", queue="transcode")
            for name, variable in linter.variables(dashboard).items():
                if variable["type"] != "query":
                    continue
                with self.subTest(dashboard=dashboard["title"], variable=name):
                    asked = promql.substitute(variable["query"]["query"], values)
                    metric, label = re.fullmatch(r"label_values\((.*), (\w+)\)", asked).groups()
                    lab.wait_until(f"values of {name}", lambda m=metric, l=label: self.values(m, l), 60, pause=1)

    def values(self, metric, label):
        return self.world.prometheus.ask(f"label/{label}/values", **{"match[]": metric})

    def test_the_demo_exports_what_the_page_on_metrics_says(self):
        def differences():
            text = self.world.demo.get("/metrics").body
            types = dict(re.findall(r"(?m)^# TYPE (\w+) (\w+)$", text))
            words = dict(re.findall(r"(?m)^# HELP (\w+) (.*)$", text))
            labels = {}
            for sample in lab.parse_exposition(text):
                name = sample.name if sample.name in types else promql.family(sample.name)
                labels.setdefault(name, set()).update(set(sample.labels) - {"le"})
            page = catalogue.metrics()
            found = [f"{name} is not on the page" for name in labels if name not in page]
            for metric in page.values():
                if metric.name not in labels:
                    found += [] if metric.notes.startswith("only ") else [f"{metric.name} is not exported"]
                    continue
                # Some types of task are told by services without regions only.
                if types[metric.name] != metric.type or metric.labels - labels[metric.name] - {"cloud_region"} \
                        or labels[metric.name] - metric.labels or not words[metric.name].startswith(metric.help):
                    found.append(f"{metric} but {types[metric.name]} {labels[metric.name]} {words[metric.name]}")
            return found

        try:
            lab.wait_until("the metrics of the page", lambda: not differences(), 120, pause=1)
        except AssertionError:
            self.assertEqual([], differences())

    def test_other_shapes_show_no_errors_and_no_empty_walls(self):
        for job, queue in (("one", "transcode"), ("forty", "vod-1500000007"), ("batch", "render"), ("ecs", "images")):
            for dashboard in dashboards():
                with self.subTest(job=job, dashboard=dashboard["title"]):
                    chosen = {"job": job, **({"queue": queue} if dashboard["uid"] == "taskqueue-queue" else {})}
                    self.world.wait_for("panels without empty walls", dashboard,
                                        lambda silent, d=dashboard: walls(d, silent), **chosen)

    def test_forty_queues_are_forty_rows(self):
        overview = next(d for d in dashboards() if d["uid"] == "taskqueue-overview")
        table = next(panel for panel in linter.panels(overview) if panel["type"] == "table")
        expr = promql.substitute(table["targets"][0]["expr"], everything(overview, job="forty"))
        lab.wait_until("forty rows", lambda: len(self.world.data(expr, True)) == 40, 120, pause=1)

    def test_two_replicas_count_once(self):
        ended = "min by (job, instance) (sum without (type) (increase(taskqueue_task_run_seconds_count{job=~'one|twice'}[1h]))) > 5"
        lab.wait_until("some tasks that ended", lambda: len(self.world.prometheus.query(ended)) == 3, 120, pause=1)
        self.world.cloud.tell("pause")
        self.addCleanup(self.world.cloud.tell, "resume")
        newer = f"taskqueue_last_success_timestamp_seconds{{job=~'one|twice'}} > {time.time():f}"
        lab.wait_until("a reading after the pause", lambda: len(self.world.prometheus.query(newer)) == 3, 60, pause=1)
        compared = 0
        for dashboard in dashboards():
            if dashboard["uid"] not in ("taskqueue-overview", "taskqueue-queue"):
                continue
            for title, ref, expr, _ in targets(dashboard):
                if title in ("API budget used", "Refreshes") or title.startswith("Annotation"):
                    continue  # each replica's own
                alone, both = (self.world.values(promql.substitute(expr, everything(dashboard, job=job, queue="transcode")))
                               for job in ("one", "twice"))
                with self.subTest(dashboard=dashboard["title"], panel=title, query=ref):
                    self.assertEqual(set(alone), set(both))
                    for labels, value in alone.items():
                        # Rates and times differ by when each target is scraped; twice as much would be another matter.
                        self.assertAlmostEqual(value, both[labels], delta=0.4 * abs(value) + 1e-9, msg=str(labels))
                    compared += len(alone)
        self.assertGreater(compared, 80)


def certain(found):
    """Without what comes and goes."""
    return {one for one in found if one[0] not in SOMETIMES}


def walls(dashboard, silent):
    """Rows of which more than half shows nothing, and panels that show nothing and do not say why."""
    found, row, shown = [], None, {}
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            row = panel["title"] if not panel["collapsed"] else None
            continue
        empty = all((panel["title"], target["refId"]) in silent for target in panel["targets"])
        shown.setdefault(row, []).append(not empty)
        if empty and not panel["fieldConfig"]["defaults"].get("noValue"):
            found.append(f"{panel['title']} shows nothing and does not say why")
    return found + [f"row {row} is a wall" for row, panels in shown.items() if row and sum(panels) * 2 < len(panels)]


if __name__ == "__main__":
    unittest.main()
