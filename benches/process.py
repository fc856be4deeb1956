"""The programs that are measured, started and stopped one by one, and the load that is put on them."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time

# A public test key; nothing that matters is ever signed with it.
TESSERA_KEY = "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg"


class Server:
    """A server that says on stdout where it listens."""

    def __init__(self, command, url=None, env=None):
        began = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env)
        self.pid, self.url = self.process.pid, url
        if url is None:
            line = self.process.stdout.readline()
            if "listening on " not in line:
                raise SystemExit(f"{command[0]} did not start: {line!r}")
            self.url = line.split("listening on ")[1].strip()
        else:
            _wait_for_port(url, self.process)
        self.opened = time.monotonic() - began

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def _wait_for_port(url, process):
    host, port = url.removeprefix("http://").split(":")
    while process.poll() is None:
        try:
            socket.create_connection((host, int(port))).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{url} did not start")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def serve(built, directory):
    """A ledger, with every limit as it is by default."""
    return Server([f"{built}/notarium", "serve", directory, "--listen", "127.0.0.1:0", "--log", "error"])


def tessera(program, directory):
    """Tessera's POSIX conformance server, as its own documentation starts it."""
    url = f"127.0.0.1:{free_port()}"
    command = [program, "--storage_dir", directory, "--listen", url]
    return Server(command, f"http://{url}", {**os.environ, "LOG_PRIVATE_KEY": TESSERA_KEY})


def load_command(built, server, file, **options):
    command = [f"{built}/examples/load", server.url, "--pid", str(server.pid), "--json", file]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    return command


def load(built, server, **options):
    """Puts load on a server, and returns the figures. A receipt that does not hold ends everything."""
    with tempfile.NamedTemporaryFile() as file:
        done = subprocess.run(load_command(built, server, file.name, **options), capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"load failed: {done.stdout}{done.stderr}")
        return json.load(open(file.name))


class Background:
    """Load that goes on while something else is measured."""

    def __init__(self, built, server, **options):
        self.file = tempfile.NamedTemporaryFile()
        command = load_command(built, server, self.file.name, **options)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def finish(self):
        said, _ = self.process.communicate()
        if self.process.returncode:
            raise SystemExit(f"load failed: {said}")
        return json.load(open(self.file.name))

    def kill(self):
        self.process.kill()
        self.process.communicate()


def run(command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout
