"""--web.config.file: every field with curl and openssl as clients, and promtool's opinion of the same files."""
import os
import re
import socket
import subprocess
import time
import unittest

import lab
from web_config import OTHER, SECRET, SERVER, USERS, WebConfigCase

# What promtool and we must both call good, or bad.
GOOD = {
    "empty": "",
    "empty sections": "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n",
    "certificate": SERVER,
    "flow style": "tls_server_config: {cert_file: server.pem, key_file: server.key}\n",
    "old versions": SERVER + "  min_version: TLS10\n  max_version: TLS11\n",
    "versions": SERVER + "  min_version: TLS12\n  max_version: TLS13\n",
    "suites": SERVER + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]\n",
    "curves": SERVER + "  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]\n",
    "client certificates": SERVER + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n",
    "client certificates by the system's authorities": SERVER + "  client_auth_type: VerifyClientCertIfGiven\n",
    "the old name": SERVER + "  client_auth_type: RequireClientCert\n",
    "prefer": SERVER + "  prefer_server_cipher_suites: yes\n",
    "versions alone are no TLS": "tls_server_config:\n  min_version: TLS13\n",
    "headers": "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: deny\n    Strict-Transport-Security: max-age=1\n"
               "    X-Content-Type-Options: nosniff\n    X-XSS-Protection: '1'\n    Content-Security-Policy: default-src 'self'\n",
    "users": USERS + f"  bob: {OTHER}\n",
    "null": "http_server_config: {http2: ~, headers: ~}\n",
}
BAD = {
    "no mapping": "- tls_server_config\n",
    "no YAML": "tls_server_config: {cert_file: server.pem\n",
    "unknown section": "tls_config:\n  cert_file: server.pem\n",
    "unknown key": SERVER + "  keyfile: server.key\n",
    "key twice": SERVER + "  key_file: server.key\n",
    "no key": "tls_server_config:\n  cert_file: server.pem\n",
    "no certificate": "tls_server_config:\n  key_file: server.key\n",
    "missing file": SERVER.replace("server.pem", "none.pem"),
    "another's key": SERVER.replace("server.key", "ca.key"),
    "a certificate as key": SERVER.replace("server.key", "server.pem"),
    "version": SERVER + "  min_version: TLS14\n",
    "version as a number": SERVER + "  max_version: 1.3\n",
    "suite": SERVER + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n",
    "suites not listed": SERVER + "  cipher_suites: TLS_AES_128_GCM_SHA256\n",
    "curve": SERVER + "  curve_preferences: [CurveP255]\n",
    "client_auth_type": SERVER + "  client_auth_type: requireAndVerifyClientCert\n",
    "authorities without policy": SERVER + "  client_ca_file: ca.pem\n",
    "missing authorities": SERVER + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: none.pem\n",
    "header": "http_server_config:\n  headers:\n    Server: x\n",
    "header's value": "http_server_config:\n  headers:\n    X-Frame-Options: DENY\n",
    "http2": "http_server_config:\n  http2: 1\n",
    "users in a list": f"basic_auth_users:\n  - alice: {SECRET}\n",
    "user twice": USERS + f"  alice: {OTHER}\n",
    "password in clear": "basic_auth_users:\n  alice: secret\n",
    "another hash": "basic_auth_users:\n  alice: $apr1$x$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n",
}
# What Debian's promtool is too old for or more patient with; we say no, with a reason.
STRICTER = {
    "nobody could connect": (SERVER + "  min_version: TLS13\n  max_version: TLS12\n", "below min_version"),
    "a cost that takes minutes": (f"basic_auth_users:\n  alice: {SECRET.replace('$04$', '$31$')}\n", "cost above 16"),
    "authorities without a certificate": (
        SERVER + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.key\n", "no certificate"),
    "names without certificates": (SERVER + "  client_allowed_sans: [a]\n", "needs client_auth_type"),
    "twice the same": (SERVER + "  cert: x\n", "either cert or cert_file"),
    "a limit that lets nobody in": ("rate_limit: {interval: 1s}\n", "burst of at least 1"),
    "no duration": ("rate_limit: {interval: soon, burst: 1}\n", "must be a duration"),
}


class OpinionsTest(WebConfigCase):
    def setUp(self):
        super().setUp()
        self.certificates.authority("ca")
        self.certificates.sign("server", "DNS:localhost,IP:127.0.0.1")

    def promtool(self, path):
        return subprocess.run([lab.find_program("promtool"), "check", "web-config", path], capture_output=True, check=False).returncode == 0

    def check(self, text):
        path = self.write("web.yml", text)
        return path, self.run_exporter("--demo", "--config.check", f"--web.config.file={path}")

    def test_promtool_and_we_agree(self):
        self.assertGreaterEqual(len(GOOD) + len(BAD), 40)
        for name, text in {**GOOD, **BAD}.items():
            with self.subTest(name):
                path, done = self.check(text)
                self.assertEqual(self.promtool(path), name in GOOD, "promtool itself sees it otherwise")
                self.assertEqual(0 if name in GOOD else 2, done.returncode, done.stderr)

    def test_complaints_have_a_place_and_show_no_secret(self):
        for name, text in {**BAD, **{name: text for name, (text, _) in STRICTER.items()}}.items():
            with self.subTest(name):
                path, done = self.check(text)
                self.assertEqual(2, done.returncode, done.stderr)
                self.assertRegex(done.stderr, rf"(?m)^{re.escape(path)}:\d+:\d+: \S.*$")
                if name not in ("no mapping", "no YAML"):
                    self.assertRegex(done.stderr, r"(?m)^  .*:.*\n +\^$")
                self.assertNotIn("$2y$04", done.stderr.replace("$2y$10$", ""))
        for name, (text, reason) in STRICTER.items():
            self.assertIn(reason, self.check(text)[1].stderr, name)

    def test_an_absent_file_is_a_complaint(self):
        done = self.run_exporter("--demo", "--web.config.file=none.yml")
        self.assertEqual((2, "none.yml: does not exist\n"), (done.returncode, done.stderr[-25:]))

    def test_old_versions_are_raised_with_a_warning(self):
        _, done = self.check(GOOD["old versions"])
        self.assertEqual(2, len(re.findall(r"level=warn .*TLS1[01] is broken", done.stderr)), done.stderr)


class FieldsTest(WebConfigCase):
    def setUp(self):
        super().setUp()
        self.certificates.authority("ca")
        self.certificates.sign("server", "DNS:localhost,IP:127.0.0.1")

    def test_certificate_from_files_beside_the_configuration(self):
        os.mkdir(os.path.join(self.folder, "tls"))
        for name in ("server.pem", "server.key"):
            os.rename(os.path.join(self.folder, name), os.path.join(self.folder, "tls", name))
        exporter, address = self.serve("tls_server_config:\n  cert_file: tls/server.pem\n  key_file: tls/server.key\n")
        status, head, body = self.curl(f"https://{address}/-/healthy")
        self.assertEqual((200, "Healthy.\n"), (status, body), head)
        self.assertEqual(400, self.status(f"http://{address}/-/healthy"), "plain HTTP gets a clear answer")
        self.assertRegex(exporter.log(), r"event=listening .* tls=true")
        self.assertEqual(0, exporter.stop())

    def test_certificate_and_key_in_the_file_itself(self):
        def indented(name):
            with open(os.path.join(self.folder, name), encoding="ascii") as file:
                return "".join("    " + line for line in file)

        _, address = self.serve(f"tls_server_config:\n  cert: |\n{indented('server.pem')}  key: |\n{indented('server.key')}"
                                f"  client_ca: |\n{indented('ca.pem')}  client_auth_type: RequireAndVerifyClientCert\n")
        self.assertIn("certificate required", self.s_client(address))
        self.certificates.sign("friend", "DNS:friend")
        self.assertTrue(self.is_served(address, *self.certificates.client_flags("friend")))

    def test_versions(self):
        served = {}
        for least, most in (("TLS12", "TLS13"), ("TLS13", "TLS13"), ("TLS12", "TLS12"), ("TLS10", "TLS13")):
            exporter, address = self.serve(SERVER + f"  min_version: {least}\n  max_version: {most}\n")
            # Seclevel 0: or the client itself would not try the old ones.
            served[least, most] = [v for v in ("tls1_1", "tls1_2", "tls1_3")
                                   if self.is_served(address, f"-{v}", "-cipher", "DEFAULT@SECLEVEL=0")]
            exporter.end()
        self.assertEqual({("TLS12", "TLS13"): ["tls1_2", "tls1_3"], ("TLS13", "TLS13"): ["tls1_3"],
                          ("TLS12", "TLS12"): ["tls1_2"], ("TLS10", "TLS13"): ["tls1_2", "tls1_3"]}, served)

    def test_cipher_suites_and_whose_preference_counts(self):
        suites = "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384]\n"
        wishes = ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"]
        for prefer, chosen in (("true", "ECDHE-RSA-AES256-GCM-SHA384"), ("false", "ECDHE-RSA-AES128-GCM-SHA256")):
            exporter, address = self.serve(SERVER + suites + f"  prefer_server_cipher_suites: {prefer}\n")
            self.assertIn(f"Cipher is {chosen}", self.s_client(address, *wishes), prefer)
            self.assertIn("handshake failure", self.s_client(address, "-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"))
            self.assertIn("Cipher is TLS_AES_256_GCM_SHA384", self.s_client(address, "-tls1_3"))
            self.assertIn("handshake failure", self.s_client(address, "-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"))
            exporter.end()

    def test_curves(self):
        _, address = self.serve(SERVER + "  curve_preferences: [CurveP384]\n")
        # OpenSSL 3.0 says "Server Temp Key", 3.5 "Peer Temp Key".
        self.assertRegex(self.s_client(address, "-curves", "X25519:P-384"), "(Server|Peer) Temp Key: ECDH, secp384r1")
        self.assertIn("handshake failure", self.s_client(address, "-curves", "X25519"))

    def test_client_certificates(self):
        self.certificates.sign("friend", "DNS:friend.example,email:friend@example.org,IP:192.0.2.7,URI:spiffe://x/friend")
        self.certificates.authority("strange_ca")
        self.certificates.sign("stranger", "DNS:friend.example", "strange_ca")
        policy = SERVER + "  client_ca_file: ca.pem\n  client_auth_type: "
        expected = {  # nobody, friend, stranger
            "NoClientCert": (True, True, True),
            "RequestClientCert": (True, True, True),
            "RequireAnyClientCert": (False, True, True),
            "VerifyClientCertIfGiven": (True, True, False),
            "RequireAndVerifyClientCert": (False, True, False),
        }
        for kind, wanted in expected.items():
            text = SERVER if kind == "NoClientCert" else policy + kind + "\n"
            exporter, address = self.serve(text)
            found = tuple(self.is_served(address, *self.certificates.client_flags(who) if who else ())
                          for who in (None, "friend", "stranger"))
            self.assertEqual(wanted, found, kind)
            exporter.end()

        url, friend = "https://{}/-/healthy", ("--cert", f"{self.folder}/friend.pem", "--key", f"{self.folder}/friend.key")
        for names, wanted in (("[friend.example]", 200), ("[friend@example.org]", 200), ("[192.0.2.7]", 200),
                              ("['spiffe://x/friend']", 200), ("[other, 'friend.example.org', friend]", None)):
            exporter, address = self.serve(policy + f"RequireAndVerifyClientCert\n  client_allowed_sans: {names}\n")
            status = self.status(url.format(address), *friend)
            self.assertTrue(status == wanted if wanted else status in (35, 56), (names, status))
            exporter.end()

    def test_an_intermediate_authority_is_trusted_without_its_root(self):
        self.certificates.authority("below", above="ca")
        self.certificates.authority("beside", above="ca")
        self.certificates.sign("friend", "DNS:friend", "below")
        self.certificates.sign("cousin", "DNS:friend", "beside")
        self.certificates.sign("nephew", "DNS:friend", "ca")
        self.certificates.authority("strange_ca")
        self.certificates.sign("stranger", "DNS:friend", "strange_ca")
        _, address = self.serve(SERVER + "  client_ca_file: below.pem\n  client_auth_type: RequireAndVerifyClientCert\n")
        served = [who for who in ("friend", "cousin", "nephew", "stranger")
                  if self.is_served(address, *self.certificates.client_flags(who))]
        self.assertEqual(["friend"], served)

    def test_headers_users_methods_and_reload_over_tls(self):
        exporter, address = self.serve(
            SERVER + USERS + f"  bob: {OTHER}\n" + "http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: sameorigin\n"
            "    Strict-Transport-Security: max-age=31536000\n    Content-Security-Policy: default-src 'self'\n",
            "--log.level=debug")
        url = f"https://{address}"
        status, head, _ = self.curl(url + "/metrics")
        self.assertEqual(401, status)
        self.assertRegex(head, r"(?m)^WWW-Authenticate: Basic realm=")
        for login in ("alice:wrong", "nobody:secret", ":", "alice:", "alice:secret\0", "alice:" + "x" * 5000):
            self.assertEqual(401, self.status(url + "/metrics", "-H", "Authorization: Basic " + self.certificates.base64(login)), login)
        for broken in ("Basic", "Basic =", "Basic ****", "Bearer abc", "Basic " + self.certificates.base64("no colon")):
            self.assertEqual(401, self.status(url + "/", "-H", f"Authorization: {broken}"), broken)

        alice = ("-u", "alice:secret")
        status, head, body = self.curl(url + "/metrics", *alice)
        self.assertEqual(200, status)
        lab.parse_exposition(body)
        self.assertEqual(200, self.status(url + "/metrics", "-u", "bob:other"))
        for path in ("/", "/api/v1/queues", "/style.css", "/none"):
            self.assertEqual(401, self.status(url + path), path)
            head = self.curl(url + path, *alice)[1]
            for line in ("X-Frame-Options: sameorigin", "Strict-Transport-Security: max-age=31536000",
                         "Content-Security-Policy: default-src 'self'", "X-Content-Type-Options: nosniff"):
                self.assertEqual(1, head.count(line), (path, head))
            self.assertEqual(1, head.count("Content-Security-Policy"), "the operator's stands in the place of ours")
        status, head, body = self.curl(url + "/metrics", "-I", *alice)
        self.assertEqual((200, ""), (status, body))
        self.assertRegex(head, r"(?m)^Content-Length: [1-9]\d{3,}$")
        status, head, _ = self.curl(url + "/metrics", "-X", "POST", *alice)
        self.assertEqual(405, status)
        self.assertRegex(head, r"(?m)^Allow: GET, HEAD$")
        self.assertEqual(403, self.status(url + "/-/reload", "-X", "POST", *alice))
        self.assertEqual(401, self.status(url + "/-/reload", "-X", "POST"))
        time.sleep(0.2)  # scrapes close together share one answer
        scraped = lab.parse_exposition(self.curl(url + "/metrics", *alice)[2])
        counted = lab.select(scraped, "promhttp_metric_handler_requests_total", code="200")
        self.assertGreaterEqual(counted[0].value, 3)
        log = exporter.log()
        self.assertRegex(log, r"event=answered method=GET path=/metrics status=401")
        self.assertRegex(log, r"event=answered method=HEAD path=/metrics status=200")
        for secret in ("secret", "$2y$", "alice"):
            self.assertNotIn(secret, log)

    def test_the_health_check_of_the_image_takes_every_answer_for_a_sign_of_life(self):
        for text in (SERVER + USERS, "rate_limit:\n  interval: 1h\n  burst: 1\n"):
            with self.subTest(text):
                exporter, address = self.serve(text)
                for _ in range(3):
                    done = self.run_exporter(f"--health.check=http://{address}")
                    self.assertEqual(0, done.returncode, done.stderr)
                exporter.stop()
                self.assertEqual(1, self.run_exporter(f"--health.check=http://{address}").returncode)

    def test_reload_works_behind_tls_and_a_password(self):
        _, address = self.serve(SERVER + USERS, "--web.enable-lifecycle")
        status, _, body = self.curl(f"https://{address}/-/reload", "-X", "POST", "-u", "alice:secret")
        self.assertEqual(500, status)
        self.assertIn("the demo runs on its own", body)

    def test_rate_limit(self):
        _, address = self.serve("rate_limit:\n  interval: 1h\n  burst: 3\n")
        statuses = [self.curl(f"http://{address}/-/healthy")[0] for _ in range(5)]
        self.assertEqual([200, 200, 200, 429, 429], statuses)
        self.assertRegex(self.curl(f"http://{address}/-/healthy")[1], r"(?m)^Retry-After: 3600$")

    def test_tls_to_a_plain_port_ends_at_once(self):
        _, address = self.serve("")
        self.assertEqual(35, self.status(f"https://{address}/"), "curl: wrong version number")
        self.assertEqual(200, self.status(f"http://{address}/"))

    def test_a_silent_and_a_half_handshake_end(self):
        _, address = self.serve(SERVER)
        host, port = address.split(":")
        with socket.create_connection((host, int(port))) as silent, socket.create_connection((host, int(port))) as half:
            half.sendall(bytes([22, 3, 1, 2, 0, 1, 0, 1]))
            for each in (silent, half):
                each.settimeout(8)
                self.assertEqual(b"", each.recv(1), "closed when the time for a head is over")
            self.assertEqual(200, self.status(f"https://{address}/-/healthy"))

    def test_a_session_is_resumed(self):
        _, address = self.serve(SERVER)
        session = os.path.join(self.folder, "session")
        self.assertIn("New, ", self.s_client(address, "-sess_out", session))
        self.assertIn("Reused, ", self.s_client(address, "-sess_in", session))


if __name__ == "__main__":
    unittest.main()
