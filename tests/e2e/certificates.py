"""Certificates for tests, made with openssl's command."""
import base64
import os
import subprocess
import time


class Certificates:
    """NAME.pem and NAME.key in a folder. EC keys, made in milliseconds, where the kind does not matter."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)

    def authority(self, name, above=None):
        """Signed by itself, or by the authority above it."""
        signer = ("-CA", f"{above}.pem", "-CAkey", f"{above}.key") if above else ()
        self.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", *signer,
                 "-days", "2", "-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def sign(self, name, names, authority="ca", pause=0.0):
        """For these alternative names. Certificate and key take their places one after the other, each at once."""
        new = f"{name}.new"
        self.run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{new}.key", "-out", f"{new}.csr", "-subj", f"/CN={name}")
        with open(os.path.join(self.folder, f"{new}.ext"), "w", encoding="ascii") as file:
            file.write(f"subjectAltName={names}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
        self.run("x509", "-req", "-in", f"{new}.csr", "-out", f"{new}.pem", "-days", "2", "-extfile", f"{new}.ext",
                 "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial")
        for ending in ("pem", "key"):
            os.rename(os.path.join(self.folder, f"{new}.{ending}"), os.path.join(self.folder, f"{name}.{ending}"))
            time.sleep(pause)

    def client_flags(self, name):
        """For openssl s_client."""
        return ("-cert", os.path.join(self.folder, f"{name}.pem"), "-key", os.path.join(self.folder, f"{name}.key"))

    @staticmethod
    def base64(text):
        return base64.b64encode(text.encode()).decode()
