"""Rules about the house: which folder may include which, what each code, function and package must have."""

import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
LLVM_FOLDERS = ("compiler/codegen/emit", "compiler/backend")
PACKAGE_HEADERS = {
    "re2/": "pkg_re2",
    "utf8proc.h": "pkg_utf8proc",
    "xxhash.h": "pkg_xxhash",
    "zstd": "pkg_zstd",
    "zlib.h": "pkg_zlib",
    "openssl/": "pkg_crypto",
    "sqlite3.h": "pkg_sqlite",
    "jansson.h": "pkg_jansson",
    "librdkafka/": "pkg_rdkafka",
    "toml++/toml.h": "pkg_tomlplusplus",
    "cmocka.h": "pkg_cmocka",
    "llvm-c/": "pkg_llvm",
    "llvm/": "pkg_llvm",
}
SYSTEM = set("""
assert ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool
stddef stdint stdio stdlib stdnoreturn string strings tgmath time uchar wchar wctype dirent dlfcn fcntl fnmatch glob
poll pthread sched spawn unistd immintrin x86intrin arm_neon malloc endian execinfo getopt termios
sys/eventfd sys/inotify sys/ioctl sys/mman sys/prctl sys/random sys/resource sys/stat sys/sysinfo sys/time sys/timerfd
sys/types sys/uio sys/wait sys/file sys/statvfs linux/limits sanitizer/asan_interface sanitizer/lsan_interface
""".split())
CPP_SYSTEM = re.compile(r"^[a-z_]+$")


def includes(tree, file):
    for found in INCLUDE.finditer(without_comment_blocks(tree.text(file))):
        yield found.group(1) == '"', found.group(2), tree.text(file).count("\n", 0, found.start(2)) + 1


def without_comment_blocks(text):
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.DOTALL)


def members(tree):
    """(file, its folder, the folders it may include, its packages)."""
    for path, folder in tree.folders().items():
        for file in tree.having(".c", ".h", ".cpp", ".y", ".re", under=path + "/"):
            if os.path.dirname(file) == path:
                yield file, path, set(folder.uses) | {path}, set(folder.packages)
    for cmake, program in tree.programs():
        here = os.path.dirname(cmake)
        allowed = tree.closure(program.uses)
        packages = {p for f in allowed for p in tree.folders()[f].packages} | set(program.packages) | {"pkg_cmocka"}
        for source in program.sources:
            file = os.path.normpath(os.path.join(here, source))
            if tree.exists(file):
                yield file, here, allowed | {here}, packages


def include_wall(tree):
    for file, folder, allowed, packages in members(tree):
        for is_own, path, line in includes(tree, file):
            if is_own:
                yield from wall_of_own(tree, (file, line), folder, allowed, path)
            else:
                yield from wall_of_system((file, line), folder, packages, path)


def wall_of_own(tree, place, folder, allowed, path):
    target = os.path.dirname(path)
    if not target:
        yield (*place, f'"{path}" is not a path from the root')
    elif target not in allowed and not (folder.startswith("tests/") and target.startswith("tests/")):
        hint = f": {folder} does not name {target} in USES" if target in tree.folders() else ""
        yield (*place, f'"{path}" may not be included here{hint}')
    elif path.endswith("_internal.h") and target != folder:
        yield (*place, f'"{path}" is private to {target}')


def wall_of_system(place, folder, packages, path):
    package = next((p for head, p in PACKAGE_HEADERS.items() if path.startswith(head)), None)
    is_standard = path[:-2] in SYSTEM if path.endswith(".h") else CPP_SYSTEM.match(path)
    if package == "pkg_llvm" and folder not in LLVM_FOLDERS:
        yield (*place, f"<{path}>: only {' and '.join(LLVM_FOLDERS)} know LLVM")
    elif package and package not in packages:
        yield (*place, f"<{path}>: {folder} does not name {package} in PACKAGES")
    elif not package and not is_standard:
        yield (*place, f"<{path}> is of no package that is known here")


