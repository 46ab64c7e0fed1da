"""The vendors' SDKs, installed as the lock says into the build folder, and node to call them with."""
import fcntl
import hashlib
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILD_DIR", os.path.join(os.path.dirname(os.path.dirname(HERE)), "build", "release"))
FOLDER = os.path.join(BUILD, "witness")
MANIFESTS = ("package.json", "package-lock.json")


def find_tool(name):
    found = shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is not on the PATH: ./test installs it")
    return found


def wanted():
    """What stands for the installed packages: the lock's digest and node's version."""
    digest = hashlib.sha256()
    for name in MANIFESTS:
        with open(os.path.join(HERE, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def is_installed(mark):
    try:
        with open(mark, encoding="ascii") as file:
            return file.read() == wanted()
    except FileNotFoundError:
        return False


def npm_ci():
    """npm checks every package against the lock's digests. Its own cache is asked first, the network where that fails."""
    command = [find_tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline",
               "--fetch-retries=2", "--fetch-retry-maxtimeout=20000"]
    done = subprocess.run(command, cwd=FOLDER, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise RuntimeError("the vendors' SDKs could not be installed: they are neither in npm's cache nor to be had over the network, "
                           f"so what they would have to say is not tested. npm said:\n{done.stderr[-3000:]}")


def install():
    """Installs the SDKs once; of several tests at the same time, one does it and the others wait."""
    os.makedirs(FOLDER, exist_ok=True)
    mark = os.path.join(FOLDER, "installed")
    with open(os.path.join(FOLDER, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_installed(mark):
            return
        if os.path.exists(mark):
            os.remove(mark)
        for name in MANIFESTS:
            shutil.copyfile(os.path.join(HERE, name), os.path.join(FOLDER, name))
        npm_ci()
        with open(mark, "w", encoding="ascii") as file:
            file.write(wanted())


def node(script, *flags, **variables):
    """A script of this folder in node, with pipes; it finds the SDKs in the build folder."""
    environment = {**os.environ, **variables, "NODE_PATH": os.path.join(FOLDER, "node_modules"), "NO_PROXY": "*"}
    return subprocess.Popen([find_tool("node"), *flags, os.path.join(HERE, script)], env=environment, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
