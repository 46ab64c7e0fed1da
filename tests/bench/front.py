"""nginx with TLS before a server that has none, and the certificate that both sides of a comparison trust."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import certificates
import lab

FRONT = """
daemon off; worker_processes 1; pid {folder}/front.pid; error_log {folder}/front.error;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path {folder}/f-body; proxy_temp_path {folder}/f-proxy; fastcgi_temp_path {folder}/f-fastcgi;
  uwsgi_temp_path {folder}/f-uwsgi; scgi_temp_path {folder}/f-scgi;
  ssl_certificate {folder}/front.pem; ssl_certificate_key {folder}/front.key;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:all:4m;
  upstream behind {{ server {behind}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    location / {{
      proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Connection "";
      proxy_buffers 16 16k; proxy_busy_buffers_size 64k;
    }}
  }}
}}
"""


def make_certificate(folder, name="front"):
    """NAME.pem and NAME.key for this machine and for vod.test, signed by an authority whose certificate is ca.pem."""
    made = certificates.Certificates(folder)
    made.authority("ca")
    made.sign(name, "DNS:vod.test,DNS:localhost,IP:127.0.0.1")


class Nginx(lab.Program):
    """One that takes its workers with it: killed, it would leave them behind."""

    def end(self):
        self.stop()


def run_nginx(name, configuration, folder):
    """An nginx of that configuration."""
    path = os.path.join(folder, f"{name}.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(configuration)
    # As root it would give its worker to another user, who may not read this folder.
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    return Nginx(name, [lab.find_program("nginx"), "-c", path, *user], folder)


class Front:
    """TLS before `behind` (host:port), with ca.pem and front.pem in `folder`."""

    def __init__(self, behind, folder, name):
        self.port = lab.free_port()
        self.program = run_nginx(name, FRONT.format(folder=folder, behind=behind, port=self.port), folder)
        lab.wait_until("the front listening", self.listens)

    def listens(self):
        try:
            return lab.fetch(f"http://127.0.0.1:{self.port}/").status == 400  # plain HTTP on a port with TLS
        except OSError:
            return False

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def end(self):
        self.program.end()
