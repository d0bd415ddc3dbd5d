"""The files of the repository as the rules see them: text, code without comments, functions, folders of the build."""
import collections
import os
import re

Finding = collections.namedtuple("Finding", "file line rule message is_warning")
Token = collections.namedtuple("Token", "text line")
Block = collections.namedtuple("Block", "kind depth cg_depth line")
Jump = collections.namedtuple("Jump", "word line")

SKIPPED_FOLDERS = re.compile(r"^(build.*|\.git|\.sqc|__pycache__|node_modules|corpus)$")
TEXT_FILE = re.compile(r"(\.(c|h|cpp|def|y|re|py|sh|java|xml|cmake|txt|md|json|ssql|csv)|^[^.]*|^\.clang-format)$")
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
TOKEN = re.compile(r"\w+|[^\s\w]")
CONTROL_WORDS = {"if", "for", "while", "switch"}
JUMP_WORDS = {"return", "goto", "break", "continue"}


class Function:
    """A function with a body: where it is, how many parameters, its blocks and the jumps inside CG_ blocks."""

    def __init__(self, name, first_line, parameters):
        self.name = name
        self.first_line = first_line
        self.last_line = first_line
        self.parameters = parameters
        self.blocks = []
        self.jumps_in_cg = []
        self.assertions = 0


class Folder:
    """One call of sqc_folder, or what one test program may use."""

    def __init__(self, path, line, uses, packages, sources):
        self.path = path
        self.line = line
        self.uses = uses
        self.packages = packages
        self.sources = sources


