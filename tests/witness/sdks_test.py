"""The vendors' own SDKs use the simulator unchanged: what they list is what it holds, and its refusals are the vendors'."""
import collections
import json
import os
import shutil
import sys
import tempfile
import unittest
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import lab
import sdks

# The demo's accounts, as cloud_simulator prints them.
MEDIA = {"id": "AKIDdemomedia0000000000000000000001", "key": "demo-media-key-of-no-worth"}
MEDIA_EU = {"id": "AKIDdemomediaeu00000000000000000001", "key": "demo-media-eu-key-of-no-worth"}
ALI = {"id": "LTAIdemo000000000001", "key": "demo-ali-key-of-no-worth"}

MPS = {"way": "tc3", "service": "mps", "action": "DescribeTasks", "parameters": {"Status": "FINISH", "Limit": 100}, **MEDIA}
VOD = {"way": "tc3", "service": "vod", "action": "DescribeTasks", "parameters": {"SubAppId": 1500000001, "Limit": 100}, **MEDIA}
BATCH = {"way": "tc3", "service": "batch", "action": "DescribeJobs", "region": "ap-guangzhou", "parameters": {"Limit": 100}, **MEDIA}
RPC = {"way": "rpc", "action": "DescribeTasks", "parameters": {"RegionId": "cn-hangzhou", "PageSize": 100}, **ALI}
ACS3 = {"way": "acs3", "parameters": {"regionId": "cn-hangzhou", "pageSize": 100}, **ALI}
TENCENT = (MPS, VOD, BATCH)
ALIBABA = (RPC, ACS3)

LIMITED = ("mps.DescribeTasks", "vod.DescribeTasks", "batch.DescribeJobs", "batch.DescribeJob", "batch.DescribeTask")
FAR_OFF = {"tc3": 400, "rpc": 1000, "acs3": 1000}  # seconds, more than the vendors tolerate: 300 and 900


class Refused(Exception):
    """The error that the SDK raised; `code` is the vendor's."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


class Sdk:
    """The SDKs in one node, which finds the simulator under the names of road.js."""

    def __init__(self, port):
        road = os.path.join(sdks.HERE, "road.js")
        self.node = sdks.node("sdk.js", "--require", road, SIMULATOR_PORT=str(port))

    def call(self, call, **changes):
        self.node.stdin.write(json.dumps({**call, **changes}) + "\n")
        self.node.stdin.flush()
        line = self.node.stdout.readline()
        if not line:
            raise AssertionError(f"node ended: {self.node.communicate()[1][-3000:]}")
        outcome = json.loads(line)
        if "answer" not in outcome:
            raise Refused(outcome["code"], outcome["message"])
        return outcome["answer"]

    def end(self):
        self.node.communicate()


class SdkCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        sdks.install()
        folder = tempfile.mkdtemp(prefix="taskqueue-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        simulator = lab.Simulator("simulator", [lab.SIMULATOR, "--listen-address=127.0.0.1:0"], folder)
        cls.addClassCleanup(simulator.end)
        cls.cloud = lab.Cloud(simulator.url)
        cls.cloud.tell("limits", json.dumps(dict.fromkeys(LIMITED, 0)))
        cls.cloud.tell("pause")
        cls.sdk = Sdk(urlsplit(simulator.url).port)
        cls.addClassCleanup(cls.sdk.end)

    def assert_refused(self, code, call, **changes):
        with self.assertRaises(Refused) as refusal:
            self.sdk.call(call, **changes)
        self.assertEqual(code, refusal.exception.code, refusal.exception)

    def truth(self, account, service, **more):
        wanted = {"account": account, "service": service, **more}
        found = [queue for queue in self.cloud.truth()["queues"] if wanted.items() <= queue.items()]
        self.assertEqual(1, len(found), wanted)
        return found[0]

    def with_parameters(self, call, **parameters):
        return {**call, "parameters": {**call["parameters"], **parameters}}


def rows(truth, *names):
    """The counts of a queue's tasks by these members, none of them zero."""
    counts = collections.Counter()
    for row in truth["tasks"]:
        counts[tuple(row[name] for name in names)] += row["count"]
    return +counts


