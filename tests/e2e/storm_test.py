"""All faults at once on a living cloud, a lying clock, and refusals that repeat what is secret."""
import json
import os
import random
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fault_scenarios
import hostile_cloud
import lab
from fault_scenarios import Scenario
from hostile_lab import FULL, PLACES, HostileCase, View

STORM_SECONDS = 180 if FULL else 12
SHARES = (0.3, 0.6, 0.9)  # of the requests


class LivingCase(HostileCase):
    """Each hit queue has one beside it that sees the same cloud without faults: what that counts is the truth."""

    def start_pairs(self, scenarios):
        self.simulator.tell("pause")  # so that all begin to count from the same
        self.calm = {service: Scenario(f"calm {service}", service, "success") for service in PLACES}
        self.hit = scenarios
        self.exporter = self.start_against([*self.calm.values(), *scenarios])
        self.wait_complete()
        self.simulator.tell("resume")

    def wait_complete(self, timeout=120):
        def complete():
            view = View(self.exporter)
            return view if all(view.complete(each.queue) for each in [*self.calm.values(), *self.hit]) else None
        return lab.wait_until("every queue being complete", complete, timeout, 0.5)

    def assert_counts_are_the_truth_again(self):
        """Calm has come. The cloud is stopped, so that what is counted has an end."""
        self.simulator.tell("pause")
        calm = View(self.exporter)
        try:
            back = self.wait_complete()
        except AssertionError:
            back = View(self.exporter)
        for each in self.hit:
            since = back.since(calm, each.queue)
            with self.subTest("calm after", queue=each.queue):
                self.assertTrue(back.complete(each.queue), since)
                self.assertLessEqual(sum(count for result, count in since.items() if result != "success"), 1, since)

        def differences(view):
            return {each.queue: (found, wanted) for each in self.hit
                    for found, wanted in ((self.counts(view, each.queue), self.counts(view, self.calm[each.service].queue)),)
                    if found != wanted}
        try:
            lab.wait_until("the same counts as without faults", lambda: not differences(View(self.exporter)), 60, 0.5)
        except AssertionError as error:
            told = {queue: [(key, found.get(key), wanted.get(key)) for key in {*found, *wanted} if found.get(key) != wanted.get(key)]
                    for queue, (found, wanted) in differences(View(self.exporter)).items()}
            raise AssertionError(f"{error}; (what, counted, true): {told}") from None
        self.assertEqual(0, self.exporter.value("taskqueue_exporter_bugs_total"))
        grown = sum(sum(view_counters.values()) for view_counters in View(self.exporter).counters.values())
        self.assertGreater(grown, 0, "nothing happened that could be counted wrongly")

    def counts(self, view, queue):
        return {**{row: count for row, count in view.rows[queue].items() if count}, **view.counters.get(queue, {})}


