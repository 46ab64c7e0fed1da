"""Third-party types stay behind one door each."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tree

# A header by the beginning of its name, and the files that may include it.
DOORS = [
    (r"httplib\.h$", r"exporter/(api/\w*transport\.cc|simulator/\w*listener\w*\.cc)$", "the transport and the simulator's listener"),
    (r"boost/", r"exporter/web/", "web/"),
    (r"yaml-cpp/", r"exporter/web/", "web/"),
    (r"crypt\.h$", r"exporter/web/", "web/"),
    (r"toml(\+\+|\.h)", r"exporter/config/\w+\.(cc|h)$", "the loader in config/"),
    (r"nlohmann/", r"exporter/(api|tencent|alibaba|simulator|web)/", "api/, the provider rooms, the simulator and web/"),
    (r"prometheus/", r"exporter/metrics/", "metrics/"),
    (r"zlib\.h$", r"exporter/metrics/", "metrics/"),
    (r"(sqlite3|hiredis)", r"exporter/ledger/", "ledger/"),
    (r"openssl/",
     r"exporter/(api/digest|api/\w*transport|api/\w*tls\w*|ledger/\w*tls\w*|web/\w*tls\w*|simulator/\w*listener\w*)\.(cc|h)$",
     "the digest, TLS and the transport"),
    (r"emmintrin\.h$", r"exporter/api/value\.cc$", "the reader of JSON"),
    (r"CLI/", r"exporter/(simulator/)?(main|flags)\.cc$", "main"),
]
# Linux and C++ itself: one word is C++, these are the system's.
SYSTEM = re.compile(r"(sys|netinet|arpa|linux|net)/|(unistd|fcntl|signal|pthread|poll|netdb|dirent|errno|time|spawn|sched|malloc)\.h$|[a-z_0-9]+$")


def door_rule(file):
    found = []
    for number, name, angled in tree.includes(file):
        if not angled:
            continue
        sentence = complaint(file.path, name)
        if sentence:
            found.append(f"{file.path}:{number}: {sentence}")
    return found


def complaint(path, name):
    for header, door, words in DOORS:
        if re.match(header, name):
            return None if re.match(door, path) else f"<{name}> may be included in {words} only"
    return None if SYSTEM.match(name) else f"<{name}> has no door: add one in tests/house/doors_test.py, or do without"


class DoorsTest(tree.HouseTest):
    def test_libraries_are_included_behind_their_doors_only(self):
        self.hold(door_rule, tree.walk("exporter"))

    def test_the_door_rule_can_fail(self):
        self.catches(door_rule, "exporter/api/client.cc", "#include <httplib.h>\n")
        self.catches(door_rule, "exporter/metrics/snapshot.h", "#include <nlohmann/json.hpp>\n")
        self.catches(door_rule, "exporter/web/page.cc", "#include <openssl/ssl.h>\n")
        self.catches(door_rule, "exporter/web/page.cc", "#include <strange/library.h>\n")
        self.lets_pass(door_rule, "exporter/metrics/snapshot.h", "#include <vector>\n#include <sys/resource.h>\n")


if __name__ == "__main__":
    unittest.main()
