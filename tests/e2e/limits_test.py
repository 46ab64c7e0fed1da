"""Documented limits hold over sockets, with all of each for us: first sweeps, three queues on one account, a reload storm."""
import json
import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

LIMITS = {"mps.DescribeTasks": 100, "vod.DescribeTasks": 100, "vod.DescribeTaskDetail": 100,
          "batch.DescribeJobs": 2, "batch.DescribeJob": 2, "batch.DescribeTask": 3}
RELOADS = 20


class LimitsTest(lab.LabCase):
    def configure(self, polling):
        own = self.printed.index("[polling]")
        text = self.printed[:own] + f"[polling]\n{polling}\n\n" + self.printed[self.printed.index("[accounts", own):]
        return self.write("c.toml", text)

    def assert_limits_held(self):
        for each in self.cloud.requests():
            name = f"{each['service']}.{each['action']}"
            with self.subTest(action=name):
                self.assertLessEqual(each["most_in_any_second"], LIMITS[name], each)
                self.assertEqual(["OK"], list(each["by_code"]), each)

    def busiest(self, name):
        found = [each["most_in_any_second"] for each in self.cloud.requests() if f"{each['service']}.{each['action']}" == name]
        return max(found, default=0)

    def calls(self, service=None):
        return sum(each["total"] for each in self.cloud.requests() if service in (None, each["service"]))

    def reload(self, exporter, done):
        exporter.process.send_signal(signal.SIGHUP)
        lab.wait_until(f"reload {done}", lambda: exporter.log().count("event=reloaded") >= done)

    def test_the_documented_limits_hold(self):
        simulator = self.start_simulator("--cloud=load", "--tasks-in-window=20000", "--rate=5", "--queues=3", "--jobs=30")
        self.cloud = lab.Cloud(simulator.url)
        self.cloud.tell("limits", json.dumps(LIMITS))
        self.printed = simulator.configuration()
        path = self.configure('interval = "1s"\nquota_share = 1')
        exporter = self.start_exporter(f"--config.file={path}")

        lab.wait_until("the first sweeps being in full swing", lambda: self.calls() > 400)
        for number in range(1, RELOADS + 1):
            self.configure(f'interval = "{1000 + number}ms"\nquota_share = {(1, 0.02, 0.5)[number % 3]}')
            self.reload(exporter, number)
        self.configure('interval = "1s"\nquota_share = 1')
        self.reload(exporter, RELOADS + 1)
        after_storm = self.calls()
        lab.wait_until("more calls at full pace", lambda: self.calls() > after_storm + 400 and self.calls("batch") > 40, 120)

        self.assert_limits_held()
        # The limiter was what held them: without it there would have been many times as many.
        self.assertGreaterEqual(self.busiest("vod.DescribeTasks"), 25 if lab.SANITIZED else 75)
        self.assertGreaterEqual(self.busiest("batch.DescribeJob"), 2)
        print({f"{each['service']}.{each['action']}": (each["total"], each["most_in_any_second"]) for each in self.cloud.requests()})


if __name__ == "__main__":
    unittest.main()
