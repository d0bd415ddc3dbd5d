"""Rules about text: lines, words, names, paths, links."""
import os
import re

CODE = (".c", ".h", ".cpp", ".def", ".y", ".re", ".py", ".sh", ".java", ".cmake", "CMakeLists.txt", ".ssql", "/run")
C_FILES = (".c", ".h")
LINE_MAX = 120
FILE_WARN, FILE_MAX = 600, 1000
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "stuff"}
WORDS = re.compile(r"\b(TODO|FIXME)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])(/(?:home|root|work|Users|mnt|opt)/\w+|[A-Z]:\\\w+)")
REGISTRY = re.compile(r"\b((?:files\.)?pythonhosted\.org|pypi\.org|registry\.\w+\.\w+|repo1?\.maven\.\w+(?:\.\w+)?"
                      r"|proxy\.golang\.org|static\.crates\.io|deb\.debian\.org|ghcr\.io|docker\.io)\b")
SECRET = re.compile(r"\b(AKIA[0-9A-Z]{16}|ghp_\w{30,}|xox[bp]-[\w-]{20,})\b|-----BEGIN [A-Z ]*PRIVATE KEY-----")
# At most two words before the `=` or `(`: a sentence has more.
CODE_START = r"(?:[\w*>.\[\]-]+ ){0,2}[\w*>.\[\]-]+ ?[=(]"
LINE_COMMENT_CODE = re.compile(rf"^\s*// ?{CODE_START}.*[;{{]\s*$")
BLOCK_COMMENT_CODE = re.compile(rf"^\s*/\* ?{CODE_START}[^*]*;\s*\*/\s*$")
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")


def is_tidy_itself(file):
    """The rules and their tests spell what they forbid."""
    return file.startswith("tests/tidy/")


def line_length(tree):
    for file in tree.having(*CODE) + [f for f in tree.files if f == "dev"]:
        for number, line in tree.lines(file):
            if file.endswith(".def"):
                line = re.sub(r'"(?:\\.|[^"\\])*"', '""', line)  # a row is one line; its sentence may be long
            if len(line) > LINE_MAX:
                yield file, number, f"{len(line)} characters, at most {LINE_MAX}"


def file_length(tree):
    for file in tree.having(".c", ".h", ".cpp", ".py", ".java", ".sh"):
        count = tree.text(file).count("\n")
        if count > FILE_MAX:
            yield file, FILE_MAX, f"{count} lines, at most {FILE_MAX}: split it by what owns the state"


def file_length_near(tree):
    for file in tree.having(".c", ".h", ".cpp", ".py", ".java", ".sh"):
        count = tree.text(file).count("\n")
        if FILE_WARN < count <= FILE_MAX:
            yield file, FILE_WARN, f"{count} lines, better fewer than {FILE_WARN}"


def file_name(tree):
    for file in tree.files:
        stem, ending = os.path.splitext(os.path.basename(file))
        if NAMELESS & set(re.split(r"[_.-]", stem.lower())):
            yield file, 1, f"'{stem}' says nothing: name the thing that the file holds"
        if ending in C_FILES + (".def", ".py", ".cpp", ".ssql") and not re.match(r"[a-z][a-z0-9_]*$", stem):
            yield file, 1, f"'{stem}' is not snake_case"


def banned_word(tree):
    for file in tree.files:
        if is_tidy_itself(file):
            continue
        for number, line in tree.lines(file):
            found = WORDS.search(line)
            if found:
                yield file, number, f"{found.group(1)}: do it now, or write it down where it will be found"


def machine_path(tree):
    for file in tree.files:
        if is_tidy_itself(file):
            continue
        for number, line in tree.lines(file):
            for what, pattern in (("a path of one machine", MACHINE_PATH), ("a registry host", REGISTRY),
                                  ("a credential", SECRET)):
                found = pattern.search(line)
                if found:
                    yield file, number, f"'{found.group(0)}' is {what}"


def commented_code(tree):
    for file in tree.having(".c", ".h", ".cpp"):
        for number, line in tree.lines(file):
            if LINE_COMMENT_CODE.match(line) or BLOCK_COMMENT_CODE.match(line):
                yield file, number, "code in a comment: delete it, the history keeps it"
            elif re.match(r"\s*#\s*if\s+0\b", line):
                yield file, number, "code behind `#if 0`: delete it, the history keeps it"


def purpose_line(tree):
    for file in tree.having(*C_FILES):
        name = os.path.basename(file)
        if not tree.text(file).startswith(f"/* {name} -- "):
            yield file, 1, f"a file opens with `/* {name} -- ` and what it is for"


def dead_link(tree):
    for file in tree.having(".md"):
        fenced = False
        for number, line in tree.lines(file):
            fenced ^= line.lstrip().startswith("```")
            if fenced:
                continue
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                path = target.split("#")[0]
                if re.match(r"[a-z]+:", target) or not path:
                    continue
                if not tree.exists(os.path.normpath(os.path.join(os.path.dirname(file), path))):
                    yield file, number, f"'{target}' leads nowhere"
