"""Which room may include which: data flows one way."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tree

MAY_INCLUDE = {
    "config": {"config"},
    "metrics": {"metrics"},
    "api": {"api", "config", "metrics"},
    "tally": {"tally", "metrics"},
    "ledger": {"ledger", "api", "config", "metrics", "tally"},
    "refresh": {"refresh", "api", "config", "ledger", "metrics", "tally"},
    "tencent": {"tencent", "api", "config", "metrics", "tally"},
    "alibaba": {"alibaba", "api", "config", "metrics", "tally"},
    "web": {"web", "config", "metrics", "refresh"},
    "simulator": {"simulator"},
}
# Single files that a room may include beyond its rooms.
ALSO = {"simulator": {"exporter/api/digest.h"}, "web": {"exporter/api/digest.h"}}
# Files at the top of exporter/ that put the house together. Every other one there is a stone.
BUILDERS = ("main", "app", "catalogue", "queue_plans", "estimate", "estimate_text", "health_check")


def is_builder(path):
    return tree.room_of(path) == "" and os.path.basename(path).split(".")[0] in BUILDERS


def include_rule(file):
    if is_builder(file.path):
        return []
    room = tree.room_of(file.path)
    return [f"{file.path}:{number}: {room or 'a stone'} may not include {name}; it may include "
            f"{', '.join(sorted(MAY_INCLUDE.get(room, set())) + ['stones'])}"
            for number, name, _ in tree.includes(file) if name.startswith("exporter/") and not allowed(room, name)]


def allowed(room, name):
    if is_builder(name):
        return False
    target = tree.room_of(name)
    return target == "" or target in MAY_INCLUDE.get(room, set()) or name in ALSO.get(room, set())


def from_the_root_rule(file):
    return [f"{file.path}:{number}: include from the root (\"exporter/...\"), not {name}"
            for number, name, angled in tree.includes(file)
            if not angled and not name.startswith(("exporter/", "tests/"))]


def known_room_rule(file):
    room = tree.room_of(file.path)
    return [] if room == "" or room in tree.ROOMS else [f"{file.path}: {room} is no room of the house"]


class RoomsTest(tree.HouseTest):
    def test_rooms_include_only_what_they_may(self):
        self.hold(include_rule, tree.walk("exporter"))

    def test_the_include_rule_can_fail(self):
        self.catches(include_rule, "exporter/web/page.cc", '#include "exporter/api/client.h"\n')
        self.catches(include_rule, "exporter/metrics/phase.h", '#include "exporter/config/config.h"\n')
        self.catches(include_rule, "exporter/clock.h", '#include "exporter/metrics/phase.h"\n')
        self.catches(include_rule, "exporter/simulator/world.cc", '#include "exporter/tencent/tc3.h"\n')
        self.catches(include_rule, "exporter/refresh/shelf.h", '#include "exporter/app.h"\n')
        self.lets_pass(include_rule, "exporter/simulator/world.cc", '#include "exporter/api/digest.h"\n')
        self.lets_pass(include_rule, "exporter/app.cc", '#include "exporter/tencent/tc3.h"\n')

    def test_includes_are_from_the_root(self):
        self.hold(from_the_root_rule, tree.walk("exporter", "tests"))
        self.catches(from_the_root_rule, "exporter/web/page.cc", '#include "page.h"\n')

    def test_every_folder_is_a_known_room(self):
        self.hold(known_room_rule, tree.walk("exporter"))
        self.catches(known_room_rule, "exporter/attic/box.h", "")


if __name__ == "__main__":
    unittest.main()