def blank(text):
    """Spaces of the same length, so that lines and columns stay."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text, keep_strings=False):
    def replace(match):
        piece = match.group(0)
        if piece[0] in "\"'":
            return piece if keep_strings else piece[0] + blank(piece[1:-1]) + piece[0]
        return blank(piece)
    return COMMENT_OR_STRING.sub(replace, text)


class Tree:
    def __init__(self, root, build=None):
        self.root = root
        self.build = build
        self.files = sorted(self._walk())
        self._texts, self._codes, self._functions, self._folders = {}, {}, {}, None

    def _walk(self):
        for here, folders, names in os.walk(self.root):
            folders[:] = [f for f in folders if not SKIPPED_FOLDERS.match(f)]
            for name in names:
                if TEXT_FILE.search(name) or os.path.basename(here) == ".ci":
                    yield os.path.relpath(os.path.join(here, name), self.root)

    def having(self, *endings, under=""):
        return [f for f in self.files if f.endswith(endings) and f.startswith(under)]

    def exists(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def text(self, file):
        if file not in self._texts:
            with open(os.path.join(self.root, file), encoding="utf-8", errors="replace") as opened:
                self._texts[file] = opened.read()
        return self._texts[file]

    def lines(self, file):
        """(number, line), counting from 1."""
        return enumerate(self.text(file).splitlines(), 1)

    def code(self, file):
        """The text without comments and string contents; directives are there."""
        if file not in self._codes:
            self._codes[file] = without_comments(self.text(file))
        return self._codes[file]

    def functions(self, file):
        if file not in self._functions:
            code = DIRECTIVE.sub(lambda m: blank(m.group(0)), self.code(file))
            self._functions[file] = list(find_functions(tokens_of(code), file.endswith(".cpp")))
        return self._functions[file]

    def folders(self):
        """Path -> Folder, from every sqc_folder call."""
        if self._folders is None:
            self._folders = {}
            for file in self.having("CMakeLists.txt"):
                values = {}
                for included in re.findall(r"^include\(([\w.]+\.cmake)\)", self.text(file), re.MULTILINE):
                    beside = os.path.join(os.path.dirname(file), included)
                    list(cmake_calls(self.text(beside), "sqc_folder", values))
                for name, arguments, line in cmake_calls(self.text(file), "sqc_folder", values):
                    self._folders[name] = folder_of(name, arguments, line)
        return self._folders

    def programs(self):
        """(CMakeLists.txt, Folder) for every test, program and fuzz target."""
        for file in self.having("CMakeLists.txt"):
            for name, arguments, line in cmake_calls(self.text(file), "sqc_(?:test|program|fuzz)"):
                yield file, folder_of(name, arguments, line)

    def layers(self):
        """The folders of the top CMakeLists.txt in their order."""
        if "CMakeLists.txt" not in self.files:
            return []
        found = re.search(r"sqc_add_folders\(([^)]*)\)", self.text("CMakeLists.txt"))
        return found.group(1).split() if found else []

    def closure(self, folders):
        todo, seen = list(folders), set()
        while todo:
            folder = todo.pop()
            if folder not in seen and folder in self.folders():
                seen.add(folder)
                todo += self.folders()[folder].uses
        return seen


def cmake_calls(text, name, values=None):
    """(first argument, other arguments, line) of each call; variables that the same file sets are filled in."""
    text = re.sub(r"#[^\n]*", lambda m: blank(m.group(0)), text)
    values = {} if values is None else values
    for call in re.finditer(rf"^\s*(set|{name})\(([^)]*)\)", text, re.MULTILINE):
        words = []
        for word in call.group(2).split():
            variable = re.match(r"\$\{(\w+)\}$", word)
            words += values.get(variable.group(1), [word]) if variable else [word]
        if call.group(1) == "set" and words:
            values[words[0]] = words[1:]
        elif words and not words[0].startswith("$"):
            yield words[0], words[1:], text.count("\n", 0, call.start(2)) + 1


def folder_of(name, arguments, line):
    lists = {"SOURCES": [], "USES": [], "PACKAGES": [], "LABELS": []}
    current = []
    for word in arguments:
        current = lists.get(word, current)
        if word not in lists:
            current.append(word)
    return Folder(name, line, lists["USES"], lists["PACKAGES"], lists["SOURCES"])


# -- functions ---------------------------------------------------------------------------------------------------------

def tokens_of(code):
    line, end, tokens = 1, 0, []
    for match in TOKEN.finditer(code):
        line += code.count("\n", end, match.start())
        end = match.start()
        tokens.append(Token(match.group(0), line))
    return tokens


def find_functions(tokens, is_cpp):
    at, head = 0, []
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.text in (";", "}"):
            head = []
        elif token.text != "{":
            head.append(token)
        elif opens_scope(head, is_cpp):
            head = []
        else:
            function = function_of(head)
            at = read_body(tokens, at, function)
            if function.name:
                yield function
            head = [] if function.name else head


def opens_scope(head, is_cpp):
    """`extern "C" {`, and in C++ namespaces and classes: what is inside counts as outermost."""
    words = [t.text for t in head]
    if words[:1] == ["extern"] and "(" not in words:
        return True
    return is_cpp and "(" not in words and bool({"namespace", "class", "struct"} & set(words)) and "=" not in words


def function_of(head):
    """The function whose signature this is; its name is None when it is none (struct, enum, initialiser)."""
    words = [t.text for t in head]
    line = head[0].line if head else 0
    for at, word in enumerate(words):
        if word == "=":
            break
        is_name = at > 0 and re.match(r"[A-Za-z_]\w*$", words[at - 1]) and not words[at - 1].startswith("__")
        if word == "(" and is_name:
            return Function(words[at - 1], line, count_parameters(words, at))
    return Function(None, line, 0)


def count_parameters(words, at):
    depth, commas, inner = 0, 0, []
    for word in words[at:]:
        depth += (word in "([") - (word in ")]")
        if depth == 0:
            break
        commas += depth == 1 and word == ","
        inner.append(word)
    return 0 if inner[1:] in ([], ["void"]) else commas + 1


def read_body(tokens, at, function):
    """Reads to the brace that closes what was opened before `at`; returns the place behind it."""
    open_blocks, open_parens, before_paren = ["body"], [], None
    while at < len(tokens) and open_blocks:
        text, line = tokens[at]
        if text == "(":
            open_parens.append(tokens[at - 1].text)
        elif text == ")" and open_parens:
            before_paren = open_parens.pop()
        elif text == "{":
            open_blocks.append(block_kind(tokens[at - 1].text, before_paren, open_blocks[-1]))
            note_block(function, open_blocks, line)
        elif text == "}":
            open_blocks.pop()
            function.last_line = line
        elif text in JUMP_WORDS:
            note_jump(function, open_blocks, text, line)
        elif text in ("assert", "static_assert", "_Static_assert"):
            function.assertions += 1
        at += 1
    return at


def block_kind(before, before_paren, outer):
    """`block`, `loop` (break ends it), `cg` (a CG_ macro), or `value` (an initialiser, a local type)."""
    if outer == "value" or before in ("=", ",", "("):
        return "value"
    if before == ")":
        word = before_paren or ""
        if word.startswith("CG_"):
            return "cg"
        if word in CONTROL_WORDS:
            return "block" if word == "if" else "loop"
        is_name = re.match(r"[A-Za-z_]\w*$", word) and word not in ("return", "sizeof", "case", "typeof")
        return "block" if is_name or word == "]" else "value"
    if before == "do":
        return "loop"
    return "block" if before in ("else", ";", "{", "}", ":") else "value"


def note_block(function, open_blocks, line):
    plain = sum(kind in ("block", "loop") for kind in open_blocks)
    function.blocks.append(Block(open_blocks[-1], plain, open_blocks.count("cg"), line))


def note_jump(function, open_blocks, word, line):
    """A jump out of a CG_ block: return and goto always, break and continue where no loop inside it catches them."""
    for kind in reversed(open_blocks):
        if kind == "cg":
            function.jumps_in_cg.append(Jump(word, line))
            return
        if kind == "loop" and word in ("break", "continue"):
            return
