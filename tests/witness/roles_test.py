"""Roles by the vendors' own SDKs: the simulated metadata and token services satisfy them, and what they ask is what we ask."""
import http.server
import json
import os
import sys
import threading
import unittest
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import lab
import sdks
from sdks_test import ACS3, ALI, MEDIA, MPS, Refused, Sdk, SdkCase

MEDIA_ROLE = "qcs::cam::uin/100000000001:roleName/taskqueue-reader"
ALI_ROLE = "acs:ram::1000000000000001:role/taskqueue-reader"
ASKED = {"RoleArn": MEDIA_ROLE, "RoleSessionName": "witness", "DurationSeconds": 7200, "ExternalId": "demo-external-id"}
ASSUME = {"way": "tc3", "service": "sts", "action": "AssumeRole", "region": "ap-guangzhou", "parameters": ASKED, **MEDIA}
ASSUME_ALI = {"way": "rpc", "service": "sts", "version": "2015-04-01", "action": "AssumeRole",
              "parameters": {"RoleArn": ALI_ROLE, "RoleSessionName": "witness", "ExternalId": "demo-external-id"}, **ALI}


class RolesTest(SdkCase):
    def asked(self, service):
        return {(row["action"], code) for row in self.cloud.requests() if row["service"] == service for code in row["by_code"]}

    def test_the_role_of_a_machine_is_found_by_both_sdks(self):
        self.assertIn("TaskSet", self.sdk.call(MPS, role=True))
        self.assertGreater(self.sdk.call(ACS3, role=True)["TotalCount"], 0)
        self.assertLessEqual({("token", "200"), ("role", "200"), ("keys", "200")}, self.asked("metadata"))

    def test_the_keys_of_a_role_that_is_assumed_open_the_cloud(self):
        keys = self.sdk.call(ASSUME)["Credentials"]
        self.sdk.call(MPS, id=keys["TmpSecretId"], key=keys["TmpSecretKey"], token=keys["Token"])
        self.assert_refused("AuthFailure.TokenFailure", MPS, id=keys["TmpSecretId"], key=keys["TmpSecretKey"])
        keys = self.sdk.call(ASSUME_ALI)["Credentials"]
        self.sdk.call(ACS3, id=keys["AccessKeyId"], key=keys["AccessKeySecret"], token=keys["SecurityToken"])

    def test_who_may_not_assume_a_role_is_refused(self):
        self.assert_refused("UnauthorizedOperation", self.with_parameters(ASSUME, ExternalId="another"))
        self.assert_refused("ResourceNotFound.RoleNotFound", self.with_parameters(ASSUME, RoleArn="qcs::cam::uin/1:roleName/x"))
        self.assert_refused("NoPermission", self.with_parameters(ASSUME_ALI, ExternalId="another"))
        self.assert_refused("EntityNotExist.Role", self.with_parameters(ASSUME_ALI, RoleArn="acs:ram::1:role/x"))


class Listener:
    """Keeps what is asked of it, and refuses it."""

    def __init__(self):
        self.requests = []
        keeper = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                keeper.requests.append((self.command, self.path, dict(self.headers.items()), json.loads(body)))
                answer = b'{"Response": {"Error": {"Code": "UnauthorizedOperation", "Message": "no"}, "RequestId": "r"}}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class AskingTest(lab.LabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sdks.install()

    def test_our_request_for_a_role_is_the_sdks(self):
        """But for what says who asks and when."""
        listener = Listener()
        self.addCleanup(listener.stop)
        sdk = Sdk(urlsplit(listener.url).port)
        self.addCleanup(sdk.end)
        with self.assertRaises(Refused):
            sdk.call(ASSUME)
        path = self.write("c.toml", f"""
[accounts.media]
provider = "tencent"
credentials = "static"
secret_id = "{MEDIA['id']}"
secret_key = "{MEDIA['key']}"
sts_endpoint = "{listener.url}"
assume_role = {{ arn = "{MEDIA_ROLE}", session_name = "witness", external_id = "demo-external-id" }}
[queues.transcode]
service = "mps"
account = "media"
endpoint = "{listener.url}"
""")
        done = self.run_exporter("--once", f"--config.file={path}")
        self.assertIn("UnauthorizedOperation", done.stderr)
        theirs, ours = listener.requests[0], listener.requests[-1]
        self.assertEqual(theirs[:2] + theirs[3:], ours[:2] + ours[3:])
        self.assertEqual(ASKED, ours[3])
        for name in ("X-TC-Action", "X-TC-Version", "X-TC-Region", "Content-Type"):
            self.assertEqual(theirs[2][name], ours[2][name], name)
        self.assertEqual(sorted(part.split("=")[0] for part in theirs[2]["Authorization"].split(" ")),
                         sorted(part.split("=")[0] for part in ours[2]["Authorization"].split(" ")))


if __name__ == "__main__":
    unittest.main()