class StormTest(LivingCase):
    def setUp(self):
        self.seed = int(os.environ.get("FAULTS_SEED", random.randrange(10**6)))
        print(f"FAULTS_SEED={self.seed}")
        # An end that is opened again before any request goes through was never to be seen: no count could have it.
        self.cloud_flags = (f"--seed={self.seed}", "--retried-share=0")
        super().setUp()

    def faults_for(self, service):
        """Those that fail a request. Which parameters an API knows it says once and for all, so that is no weather."""
        provider = "ecs" if service == "ecs" else "mps"
        told = ("Parameter", "NoSuch", "of no", "Invalid Request")
        return [each.fault for each in fault_scenarios.ALL
                if each.fault and not each.always and not {"success", "partial"} & set(each.result.split("|"))
                and (each.service == provider or each in fault_scenarios.CONNECTIONS + fault_scenarios.STATUSES)
                and not any(word in each.name for word in told) and not each.name.startswith("list of") and not each.long]

    def test_after_a_storm_every_count_is_right(self):
        self.start_pairs([Scenario(f"storm {share} {service}", service, "timeout") for service in PLACES for share in SHARES])
        for number, each in enumerate(self.hit):
            share = float(each.name.split()[1])
            self.doors[each.queue].fault = hostile_cloud.by_chance(self.faults_for(each.service), share, self.seed + number)
        before = View(self.exporter)
        time.sleep(STORM_SECONDS)
        view = View(self.exporter)
        failed = {each.queue: sum(count for result, count in view.since(before, each.queue).items() if result != "success")
                  for each in self.hit}
        print(f"refreshes that failed: {failed}, at most {self.peak_megabytes(self.exporter):.0f} MiB")
        self.assertGreater(sum(failed.values()), 0)
        for each in self.hit:
            self.switch_off(each)
        self.assert_counts_are_the_truth_again()
        self.assertLess(self.peak_megabytes(self.exporter), 700)
        for number, each in enumerate(self.hit):
            self.doors[each.queue].fault = hostile_cloud.by_chance(self.faults_for(each.service), 1, self.seed + number)
        time.sleep(1)
        self.assertEqual(0, self.exporter.stop(timeout=10), "it ends in a storm as at any time")


class ClockTest(LivingCase):
    def test_a_date_that_jumps_costs_no_count(self):
        """Something between us and the cloud dates answers wrongly for a while."""
        offsets = {"ten days on": 864000, "a year ago": -31536000, "no time": "yesterday", "no": None}
        self.start_pairs([Scenario(f"Date of {name} {service}", service, "success") for name in offsets for service in ("mps", "vod", "ecs")])
        for each in self.hit:
            name = each.name.removeprefix("Date of ").rsplit(" ", 1)[0]
            self.doors[each.queue].fault = hostile_cloud.dates(offsets[name])
        time.sleep(7)
        shown = View(self.exporter)
        for each in self.hit:
            with self.subTest(each.name):
                self.assertEqual(1, shown.up(each.queue))
                self.assertAlmostEqual(shown.total(self.calm[each.service].queue), shown.total(each.queue), delta=8)
        self.assertEqual({0.0}, {s.value for s in lab.select(self.exporter.scrape(), "taskqueue_clock_offset_seconds")})
        for each in self.hit:
            self.switch_off(each)
        time.sleep(3)
        self.assert_counts_are_the_truth_again()


class TypesTest(HostileCase):
    """Types without number: each refresh shows other ones."""

    TASKS, REFRESHES = (40000, 25) if FULL else (10000, 4)

    async def answer(self, exchange):
        tasks = []
        if exchange.request.parameters["Status"] == "WAITING":
            self.listed += 1
            when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.began))
            tasks = [{"TaskId": f"task-{n}", "TaskType": f"type-{self.listed}-{n}", "CreateTime": when} for n in range(self.TASKS)]
        await hostile_cloud.says(fault_scenarios.tencent({"TaskSet": tasks, "ScrollToken": "", "TotalCount": len(tasks)}))(exchange)
        return True

    def test_types_without_number_are_few_labels(self):
        self.listed, self.began = 0, time.time() - 600
        scenario = Scenario("types without number", "mps", "success", fault=self.answer, always=True)
        exporter = self.start_against([scenario])
        lab.wait_until("all the types", lambda: self.listed > self.REFRESHES, 300, 0.5)
        rows = View(exporter).rows[scenario.queue]
        self.assertEqual(self.TASKS, sum(rows.values()))
        types = {row[0] for row in rows}
        self.assertLessEqual(len(types), 101)
        self.assertIn("other", types)
        print(f"{self.listed * self.TASKS} types, at most {self.peak_megabytes(exporter):.0f} MiB, "
              f"{len(exporter.get('/metrics').body) // 1024} KiB a scrape")
        self.assertLess(self.peak_megabytes(exporter), 300)