class ListingTest(SdkCase):
    """Each listing is read to its end, page by page, and compared with what the simulator holds."""

    def scroll(self, call):
        tasks = []
        while True:
            answer = self.sdk.call(call)
            tasks += answer["TaskSet"]
            if not answer["ScrollToken"]:
                self.assertEqual(len(tasks), len({task["TaskId"] for task in tasks}))
                return tasks
            call = self.with_parameters(call, ScrollToken=answer["ScrollToken"])

    def check_mps(self, account, **changes):
        counts = collections.Counter()
        for status in ("WAITING", "PROCESSING", "FINISH"):
            for task in self.scroll({**self.with_parameters(MPS, Status=status), **changes}):
                counts[task["TaskType"], status] += 1
        self.assertGreater(counts.total(), 1000)
        self.assertEqual(rows(self.truth(account, "mps"), "type", "status"), counts)

    def test_mps(self):
        self.check_mps("media")

    def test_mps_of_another_account(self):
        self.check_mps("media-eu", **MEDIA_EU)

    def test_mps_by_get(self):
        self.check_mps("media", method="GET")

    def test_vod(self):
        for application in (1500000001, 1500000002):
            for method in ("POST", "GET"):
                tasks = self.scroll({**self.with_parameters(VOD, SubAppId=application), "method": method})
                self.assertGreater(len(tasks), 1000)
                self.assertEqual(rows(self.truth("media", "vod", sub_app_id=application), "type", "status"),
                                 collections.Counter((task["TaskType"], task["Status"]) for task in tasks))

    def test_vod_by_time_and_order(self):
        """Nested parameters, by POST as JSON and by GET as names with points."""
        call = self.with_parameters(VOD, Sort={"Field": "CreateTime", "Order": "Asc"}, CreateTime={"After": "2020-01-01T00:00:00Z"})
        posted = self.scroll(call)
        self.assertEqual(self.truth("media", "vod", sub_app_id=1500000001)["total"], len(posted))
        self.assertEqual(posted, self.scroll({**call, "method": "GET"}))
        times = [task["CreateTime"] for task in posted]
        self.assertEqual(sorted(times), times)

    def test_batch(self):
        truth = self.truth("media", "batch")
        jobs = self.sdk.call(BATCH)
        self.assertEqual(len(jobs["JobSet"]), jobs["TotalCount"])
        states = collections.Counter(job["JobState"] for job in jobs["JobSet"])
        self.assertGreater(states.total(), 0)
        self.assertEqual({row["status"]: row["count"] for row in truth["jobs"] if row["count"]}, states)

        tasks, instances = collections.Counter(), collections.Counter()
        for job in jobs["JobSet"]:
            described = self.sdk.call(BATCH, action="DescribeJob", parameters={"JobId": job["JobId"]})
            for task in described["TaskSet"]:
                tasks[task["TaskName"], task["TaskState"]] += 1
                wanted = {"JobId": job["JobId"], "TaskName": task["TaskName"], "Limit": 100}
                shown = self.sdk.call(BATCH, action="DescribeTask", parameters=wanted)
                for one in shown["TaskInstanceSet"]:
                    instances[job["JobId"], task["TaskName"], one["TaskInstanceState"]] += 1
        self.assertEqual(rows(truth, "type", "status"), tasks)
        held = {(row["job_id"], row["task"], row["status"]): row["count"] for row in truth["instances"] if row["count"]}
        self.assertEqual(held, instances)

    def test_batch_with_filters(self):
        """A list of objects, by POST as JSON and by GET as names with numbers."""
        filters = [{"Name": "job-state", "Values": ["SUCCEED", "RUNNING"]}]
        found = self.sdk.call(self.with_parameters(BATCH, Filters=filters))
        counts = {row["status"]: row["count"] for row in self.truth("media", "batch")["jobs"]}
        self.assertEqual(counts.get("SUCCEED", 0) + counts.get("RUNNING", 0), found["TotalCount"])
        self.assertEqual(found["JobSet"], self.sdk.call(self.with_parameters(BATCH, Filters=filters), method="GET")["JobSet"])

    def check_ecs(self, call, number, **changes):
        tasks = []
        while True:
            answer = self.sdk.call({**self.with_parameters(call, **{number: len(tasks) // 100 + 1}), **changes})
            tasks += answer["TaskSet"]["Task"]
            if len(answer["TaskSet"]["Task"]) < 100:
                break
        truth = self.truth("ali", "ecs")
        self.assertGreater(len(tasks), 200)
        self.assertEqual(truth["total"], answer["TotalCount"])
        self.assertEqual(rows(truth, "type", "status"), collections.Counter((task["TaskAction"], task["TaskStatus"]) for task in tasks))

    def test_ecs_by_rpc(self):
        self.check_ecs(RPC, "PageNumber")

    def test_ecs_by_rpc_and_get(self):
        self.check_ecs(RPC, "PageNumber", method="GET")

    def test_ecs_by_acs3(self):
        self.check_ecs(ACS3, "pageNumber")


class RefusalTest(SdkCase):
    def test_a_wrong_key(self):
        for call in TENCENT:
            self.assert_refused("AuthFailure.SignatureFailure", call, key="another")
            self.assert_refused("AuthFailure.SignatureFailure", call, key="another", method="GET")
        for call in ALIBABA:
            self.assert_refused("SignatureDoesNotMatch", call, key="another")

    def test_an_unknown_key_id(self):
        for call in TENCENT:
            self.assert_refused("AuthFailure.SecretIdNotFound", call, id="AKIDnobody")
        for call in ALIBABA:
            self.assert_refused("InvalidAccessKeyId.NotFound", call, id="LTAInobody")

    def test_a_token_that_the_key_does_not_have(self):
        for call in TENCENT:
            self.assert_refused("AuthFailure.TokenFailure", call, token="another")
        for call in ALIBABA:
            self.assert_refused("InvalidSecurityToken.Malformed", call, token="another")

    def test_a_wrong_date(self):
        codes = {"tc3": "AuthFailure.SignatureExpire", "rpc": "InvalidTimeStamp.Expired", "acs3": "InvalidTimeStamp.Expired"}
        self.addCleanup(self.cloud.tell, "clock", '{"skew_seconds": 0}')
        for call in TENCENT + ALIBABA:
            for skew in (FAR_OFF[call["way"]], -FAR_OFF[call["way"]]):
                self.cloud.tell("clock", json.dumps({"skew_seconds": skew}))
                self.assert_refused(codes[call["way"]], call)
            self.cloud.tell("clock", '{"skew_seconds": 200}')
            self.sdk.call(call)

    def test_a_used_nonce(self):
        for call in ALIBABA:
            self.sdk.call(call, nonce=f"once-{call['way']}")
            self.assert_refused("SignatureNonceUsed", call, nonce=f"once-{call['way']}")

    def test_an_unknown_parameter_or_region(self):
        self.assert_refused("UnknownParameter", self.with_parameters(MPS, Colour="red"))
        self.assert_refused("UnsupportedRegion", BATCH, region="ap-nowhere")
        self.assert_refused("InvalidRegionId.NotFound", self.with_parameters(RPC, RegionId="cn-nowhere"))
        self.assert_refused("InvalidRegionId.NotFound", self.with_parameters(ACS3, regionId="cn-nowhere"))


if __name__ == "__main__":
    unittest.main()
