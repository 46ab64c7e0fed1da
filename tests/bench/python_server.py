"""The series of an exposition, from standard input, served by Python's prometheus_client as families that stand ready."""
import signal
import sys

import prometheus_client
from prometheus_client.parser import text_string_to_metric_families


class Ready:
    def __init__(self, families):
        self.families = families

    def collect(self):
        return self.families


def main():
    registry = prometheus_client.CollectorRegistry()
    registry.register(Ready(list(text_string_to_metric_families(sys.stdin.read()))))
    prometheus_client.start_http_server(int(sys.argv[1]), "127.0.0.1", registry)
    signal.pause()


main()