def layering(tree):
    order = tree.layers()
    for path, folder in tree.folders().items():
        cmake = path + "/CMakeLists.txt"
        if path not in order:
            yield cmake, folder.line, f"{path} is not in the list of the top CMakeLists.txt"
            continue
        for use in folder.uses:
            if use not in order:
                yield cmake, folder.line, f"USES {use}: there is no such folder"
            elif order.index(use) >= order.index(path):
                yield cmake, folder.line, f"{path} uses {use}, which stands above it"


def header_alone(tree):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler or not tree.build:
        return
    llvm = llvm_include()
    command = [
        compiler,
        "-std=gnu17",
        "-D_GNU_SOURCE",
        "-fsyntax-only",
        "-Wall",
        "-Wextra",
        "-Wno-unused-function",
        "-x",
        "c",
        "-I",
        tree.root,
        "-I",
        tree.build,
        *(["-isystem", llvm] if llvm else []),
    ]
    headers = [f for f in tree.having(".h") if os.path.dirname(f) in tree.folders()]

    def compile_one(header):
        done = subprocess.run(
            [*command, os.path.join(tree.root, header)], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        return header, done.stderr if done.returncode != 0 else ""

    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for header, trouble in pool.map(compile_one, headers):
            first = next((line for line in trouble.splitlines() if "error:" in line), "")
            if first:
                yield header, 1, "does not compile alone: " + first.split("error:", 1)[1].strip()


def llvm_include():
    tool = shutil.which("llvm-config-19")
    return subprocess.run([tool, "--includedir"], capture_output=True, text=True).stdout.strip() if tool else None


# -- what each must have -----------------------------------------------------------------------------------------------


def test_texts(tree, *endings):
    return [tree.text(f) for f in tree.having(*endings, under="tests/") if not f.startswith("tests/tidy/")]


def error_code(tree):
    table = "compiler/diag/diag_codes.def"
    if table not in tree.files:
        return
    tested = "\n".join(test_texts(tree, ".c", ".ssql", ".py", ".json", ".txt"))
    for number, line in tree.lines(table):
        found = re.match(r"\s*\w+\(\s*([EWN]\d{4})\b", line)
        if not found:
            continue
        code = found.group(1)
        if not tree.exists(f"docs/errors/{code}.md"):
            yield table, number, f"{code} has no docs/errors/{code}.md"
        if not re.search(rf"\b{code}\b", tested):
            yield table, number, f"{code} has no case under tests/"


def function_test(tree):
    tested = "\n".join(test_texts(tree, ".ssql", ".c", ".py", ".csv", ".txt")).upper()
    seen = set()
    for table in tree.having(".def", under="stdlib/"):
        for number, line in tree.lines(table):
            found = re.match(r'(?:FN\d|FN_ANY|AGG)\w*\(\s*"?(\w+)"?\s*,', line)
            name = found.group(1).upper() if found else None
            if not name or name in seen:
                continue
            seen.add(name)
            if not re.search(rf"\b{name}\b", tested):
                yield table, number, f"{name} has no test that mentions it"


def notice(tree):
    """NOTICE names the target of each package in its first column: `pkg_zstd    Zstandard ..`."""
    packages_file = "cmake/Packages.cmake"
    if packages_file not in tree.files:
        return
    linked = {}
    for number, line in tree.lines(packages_file):
        found = re.match(r"\s*(?:sqc_package|add_library)\((pkg_\w+)", line)
        if found:
            linked.setdefault(found.group(1), number)
    named = {}
    if "NOTICE" in tree.files:
        for number, line in tree.lines("NOTICE"):
            found = re.match(r"(pkg_\w+)\b", line)
            if found:
                named[found.group(1)] = number
    for package, number in linked.items():
        if package not in named:
            yield packages_file, number, f"{package} is linked, but NOTICE does not name it"
    for package, number in named.items():
        if package not in linked:
            yield "NOTICE", number, f"{package} is named, but cmake/Packages.cmake does not link it"


def shell_check(tree):
    """Where shellcheck is installed, every shell script passes it."""
    tool = shutil.which("shellcheck")
    scripts = [f for f in tree.files if tree.text(f).startswith(("#!/bin/bash", "#!/bin/sh"))]
    if not tool or not scripts:
        return
    done = subprocess.run([tool, "-f", "gcc", *scripts], cwd=tree.root, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        file, number, _, text = line.split(":", 3)
        yield shlex.split(file)[0], int(number), text.strip()
