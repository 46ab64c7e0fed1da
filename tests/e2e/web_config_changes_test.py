"""What a running exporter does when its web configuration changes, and when somebody guesses passwords."""
import os
import re
import socket
import ssl
import threading
import time
import unittest

import lab
from web_config import OTHER, SECRET, SERVER, USERS, WebConfigCase


class Scraper(threading.Thread):
    """Scrapes over new and kept connections until it is stopped; trusts every certificate it is given."""

    def __init__(self, address, authorities, logins):
        super().__init__(daemon=True)
        self.address, self.authorities, self.logins = address, authorities, logins
        self.failures, self.times, self.subjects = [], [], set()
        self.stopping = threading.Event()

    def run(self):
        context = ssl.create_default_context()
        for authority in self.authorities:
            context.load_verify_locations(authority)
        while not self.stopping.is_set():
            began = time.monotonic()
            try:
                self.scrape(context)
            except (OSError, AssertionError) as error:
                self.failures.append(repr(error))
            self.times.append(time.monotonic() - began)
            time.sleep(0.01)

    def scrape(self, context):
        host, port = self.address.split(":")
        with socket.create_connection((host, int(port)), timeout=5) as bare, context.wrap_socket(bare, server_hostname="localhost") as tls:
            self.subjects.add(tls.getpeercert()["serialNumber"])
            for last in (False, True):
                ask = f"GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {self.logins[0]}\r\n"
                tls.sendall((ask + ("Connection: close\r\n" if last else "") + "\r\n").encode())
                self.read_answer(tls)

    @staticmethod
    def read_answer(tls):
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = tls.recv(65536)
            assert part, "closed before the head's end"
            answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        missing = int(re.search(rb"Content-Length: (\d+)", head).group(1)) - len(body)
        while missing > 0:
            part = tls.recv(65536)
            assert part, "closed before the body's end"
            missing -= len(part)

    def stop(self):
        self.stopping.set()
        self.join(10)


class ChangesTest(WebConfigCase):
    def setUp(self):
        super().setUp()
        self.certificates.authority("ca")
        self.certificates.sign("server", "DNS:localhost,IP:127.0.0.1")

    def replace(self, name, text):
        """As careful people do: the new file takes the old one's place at once."""
        path = self.write(name + ".new", text)
        os.rename(path, os.path.join(self.folder, name))

    def test_certificate_and_password_change_without_one_failed_scrape(self):
        exporter, address = self.serve(SERVER + USERS)
        logins = [self.certificates.base64("alice:secret")]
        scraper = Scraper(address, [f"{self.folder}/ca.pem"], logins)
        scraper.start()
        for turn in range(4):
            lab.wait_until("scrapes", lambda: len(scraper.times) > 10 * (turn + 1))
            # The certificate first and the key after it: in between both do not fit, and the old pair serves.
            self.certificates.sign("server", "DNS:localhost,IP:127.0.0.1", pause=0.05)
            password, login = [(OTHER, "alice:other"), (SECRET, "alice:secret")][turn % 2]
            # The new password beside the old one, the scraper changes, the old one goes: no moment without a good login.
            before = logins[0]
            self.replace("web.yml", SERVER + f"basic_auth_users:\n  alice: {[SECRET, OTHER][turn % 2]}\n  bob: {password}\n")
            logins[0] = self.certificates.base64(login.replace("alice", "bob"))
            time.sleep(0.2)
            self.replace("web.yml", SERVER + f"basic_auth_users:\n  alice: {password}\n  bob: {password}\n")
            logins[0] = self.certificates.base64(login)
            time.sleep(0.2)
            self.replace("web.yml", SERVER + f"basic_auth_users:\n  alice: {password}\n")
            self.assertEqual(401, self.status(f"https://{address}/", "-H", f"Authorization: Basic {before}"))
        scraper.stop()
        self.assertEqual([], scraper.failures)
        self.assertGreater(len(scraper.times), 40)
        self.assertGreaterEqual(len(scraper.subjects), 5, "each certificate was seen")
        self.assertIsNone(exporter.process.poll())

    def test_a_broken_file_changes_nothing_and_is_told_once(self):
        exporter, address = self.serve(SERVER + USERS)
        ask = lambda: self.status(f"https://{address}/-/healthy", "-u", "alice:secret")
        self.assertEqual(200, ask())
        for text in ("tls_server_config: [", SERVER + "  min_version: x\n", SERVER.replace("server.key", "ca.key") + USERS, "", USERS, SERVER):
            self.replace("web.yml", text)
            self.assertEqual([200, 200], [ask(), ask()], text)
            self.assertEqual(401, self.status(f"https://{address}/-/healthy"), "still closed to others")
        os.remove(os.path.join(self.folder, "web.yml"))
        self.assertEqual(200, ask())
        log = exporter.log()
        self.assertEqual(4, log.count("the changed web configuration is wrong"), log)
        self.assertEqual(3, log.count("the changed web configuration needs a restart"), log)
        self.replace("web.yml", SERVER + USERS.replace("alice", "carol"))
        self.assertEqual(401, ask())
        self.assertEqual(200, self.status(f"https://{address}/-/healthy", "-u", "carol:secret"))


