"""The vendor's SDK and the exporter list the same tasks: the exporter needs a fraction of the processor time."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bench"))
import reading

# Short runs on a busy machine vary; tests/bench/reading.py measures at length.
TASKS, WANTED = 30000, 2


@reading.lab.not_sanitized
class ReadingTest(unittest.TestCase):
    def test_reading_costs_a_fraction_of_what_the_sdk_needs(self):
        exporter, sdk = reading.measure(TASKS, 2, [reading.sdks.find_tool("node")], tls=False)
        self.assertAlmostEqual(exporter.tasks, TASKS, delta=TASKS * 0.01)
        self.assertAlmostEqual(exporter.tasks, sdk.tasks, delta=100)
        print(f"{exporter}\n{sdk}")
        self.assertGreater(sdk.per_thousand, WANTED * exporter.per_thousand)


if __name__ == "__main__":
    unittest.main()
