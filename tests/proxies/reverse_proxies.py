"""Reverse proxies as they are used: each on a free port of 127.0.0.1, ended by its pid."""
import os
import re
import shutil
import socket
import subprocess
import time

from running_process import RunningProcess

# What Debian's configuration has, without its logs.
HAPROXY = """
global
  stats socket {folder}/stats
  {settings}
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:{port}
  default_backend back
backend back
{more}
{servers}
"""

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/errors;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_max_body_size 0;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {more}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://{target}; }}
  }}
}}
"""

# What is read is passed on at once, by HTTP/1.1, and what is answered is compressed.
NGINX_UNBUFFERED = """
  proxy_http_version 1.1;
  proxy_request_buffering off;
  proxy_buffering off;
  gzip on;
  gzip_proxied any;
  gzip_types application/x-ndjson;
"""

CADDY = """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  reverse_proxy {target}
}}
"""

APACHE = """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
ErrorLog {folder}/errors
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
User www-data
Group www-data
Listen 127.0.0.1:{port}
LimitRequestBody 0
ProxyPass / http://{target}/
"""

# The name of each, its program, its configuration, and how it is started with that in a file.
PROXIES = {
    "haproxy": ("haproxy", HAPROXY, ["-db", "-f"], ["-v"]),
    "nginx": ("nginx", NGINX, ["-c"], ["-v"]),
    "nginx-unbuffered": ("nginx", NGINX, ["-c"], ["-v"]),
    "caddy": ("caddy", CADDY, ["run", "--adapter", "caddyfile", "--config"], ["version"]),
    "apache2": ("apache2", APACHE, ["-DFOREGROUND", "-f"], ["-v"]),
}


def find(name):
    """The path of the proxy's program, or None if it is not installed."""
    return shutil.which(PROXIES[name][0], path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def version(name):
    output = subprocess.run([find(name), *PROXIES[name][3]], capture_output=True, text=True,
                            check=False)
    number = re.search(r"\d+\.\d+\.\d+", output.stdout + output.stderr)
    return number[0] if number else "?"


def free_port():
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return each.getsockname()[1]


class Proxy(RunningProcess):
    """A context manager; the proxy listens on `port` while the block runs. `folder` is empty;
    `values` go into its configuration."""

    def __init__(self, name, folder, **values):
        _, configuration, arguments, _ = PROXIES[name]
        self.port = free_port()
        path = os.path.join(folder, "configuration")
        # Its workers may be another user's.
        os.chmod(folder, 0o755)
        with open(path, "w", encoding="utf-8") as file:
            file.write(configuration.format(port=self.port, folder=folder, **values))
        with open(os.path.join(folder, "output"), "wb") as output:
            self.process = subprocess.Popen([find(name), *arguments, path], stdout=output,
                                            stderr=output, env={**os.environ, "HOME": folder})
        try:
            self.wait(name, folder)
        except RuntimeError:
            self.stop()
            raise

    def wait(self, name, folder):
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
            if self.process.poll() is not None:
                break
        with open(os.path.join(folder, "output"), encoding="utf-8") as output:
            raise RuntimeError(f"{name} does not start: {output.read()}")


class ReverseProxy(Proxy):
    """Before one server, at the port `target`."""

    def __init__(self, name, target, folder):
        super().__init__(name, folder, target=f"127.0.0.1:{target}", settings="maxconn 100",
                         servers=f"  server rollcall 127.0.0.1:{target}",
                         more=NGINX_UNBUFFERED if name == "nginx-unbuffered" else "")