class GuessingTest(WebConfigCase):
    """Wrong passwords at full cost: 10, as htpasswd's page recommends. GUESSING_SECONDS=60 is the full form."""

    def test_a_thousand_guesses_a_minute_leave_scrapes_unharmed(self):
        seconds = float(os.environ.get("GUESSING_SECONDS", "6"))
        self.certificates.authority("ca")
        self.certificates.sign("server", "DNS:localhost,IP:127.0.0.1")
        costly = "$2y$10$46oeQyAIMxMs839gsIMavuaoZ6ASQEx8shsgo69mEBCRQDmfpTQ0e"
        exporter, address = self.serve(SERVER + f"basic_auth_users:\n  alice: {costly}\n")
        exporter.find("tls=true")
        scraper = Scraper(address, [f"{self.folder}/ca.pem"], [self.certificates.base64("alice:secret")])
        scraper.start()
        time.sleep(seconds / 3)
        calm = list(scraper.times)[1:]
        statuses = []

        def guess(number):
            login = f"{'alice' if number % 2 else 'nobody'}:guess{number}"
            statuses.append(self.status(f"https://{address}/", "-H", "Authorization: Basic " + self.certificates.base64(login)))

        guessers = []
        began, first = time.monotonic(), len(scraper.times)
        while time.monotonic() - began < seconds:
            guessers.append(threading.Thread(target=guess, args=(len(guessers),)))
            guessers[-1].start()
            time.sleep(60 / 1000)
        under_attack = list(scraper.times)[first:]
        # Somebody new, from the guessers' own address, comes in while they wait.
        newcomer = self.curl(f"https://{address}/-/healthy", "-u", "alice:secret")[0]
        scraper.stop()
        for guesser in guessers:
            guesser.join(30)
        p50, p99 = lab.quantile(calm, 0.5), lab.quantile(under_attack, 0.99)
        print(f"{len(guessers)} guesses in {seconds:g} s: {[(s, statuses.count(s)) for s in sorted(set(statuses))]}; "
              f"scrape in calm p50 {1000 * p50:.1f} ms p99 {1000 * lab.quantile(calm, 0.99):.1f} ms, "
              f"attacked p50 {1000 * lab.quantile(under_attack, 0.5):.1f} ms p99 {1000 * p99:.1f} ms")
        self.assertEqual([], scraper.failures)
        self.assertLessEqual(set(statuses), {401, 429})
        self.assertEqual(200, newcomer)
        self.assertLess(lab.quantile(under_attack, 0.5), 5 * p50 + 0.05, "checking runs beside serving")
        self.assertLess(p99, 1.0)


if __name__ == "__main__":
    unittest.main()
