"""config/prometheus/scrape-tls.example.yml, with a machine's own paths and names, lets a real Prometheus in."""
import os
import sys
import unittest

import yaml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab
from web_config import SERVER, USERS, WebConfigCase


class ScrapeExamplesTest(WebConfigCase):
    def test_prometheus_scrapes_by_tls_and_with_a_password(self):
        self.certificates.authority("ca")
        self.certificates.sign("server", "IP:127.0.0.1")
        _, address = self.serve(SERVER + USERS)
        with open(os.path.join(lab.ROOT, "config", "prometheus", "scrape-tls.example.yml"), encoding="utf-8") as file:
            job = yaml.safe_load(file)["scrape_configs"][0]
        job["tls_config"]["ca_file"] = f"{self.folder}/ca.pem"
        job["basic_auth"] = {"username": "alice", "password_file": self.write("right", "secret")}
        job["static_configs"] = [{"targets": [address]}]
        wrong = {**job, "job_name": "wrong", "basic_auth": {**job["basic_auth"], "password_file": self.write("wrong", "no")}}
        prometheus = self.keep(lab.start_prometheus(self.folder, scrapes=[job, wrong]))
        lab.wait_until("both scrapes", lambda: {labels["job"]: value for labels, value in prometheus.query("up")}
                       == {"taskqueue": 1, "wrong": 0})


if __name__ == "__main__":
    unittest.main()
