"""Calls through a proxy: which go that way, what the proxy sees, and what the cloud does not."""
import base64
import os
import shutil
import socket
import ssl
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import certificates
import lab

KEY = ("AKIDdemomedia0000000000000000000001", "demo-media-key-of-no-worth")
ROLE = "qcs::cam::uin/100000000001:roleName/taskqueue-reader"
USER = "operator:pa%24%24-of-the-proxy"
PASSWORD = "pa$$-of-the-proxy"


def pipe(source, sink):
    """Carries bytes until one side ends."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Door:
    """Takes connections on loopback, each on a thread of its own."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_quietly, args=(connection,), daemon=True).start()

    def serve_quietly(self, connection):
        with connection:
            try:
                self.serve(connection)
            except OSError:
                pass

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class TlsFront(Door):
    """The simulator behind TLS. Keeps what came in, decrypted."""

    def __init__(self, folder, name, port):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(os.path.join(folder, f"{name}.pem"), os.path.join(folder, f"{name}.key"))
        self.behind = port
        self.seen = bytearray()
        super().__init__()

    def serve(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as near, socket.create_connection(("127.0.0.1", self.behind)) as far:
            threading.Thread(target=pipe, args=(far, near), daemon=True).start()
            while data := near.recv(65536):
                self.seen += data
                far.sendall(data)


class Proxy(Door):
    """An HTTP proxy that leads every name to one port."""

    def __init__(self, to_port, password=None):
        self.to_port = to_port
        self.password = password
        self.refuses = False
        self.heads = []
        super().__init__()

    def serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(4096)
            if not data:
                return
            head += data
        self.heads.append(head.decode())
        wanted = b"Basic " + base64.b64encode(f"operator:{self.password}".encode())
        if self.password and b"Proxy-Authorization: " + wanted not in head:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")
        elif head.startswith(b"POST http://") and not self.refuses:
            self.forward(connection, head)
        elif self.refuses or not head.startswith(b"CONNECT "):
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        else:
            with socket.create_connection(("127.0.0.1", self.to_port)) as far:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                threading.Thread(target=pipe, args=(far, connection), daemon=True).start()
                pipe(connection, far)

    def forward(self, connection, head):
        """A request without encryption, after which the connection ends."""
        line, rest = head.split(b"\r\n", 1)
        method, url, version = line.split(b" ")
        with socket.create_connection(("127.0.0.1", self.to_port)) as far:
            far.sendall(method + b" /" + url.split(b"/", 3)[3] + b" " + version + b"\r\nConnection: close\r\n" + rest)
            threading.Thread(target=pipe, args=(connection, far), daemon=True).start()
            pipe(far, connection)

    def asked_for(self):
        return {head.split(" ")[1] for head in self.heads}


class ProxiesTest(lab.LabCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = tempfile.mkdtemp(prefix="taskqueue-")
        cls.addClassCleanup(shutil.rmtree, cls.certificates, ignore_errors=True)
        made = certificates.Certificates(cls.certificates)
        for name in ("ca", "stranger"):
            made.authority(name)
        made.sign("cloud", "DNS:mps.test,DNS:sts.test")
        cls.simulator = lab.Simulator("simulator", [lab.SIMULATOR, "--listen-address=127.0.0.1:0"], cls.certificates)
        cls.addClassCleanup(cls.simulator.end)

    def setUp(self):
        super().setUp()
        self.plain_port = int(self.simulator.addresses()[0].rsplit(":", 1)[1])
        self.front = TlsFront(self.certificates, "cloud", self.plain_port)
        self.addCleanup(self.front.stop)

    def proxy(self, password=None, to_port=None):
        proxy = Proxy(to_port or self.front.port, password)
        self.addCleanup(proxy.stop)
        return proxy

    def run_once(self, keys="", trusted="ca", endpoint='"https://mps.test"', **variables):
        """One reading of one queue, whose cloud only the proxy knows how to reach."""
        path = self.write("c.toml", f"""
[polling]
timeout = "3s"
[accounts.media]
provider = "tencent"
credentials = "static"
secret_id = "{KEY[0]}"
secret_key = "{KEY[1]}"
ca_file = "{self.certificates}/{trusted}.pem"
sts_endpoint = "https://sts.test"
{keys}
[queues.transcode]
service = "mps"
account = "media"
endpoint = {endpoint}
""")
        env = {"PATH": os.environ["PATH"], "HOME": self.folder, **variables}
        done = self.run_exporter("--once", "--once.timeout=20s", "--log.level=debug", f"--config.file={path}", env=env)
        self.assertNotIn(PASSWORD, done.stderr + done.stdout)
        self.assertNotIn(USER, done.stderr + done.stdout)
        return done

    def assert_failed(self, done, sentence):
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn(sentence, done.stderr)

    def test_the_accounts_proxy_with_user_and_password_which_the_cloud_never_sees(self):
        proxy = self.proxy(PASSWORD)
        done = self.run_once(f'proxy = "http://{USER}@127.0.0.1:{proxy.port}"\n'
                             f'assume_role = {{ arn = "{ROLE}", external_id = "demo-external-id" }}')
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"mps.test:443", "sts.test:443"}, proxy.asked_for())
        self.assertIn(b"X-TC-Action: DescribeTasks", self.front.seen)
        self.assertIn(b"X-TC-Action: AssumeRole", self.front.seen)
        self.assertNotIn(b"proxy", bytes(self.front.seen).lower())
        self.assertLess(len(proxy.heads), 8, "connections are kept")

    def test_the_environments_proxy(self):
        for name, value in (("HTTPS_PROXY", "http://127.0.0.1:{}"), ("https_proxy", "127.0.0.1:{}")):
            proxy = self.proxy()
            done = self.run_once(**{name: value.format(proxy.port)})
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertEqual({"mps.test:443"}, proxy.asked_for())

    def test_an_endpoint_without_encryption_by_the_accounts_proxy_only(self):
        proxy = self.proxy(PASSWORD, self.plain_port)
        plain = '"http://mps.test"\nallow_insecure = true'
        done = self.run_once(f'proxy = "http://{USER}@127.0.0.1:{proxy.port}"', endpoint=plain)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"http://mps.test/"}, {url.replace(":80/", "/") for url in proxy.asked_for()})
        done = self.run_once(endpoint=plain, HTTPS_PROXY=f"http://{USER}@127.0.0.1:{proxy.port}")
        self.assert_failed(done, "cannot connect to mps.test")

    def test_hosts_of_no_proxy_are_called_directly(self):
        proxy = self.proxy()
        done = self.run_once(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}", NO_PROXY="example.com,.test")
        self.assert_failed(done, "cannot connect to mps.test")
        self.assertEqual([], proxy.heads)

    def test_a_proxy_that_refuses_the_password(self):
        proxy = self.proxy("another")
        done = self.run_once(f'proxy = "http://{USER}@127.0.0.1:{proxy.port}"')
        self.assert_failed(done, f"the proxy 127.0.0.1:{proxy.port} does not connect us to mps.test: check the user and password")

    def test_a_proxy_that_refuses_the_host(self):
        proxy = self.proxy()
        proxy.refuses = True
        done = self.run_once(f'proxy = "http://127.0.0.1:{proxy.port}"')
        self.assert_failed(done, f"the proxy 127.0.0.1:{proxy.port} does not connect us to mps.test")

    def test_a_proxy_that_is_not_there_or_no_http_proxy(self):
        self.assert_failed(self.run_once(f'proxy = "http://{USER}@127.0.0.1:1"'), "cannot connect to the proxy 127.0.0.1:1")
        self.assert_failed(self.run_once(HTTPS_PROXY=f"socks5://{USER}@127.0.0.1:1"), "HTTPS_PROXY in the environment is no URL of an HTTP proxy")

    def test_a_certificate_that_is_not_trusted_is_not_trusted_through_a_proxy_either(self):
        proxy = self.proxy()
        done = self.run_once(f'proxy = "http://127.0.0.1:{proxy.port}"', trusted="stranger")
        self.assert_failed(done, "the certificate of mps.test is not trusted")
        self.assertNotIn(b"TC3-HMAC", self.front.seen)


if __name__ == "__main__":
    unittest.main()
