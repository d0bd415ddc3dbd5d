"""The servers of the tests, fetched once through the clients of their registries and kept outside the tree.

What is fetched is pinned, and compared with the checksums beside this file before it is used.  The folder is
$SQC_SERVICES_CACHE, or sqc-services where caches are kept.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
KAFKA = "3.9.2"
DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
VERSITYGW = "v1.8.0"
VERSITYGW_SUM = "h1:au+wI+aybno/STsQiSm35Uu6Q6iK5MWReQxgO6SEMFc="


class Missing(Exception):
    """What has to be installed first, for people."""


def cache_folder():
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.environ.get("SQC_SERVICES_CACHE") or os.path.join(home, "sqc-services")


def program(name, package):
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed (Debian: {package}); ./dev services installs it")
    return path


@contextlib.contextmanager
def _place(name):
    """(folder, is it there already); a new one takes its name when all went well, and two fetch one after the other."""
    folder = os.path.join(cache_folder(), name)
    os.makedirs(cache_folder(), exist_ok=True)
    with open(os.path.join(cache_folder(), "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.isdir(folder):
            yield folder, True
            return
        work = folder + ".new"
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        yield work, False
        os.rename(work, folder)


def _run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:3])} ..: exit code {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def _check_sums(folder, list_path):
    with open(list_path) as f:
        wanted = dict(reversed(line.split()) for line in f if line.strip())
    for name in sorted(set(os.listdir(folder)) | set(wanted)):
        path = os.path.join(folder, name)
        if name not in wanted or not os.path.exists(path):
            raise SystemExit(f"{name}: {'not expected' if name not in wanted else 'missing'} ({list_path})")
        with open(path, "rb") as f:
            if hashlib.sha256(f.read()).hexdigest() != wanted[name]:
                raise SystemExit(f"{name}: not the file whose checksum is in {list_path}")


def kafka_jars():
    """The folder of the broker's jars."""
    final = os.path.join(cache_folder(), f"kafka-{KAFKA}")
    with _place(f"kafka-{KAFKA}") as (folder, is_there):
        if not is_there:
            pom = os.path.join(HERE, "kafka_pom.xml")
            target = os.path.join(cache_folder(), "maven")
            command = [program("mvn", "maven"), "-q", "-B", "-f", pom, f"-Dkafka.version={KAFKA}"]
            command += [f"-DbuildFolder={target}", DEPENDENCY_PLUGIN, "-DincludeScope=runtime"]
            _run(command + [f"-DoutputDirectory={folder}"])
            _check_sums(folder, os.path.join(HERE, "kafka.sha256"))
    return final


def python_package(name):
    """The folder of a wheel whose hash stands in NAME.txt beside this file."""
    requirements = os.path.join(HERE, f"{name}.txt")
    with open(requirements) as f:
        version = f.read().split("==")[1].split()[0]
    final = os.path.join(cache_folder(), f"{name}-{version}")
    with _place(f"{name}-{version}") as (folder, is_there):
        if not is_there:
            if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
                raise Missing("pip is not installed (Debian: python3-pip); ./dev services installs it")
            command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "--no-input"]
            _run(command + ["--disable-pip-version-check", "--target", folder, "-r", requirements])
    return final


def use_python_package(name):
    folder = python_package(name)
    if folder not in sys.path:
        sys.path.insert(0, folder)


def go():
    """Go builds the S3 server; it takes the toolchain that it needs by itself from 1.21 on."""
    path = shutil.which("go")
    if path is not None:
        words = _run([path, "version"]).split()[2][2:].split(".")
        if (int(words[0]), int(words[1])) >= (1, 21):
            return path
    return None


def versitygw():
    """The S3 server's program."""
    final = os.path.join(cache_folder(), f"versitygw-{VERSITYGW}")
    with _place(f"versitygw-{VERSITYGW}") as (folder, is_there):
        if not is_there:
            if go() is None:
                raise Missing("Go 1.21 or later is needed to build versitygw (https://go.dev/doc/install)")
            package = f"github.com/versity/versitygw/cmd/versitygw@{VERSITYGW}"
            _run([go(), "install", package], env={**os.environ, "GOBIN": folder})
            built = _run([go(), "version", "-m", os.path.join(folder, "versitygw")])
            if VERSITYGW_SUM not in built.split():
                raise SystemExit(f"versitygw {VERSITYGW}: not the source whose checksum is in fetch.py")
    return os.path.join(final, "versitygw")


FETCHES = {
    "kafka": lambda: (kafka_jars(), python_package("confluent-kafka")),
    "redis": lambda: program("redis-server", "redis-server"),
    "clickhouse": lambda: python_package("chdb-core"),
    "s3": versitygw,
}

if __name__ == "__main__":
    try:
        for wanted in sys.argv[1:] or FETCHES:
            FETCHES[wanted]()
    except Missing as missing:
        raise SystemExit(str(missing))
