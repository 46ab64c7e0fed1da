"""Exporters behind a web configuration, asked by curl and openssl."""
import subprocess

import lab
from certificates import Certificates

# htpasswd -nbBC 4 of "secret" and "other". A low cost, since these tests are not about guessing.
SECRET = "$2y$04$1hDrWMEjTnIqZSHB7ySWQeRLGCd0etW894F1UCE3oPAMiDsTxGO2."
OTHER = "$2y$04$nn6FwvIVWo2BqiX9oR.1Z.je8.in8CYBaBmUbuETEmsVXZlKehbpq"

SERVER = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
USERS = f"basic_auth_users:\n  alice: {SECRET}\n"


class WebConfigCase(lab.LabCase):
    def setUp(self):
        super().setUp()
        self.certificates = Certificates(self.folder)

    def serve(self, text, *flags):
        """The demo behind this web configuration; gives the program and host:port."""
        path = self.write("web.yml", text)
        exporter = self.start_exporter("--demo", f"--web.config.file={path}", *flags)
        return exporter, exporter.addresses()[0]

    def curl(self, url, *flags):
        """Status, head and body, or curl's own complaint as the status."""
        done = subprocess.run(["curl", "-sS", "--noproxy", "*", "-i", "-m", "20", "--cacert", f"{self.folder}/ca.pem", *flags, url],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return done.returncode, "", done.stderr
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        return int(head.split()[1]), head, body

    def status(self, url, *flags):
        return self.curl(url, *flags)[0]

    def s_client(self, address, *flags):
        """What openssl s_client says of a connection that asks for /-/healthy."""
        ask = "GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        done = subprocess.run(["openssl", "s_client", "-connect", address, "-CAfile", f"{self.folder}/ca.pem", "-ign_eof", *flags],
                              input=ask, capture_output=True, text=True, check=False, timeout=20)
        return done.stdout + done.stderr

    def is_served(self, address, *flags):
        return "HTTP/1.1 200 OK" in self.s_client(address, *flags)
