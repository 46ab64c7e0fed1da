"""What the exporter signs, the vendors' own signing code signs the same, byte for byte."""
import collections
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sdks

SEED = 20190612
COUNT = 1000
PROGRAM = os.environ.get("SIGNED_REQUESTS", os.path.join(sdks.BUILD, "tests", "signed_requests"))


def lines_of(text):
    """JSON, one a line; other line ends, of which Unicode has some, stand inside the texts."""
    return [json.loads(line) for line in text.split("\n") if line]


def recompute(requests):
    """What the vendors' code makes of each request."""
    node = sdks.node("signatures.js")
    answers, errors = node.communicate("".join(json.dumps(request) + "\n" for request in requests), timeout=120)
    if node.returncode != 0:
        raise AssertionError(f"node ended with {node.returncode}: {errors[-3000:]}")
    return lines_of(answers)


def authorization(request):
    found = [value for name, value in request["headers"] if name == "Authorization"]
    assert len(found) == 1, request
    return found[0]


def as_query(parameters):
    """Alibaba's parameters have texts only: the JSON text of whatever is none."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}


class SignedRequestsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        sdks.install()
        printed = subprocess.run([PROGRAM, str(SEED), str(COUNT)], capture_output=True, text=True, encoding="utf-8", check=True)
        cls.requests = lines_of(printed.stdout)
        cls.answers = recompute(cls.requests)

    def test_every_authorization_is_the_vendors_byte_for_byte(self):
        self.assertEqual(COUNT, len(self.requests))
        self.assertEqual(COUNT, len(self.answers))
        for request, answer in zip(self.requests, self.answers):
            self.assertEqual(answer["authorization"], authorization(request), request)

    def test_every_parameter_arrives_as_it_was_meant(self):
        for request, answer in zip(self.requests, self.answers):
            meant = request["parameters"]
            self.assertEqual(as_query(meant) if request["service"] == "ecs" else meant, answer["parameters"], request)

    def test_every_service_is_there_with_and_without_a_token(self):
        kinds = collections.Counter()
        for request in self.requests:
            names = {name.lower() for name, _ in request["headers"]}
            has_token = bool(names & {"x-tc-token", "x-acs-security-token"})
            self.assertEqual(request["with_token"], has_token, request)
            kinds[request["service"], has_token] += 1
        self.assertEqual({COUNT // 10}, set(kinds.values()), kinds)
        self.assertEqual(10, len(kinds))

    def test_the_parameters_hold_what_is_hard_to_encode(self):
        text = json.dumps([request["parameters"] for request in self.requests], ensure_ascii=False)
        for piece in ('""', " ", "+", "%", "&", "*", "~", "é", "任", "\N{ROCKET}"):
            self.assertIn(piece, text)

    def test_one_other_byte_changes_the_signature(self):
        """So that equal signatures mean something: the vendors' code sees the bytes."""
        changed = [dict(request) for request in self.requests[:10]]
        for request in changed:
            if request["service"] == "ecs":
                request["target"] += "1" if "?" in request["target"] else "?A=1"
            else:
                request["body"] = b'{"A":1}'.hex() if request["body"] != b'{"A":1}'.hex() else b"{}".hex()
        for request, answer in zip(changed, recompute(changed)):
            self.assertNotEqual(answer["authorization"], authorization(request), request)


if __name__ == "__main__":
    unittest.main()
