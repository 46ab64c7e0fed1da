"""The exporter's calls over TLS: only a certificate that the CA signed for the very name is trusted."""
import http.server
import json
import os
import ssl
import subprocess
import threading
import time
import unittest

from lab import LabCase


class Mps(http.server.BaseHTTPRequestHandler):
    """An MPS without tasks."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"Response": {"TaskSet": [], "ScrollToken": "", "TotalCount": 0, "RequestId": "r"}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that refuses the certificate is what these tests are about


class TlsTest(LabCase):
    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)

    def certify(self, name, names, common_name="x", signed=True, days="2"):
        """name.pem for these alternative names, signed by ca.pem or by itself."""
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                     "-subj", f"/CN={common_name}")
        self.write(f"{name}.ext", f"subjectAltName={names}\n")
        signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"] if signed else ["-signkey", f"{name}.key"]
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days", days, "-extfile",
                     f"{name}.ext", *signer)

    def serve(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.folder, f"{name}.pem"), os.path.join(self.folder, f"{name}.key"))
        server = Quiet(("127.0.0.1", 0), Mps)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def collect(self, host, port, ca_file="ca.pem"):
        config = self.write("taskqueue.toml", f"""
[accounts.a]
provider = "tencent"
credentials = "static"
secret_id = "id"
secret_key = "key"
{f'ca_file = "{self.folder}/{ca_file}"' if ca_file else ''}
[queues.q]
service = "mps"
account = "a"
endpoint = "https://{host}:{port}"
""")
        return self.run_exporter(f"--config.file={config}", "--once")

    def setUp(self):
        super().setUp()
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
                     "-subj", "/CN=test CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def test_a_certificate_of_the_ca_for_the_name_is_trusted(self):
        self.certify("good", "DNS:localhost,IP:127.0.0.1")
        port = self.serve("good")
        for host in ("localhost", "127.0.0.1"):
            result = self.collect(host, port)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn('taskqueue_tasks{queue="q"', result.stdout)

    def test_any_other_certificate_is_refused_and_the_reason_told(self):
        self.certify("good", "DNS:localhost")
        self.certify("wrong", "DNS:other.example")
        self.certify("common", "DNS:other.example", common_name="localhost")
        self.certify("self", "DNS:localhost", signed=False)
        self.certify("expired", "DNS:localhost", days="0")
        time.sleep(1.1)  # that moment is over
        for name, ca_file in (("wrong", "ca.pem"), ("common", "ca.pem"), ("self", "ca.pem"), ("expired", "ca.pem"), ("good", None)):
            with self.subTest(name, ca_file=ca_file):
                result = self.collect("localhost", self.serve(name), ca_file)
                self.assertEqual(result.returncode, 1)
                self.assertIn("result=network", result.stderr)
                self.assertIn("is not trusted", result.stderr)


if __name__ == "__main__":
    unittest.main()
