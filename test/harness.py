"""What test/coverage and test/mutants share: a private server with another build of the library, and SQL tests on it one by one.

Both need Python 3, gcc and gcov and nothing else. The server is a copy of its own, beside those of test/check, and the
objects are built in a copy of the checkout, so that neither make check nor the checkout's own objects ever meet them.
"""
import fcntl
import filecmp
import glob
import hashlib
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PG_CONFIG = os.environ.get("PG_CONFIG", "pg_config")
TEMPLATE = "regression_template"
DATABASE = "contrib_regression"
STATS = "test/stats"    # the test of src/stats, which needs no server
LIKE_PG_REGRESS = {"PGTZ": "PST8PDT", "PGDATESTYLE": "Postgres, MDY", "PGOPTIONS": "-c intervalstyle=postgres_verbose"}

# What a broken library may not do to the machine; a test that needs more has failed.
ADDRESS_SPACE = 3 << 30
SETTINGS = ["jit=off", "temp_file_limit=1GB", "max_prepared_transactions=10", "log_min_messages=fatal"]


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def output_of(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout.strip()


def work_dir():
    return output_of(os.path.join(TOP, "test/cluster"), "dir")


def kept_in(what):
    """The file with what was found of the C code as it is now: of other code, lines are others."""
    digest = hashlib.sha256()
    for path in sorted(glob.glob("src/*/*.[ch]", root_dir=TOP)):
        with open(os.path.join(TOP, path), "rb") as file:
            digest.update(path.encode() + b"\0" + file.read())
    return os.path.join(work_dir(), f"{what}-{digest.hexdigest()[:12]}.json")


def sql_tests():
    names = sorted(os.listdir(os.path.join(TOP, "test/sql")))
    return [name[:-4] for name in names if name.startswith("t_") and name.endswith(".sql")]


def room(path):
    """The room of src/room/file.c."""
    return path.split("/")[1]


class Build:
    """A copy of the checkout, compiled with flags of its own and without bitcode."""

    def __init__(self, directory, flags):
        self.directory = directory
        self.flags = flags
        os.makedirs(directory, exist_ok=True)
        for name in ("Makefile", "icp_portrait.control", "src", "sql", "test/stats"):
            self.take(name)
        self.make("-j%d" % (os.cpu_count() or 1), "icp_portrait.so")

    def take(self, name):
        """Copies what has changed and forgets what is gone, so that make compiles no more than it must. Objects are not taken."""
        source, target = os.path.join(TOP, name), os.path.join(self.directory, name)
        if os.path.isdir(source):
            os.makedirs(target, exist_ok=True)
            entries = [entry for entry in os.listdir(source) if not entry.endswith((".o", ".bc"))]
            for entry in set(os.listdir(target)) - set(entries):
                if entry.endswith((".c", ".h", ".sql")):
                    os.remove(os.path.join(target, entry))
            for entry in entries:
                self.take(os.path.join(name, entry))
        elif not (os.path.exists(target) and filecmp.cmp(source, target, shallow=False)):
            shutil.copy(source, target)

    def make(self, *arguments):
        environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        return output_of("make", "-s", "-C", self.directory, "PG_CONFIG=" + PG_CONFIG, "with_llvm=no",
                         "COPT=" + self.flags, *arguments, stderr=sys.stderr, env=environment)

    @property
    def library(self):
        return os.path.join(self.directory, "icp_portrait.so")


class Server:
    """A cluster of a private server, into which libraries are put, and where one SQL test at a time runs."""

    def __init__(self, name, **environment):
        self.environment = dict(os.environ, ICP_WORK=os.path.join(work_dir(), name), **environment)
        self.lock = open(os.path.join(work_dir(), name + ".lock"), "w", encoding="utf-8")    # until we end
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"test/{name}: another one is running on this checkout")
        # Without bitcode: JIT would take functions from there, as they were before.
        self.cluster("stage", env=dict(self.environment, GNUMAKEFLAGS="with_llvm=no"))
        self.dir = self.cluster("dir", "check")
        self.tree = os.path.join(self.cluster("dir"), "server")
        self.libdir = self.tree + output_of(PG_CONFIG, "--pkglibdir")
        self.bindir = self.tree + output_of(PG_CONFIG, "--bindir")
        pgxs = output_of(PG_CONFIG, "--pgxs")
        self.pg_regress = pgxs.replace("/makefiles/pgxs.mk", "/test/regress/pg_regress")

    def cluster(self, *arguments, **more):
        return output_of(os.path.join(TOP, "test/cluster"), *arguments, **{"env": self.environment, **more})

    def psql(self, database, script):
        return output_of(os.path.join(self.bindir, "psql"), "-XAtq", "-h", self.dir, "-U", "postgres", "-v", "ON_ERROR_STOP=1",
                         "-d", database, input=script, stderr=subprocess.DEVNULL)

    def install(self, library):
        """The next backend loads it: nothing is preloaded. A new file, because the old one may be mapped."""
        target = os.path.join(self.libdir, "icp_portrait.so")
        shutil.copy(library, target + ".new")
        os.rename(target + ".new", target)

    def create(self):
        """A new cluster with the tests in it, and a database for each of them to be copied from."""
        self.cluster("drop", "check")
        self.start()
        script = """mkdir -p "$1/src" "$1/regress/results"
            tar -xf - --no-same-owner -C "$1/src"
            ln -s ../src/test/sql ../src/expected "$1/regress/" """
        with subprocess.Popen(["tar", "-C", TOP, "--exclude=.git", "--exclude=*.o", "--exclude=*.bc", "-cf", "-", "."], stdout=subprocess.PIPE) as tar:
            self.cluster("run", "sh", "-ec", script, "-", self.dir, stdin=tar.stdout)
        self.make_template()
        self.psql("postgres", "ALTER DATABASE %s IS_TEMPLATE true" % TEMPLATE)

    def start(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        self.cluster("start", "check", *SETTINGS, preexec_fn=limit)

    def stop(self):
        self.cluster("stop", "check")

    def restart(self):
        """After a crash or a backend that cannot be stopped otherwise."""
        subprocess.run([os.path.join(TOP, "test/cluster"), "run", "pg_ctl", "-s", "-w", "-m", "immediate", "-D",
                        self.dir + "/data", "stop"], env=self.environment, stderr=subprocess.DEVNULL, check=False)
        self.start()

    def in_place(self, *command):
        """Runs a program where the tests are, as the server's user."""
        return subprocess.Popen([os.path.join(TOP, "test/cluster"), "run", "sh", "-ec", 'cd "$1"; shift; exec "$@"', "-",
                                 os.path.join(self.dir, "regress"), *command], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def make_template(self):
        """pg_regress makes it, because it sets what tests expect of a database."""
        with self.in_place(self.pg_regress, "--bindir=" + self.bindir, "--inputdir=.", "--outputdir=.", "--host=" + self.dir,
                           "--port=5432", "--user=postgres", "--dbname=" + TEMPLATE, "--load-extension=icp_portrait", "--encoding=UTF8") as process:
            said = process.communicate()[0].decode()
        if process.returncode != 0:
            sys.exit(said)

    def run(self, test, limit, to_its_end=False):
        """Runs a test as pg_regress would, in a database of its own, by default until it prints something else than it should.

        True if it is fine, else False, also if it takes longer than the limit; and the seconds that it took.
        """
        expected = []
        for name in (test, *(f"{test}_{i}" for i in range(10))):
            path = os.path.join(self.dir, "src/expected", name + ".out")
            if os.path.exists(path):
                with open(path, "rb") as file:
                    expected.append(file.read())
        self.psql("postgres", f"""
            DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE);
            CREATE DATABASE {DATABASE} TEMPLATE {TEMPLATE};
            SELECT format('ALTER DATABASE {DATABASE} SET %s = %L', split_part(c, '=', 1), split_part(c, '=', 2))
            FROM pg_db_role_setting AS s, unnest(s.setconfig) AS c
            WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = '{TEMPLATE}') \\gexec""")
        begun = time.monotonic()
        printed = b""
        settings = {"PGHOST": self.dir, "PGUSER": "postgres", "PGDATABASE": DATABASE,
                    "PG_ABS_SRCDIR": os.path.join(self.dir, "regress"), **LIKE_PG_REGRESS}
        with self.in_place("env", *(f"{name}={value}" for name, value in settings.items()),
                           "sh", "-c", 'exec psql -X -a -q -v HIDE_TABLEAM=on -v HIDE_TOAST_COMPRESSION=on < "sql/$1.sql"', "-", test) as process:
            while to_its_end or any(text.startswith(printed) for text in expected):
                ready, _, _ = select.select([process.stdout], [], [], max(0, begun + limit - time.monotonic()))
                more = os.read(process.stdout.fileno(), 65536) if ready else None
                if not more:
                    break
                printed += more
            good = more == b"" and printed in expected
            if not good:
                self.said = printed
                os.killpg(process.pid, signal.SIGKILL)
        return good and process.returncode == 0, time.monotonic() - begun

    def tidy(self):
        """Takes away what a failed test may have left to all databases, if need be with a new start."""
        for attempt in range(3):
            try:
                self.psql("postgres", f"""DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE);
                    SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname ~ '^regress_' \\gexec
                    SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname ~ '^regress_' \\gexec""")
                return
            except subprocess.CalledProcessError:
                if attempt == 2:
                    raise
                self.restart()
