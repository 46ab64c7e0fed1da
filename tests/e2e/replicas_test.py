"""Replicas that share a Redis: they cost what one costs, stay under one limit, and say the same."""
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import certificates
import lab
import redis_lab

REFRESHES = int(os.environ.get("REPLICAS_REFRESHES", "20"))


class CostTest(redis_lab.World):
    def test_three_replicas_cost_what_one_costs_and_say_the_same(self):
        self.start_redis()
        self.start_cloud("--queues=1", rate=2)
        single = self.start_replica(redis=f"redis://127.0.0.1:{self.redis.port}/1")
        cloud_of_one = self.cloud
        self.start_cloud("--queues=1", rate=2)
        replicas = [self.start_replica() for _ in range(3)]
        for exporter in (single, *replicas):
            exporter.wait_complete()
        began = time.monotonic()
        # Each 20th refresh takes a longer look: any 20 in a row cost the same.
        alone, together = self.side_by_side(REFRESHES, (cloud_of_one, [single]), (self.cloud, replicas))
        print(f"{REFRESHES} refreshes of each queue: {alone} calls by one replica, {together} by three")
        self.assertLess(abs(together - alone), 0.05 * alone)
        self.assertGreater(time.monotonic() - began, (REFRESHES - 1) * self.interval, "no queue is read more often")

        replicas.sort(key=redis_lab.leads, reverse=True)
        self.assertEqual([2, 0, 0], [redis_lab.leads(r) for r in replicas])
        for _ in range(3):
            self.wait_agreement(replicas)
            time.sleep(0.7)
        self.assertEqual([1, 1], [s.value for s in lab.select(replicas[2].scrape(), "taskqueue_up")])
        queues = json.loads(replicas[2].get("/api/v1/queues").body)["queues"]
        self.assertEqual([False, False], [queue["leader"] for queue in queues])
        self.assertIn("follower", replicas[2].get("/").body)

        replicas[0].stop()
        began = time.monotonic()
        self.leader(replicas[1:])
        self.assertLess(time.monotonic() - began, self.interval, "who leaves gives its leases back")

    def test_all_replicas_together_stay_under_the_limit(self):
        self.start_cloud("--queues=3")
        self.start_redis()
        accounts, queues = self.accounts.split("[queues.", 1)
        vod = ["[queues." + part for part in ("[queues." + queues).split("[queues.") if "vod" in part]
        self.assertEqual(3, len(vod))
        # Limit times quota_share is 6 a second, for all three queues together; a refresh of each wants about that much.
        limits = '[accounts.load.limits]\n"vod.DescribeTasks" = 12\n\n'
        replicas = [self.start_replica(accounts=accounts + limits + queue) for queue in vod]
        time.sleep(4)
        self.cloud.tell("requests/reset")
        before = {r: r.value("taskqueue_api_rate_limit_wait_seconds_total", action="DescribeTasks") for r in replicas}
        time.sleep(8)
        (action,) = [a for a in self.cloud.requests() if a["action"] == "DescribeTasks" and a["service"] == "vod"]
        waited = [r.value("taskqueue_api_rate_limit_wait_seconds_total", action="DescribeTasks") - before[r] for r in replicas]
        print(f"most requests in a second: {action['most_in_any_second']} of 6, {action['total']} in 8 s; waited {waited}")
        self.assertLessEqual(action["most_in_any_second"], 6)
        self.assertGreater(action["total"], 8 * 6 * 0.7, "the limit is there to be used")
        self.assertGreater(min(waited), 0, "every replica had to wait for the others")


class TlsTest(redis_lab.World):
    def test_a_redis_behind_tls_with_a_password(self):
        made = certificates.Certificates(self.folder)
        made.authority("ca")
        made.sign("redis", "IP:127.0.0.1")
        self.start_cloud("--queues=0")
        tls = lab.free_port()
        self.start_redis(options=("--tls-port", str(tls), "--tls-cert-file", "redis.pem", "--tls-key-file", "redis.key",
                                  "--tls-ca-cert-file", "ca.pem", "--tls-auth-clients", "no", "--user", "exporter", "on",
                                  ">word of mouth", "~taskqueue:*", "+@all"))
        self.write("password", "word of mouth\n")
        config = redis_lab.CONFIG.format(interval=1, redis=f"rediss://exporter@127.0.0.1:{tls}/0\"\nredis_password_file = \"password",
                               accounts=self.accounts)
        path = self.write("c.toml", config)
        stranger = self.start_exporter("--config.file=" + path)
        stranger.find(r"Redis cannot be asked.*certificate")
        exporter = self.start_exporter("--config.file=" + path,
                                       env={**os.environ, "SSL_CERT_FILE": os.path.join(self.folder, "ca.pem")})
        exporter.wait_complete()
        self.assertEqual(1, redis_lab.leads(exporter))
        for program in (stranger, exporter):
            self.assertNotIn("word of mouth", program.log())


if __name__ == "__main__":
    unittest.main()
