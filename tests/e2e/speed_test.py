"""A scrape of ten thousand series beside prometheus-cpp's own server; `./test bench` has the exact bounds, and nginx."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bench"))
import servers
from servers import lab


class SpeedTest(lab.LabCase):
    def test_a_scrape_is_many_times_faster_than_by_prometheus_cpp(self):
        ours, theirs = (self.keep(servers.Local(name, self.folder)).address for name in ("scrape_server", "exposer"))
        for header in ("Accept-Encoding: identity", "Accept-Encoding: gzip"):
            fast, slow = servers.read_whole(15, 0, header, ours, theirs)
            self.assertEqual([0, 0], [fast[4], slow[4]], "every scrape is answered")
            # Measured: 60 and 1000 times. A busy machine may take most of that, but not all.
            self.assertLess(fast[0] * 10, slow[0], header)


if __name__ == "__main__":
    unittest.main()