class EchoTest(HostileCase):
    """The cloud repeats token, signature and the whole request in its refusals; none of it is said by us."""

    SECRETS = {"token": "planted-echoed-token/+7y1==", "token, Alibaba": "planted-echoed-token/+7y2==",
               "workload token": "eyJ.planted-echoed-workload-7y3.sig", "workload token, Alibaba": "eyJ.planted-echoed-workload-7y4.sig",
               "external id": "planted-echoed-external-7y5"}

    def account(self, name, provider, keys, door, sts=None):
        service = 'service = "mps"' if provider == "tencent" else 'service = "ecs"\nregion = "cn-hangzhou"'
        return (f'[accounts.{name}]\nprovider = "{provider}"\n{keys}\n' + (f'sts_endpoint = "http://127.0.0.1:{sts.port}"\n' if sts else "") +
                f'[queues.{name}]\n{service}\naccount = "{name}"\nendpoint = "http://127.0.0.1:{door.port}"\n\n')

    def test_what_a_refusal_repeats_is_hidden(self):
        codes = {"mps": ["AuthFailure.SignatureFailure", "InvalidParameter", "InternalError", "Novel.Trouble"],
                 "ecs": ["SignatureDoesNotMatch", "MissingParameter", "InternalError", "Novel.Trouble"]}
        self.doors, text = {}, '[polling]\ninterval = "1s"\n'
        for service, provider, own in (("mps", "tencent", "secret"), ("ecs", "alibaba", "access_key")):
            token = self.SECRETS["token" if service == "mps" else "token, Alibaba"]
            key = 'secret_id = "AKIDx"\nsecret_key = "long-enough-key-7y6"' if service == "mps" else \
                'access_key_id = "LTAIx"\naccess_key_secret = "long-enough-key-7y7"'
            for number, code in enumerate(codes[service]):
                door = self.cloud.door(service)
                door.fault = hostile_cloud.echoes(code)
                self.doors[f"{service}{number}"] = door
                text += self.account(f"{service}{number}", provider, f'credentials = "static"\n{key}\nsession_token = "{token}"', door)
            sts = self.cloud.door(service)
            sts.fault = hostile_cloud.echoes(codes[service][0])
            text += self.account(f"{own}-oidc", provider, 'credentials = "oidc"', door, sts)
            text += self.account(f"{own}-role", provider, f'credentials = "static"\n{key}\nassume_role = {{ arn = "a:b", external_id = "'
                                 f'{self.SECRETS["external id"]}" }}', door, sts)
        environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "TKE_REGION": "r", "TKE_PROVIDER_ID": "p", "TKE_ROLE_ARN": "a",
                       "TKE_WEB_IDENTITY_TOKEN_FILE": self.write("tencent-token", self.SECRETS["workload token"]),
                       "ALIBABA_CLOUD_ROLE_ARN": "a", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "p",
                       "ALIBABA_CLOUD_OIDC_TOKEN_FILE": self.write("alibaba-token", self.SECRETS["workload token, Alibaba"])}
        exporter = self.start_exporter("--config.file=" + self.write("c.toml", text), "--log.level=debug", env=environment)
        exporter.wait_ready(60)
        lab.wait_until("refusals of every queue", lambda: all(
            sum(results.values()) >= 4 for results in View(exporter).results.values()), 60, 0.5)
        said = {path: exporter.get(path).body for path in ("/metrics", "/", "/api/v1/queues", "/-/ready", "/-/healthy")}
        said["the log"] = exporter.log()
        self.assertIn("(hidden)", said["the log"])
        signatures = {f"signature {n}": each for n, each in enumerate(s for door in self.doors.values() for s in door.signatures)}
        self.assertGreater(len(signatures), 8)
        for place, words in said.items():
            for kind, secret in {**self.SECRETS, "key": "long-enough-key-7y", **signatures}.items():
                for form in (secret, secret[:-1], secret[:12]):
                    self.assertNotIn(form, words, f"{kind} in {place}")


if __name__ == "__main__":
    unittest.main()
