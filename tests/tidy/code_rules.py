"""Rules about C and C++: functions, nesting, calls, globals, generator code."""
import re

SOURCES = (".c", ".h", ".cpp")
FUNCTION_LINES_MAX, PARAMETERS_MAX, NESTING_MAX = 70, 6, 3
DISPATCH = "/* tidy: dispatch */"
FOREIGN = "/* tidy: foreign shape */"  # a library calls it: the parameters are not ours to choose
BANNED = {
    "strcpy": "it does not know how much room there is; copy a Str",
    "strcat": "it does not know how much room there is; use Buf",
    "sprintf": "it does not know how much room there is; use snprintf or Buf",
    "vsprintf": "it does not know how much room there is; use vsnprintf or Buf",
    "strtok": "it keeps state and writes into its argument; cut a Str",
    "atoi": "it cannot tell an error; use the one parser in runtime/base",
    "atol": "it cannot tell an error; use the one parser in runtime/base",
    "atof": "it cannot tell an error; use the one parser in runtime/base",
    "gets": "it does not know how much room there is",
    "alloca": "the stack has no error; use an arena",
}
ALLOCATORS = {"malloc", "calloc", "realloc", "strdup", "strndup", "asprintf", "aligned_alloc", "posix_memalign"}
PRINTERS = {"printf", "fprintf", "puts", "fputs", "putchar", "vprintf", "vfprintf"}
# Who may print: renderers, the command line, and memory running out.
PRINTS = re.compile(r"^(compiler/(driver|diag)/|runtime/base/alloc\.c|tests/)|(print|render)[a-z_]*\.c$")
CALL = re.compile(r"(?<![\w.>])(\w+)\s*\(")
# Hooks that must be reachable from everywhere: the failing allocation and the failing I/O of tests.
GLOBALS_ALLOWED = re.compile(r"\b(fail_at|request_count|log_sink|caught_signal|map_guards)\b")
ASSERTIVE = ("runtime/state/", "runtime/ckpt/", "runtime/exec/")


def own_sources(tree):
    return [f for f in tree.having(*SOURCES)]


def function_length(tree):
    for file in own_sources(tree):
        lines = tree.text(file).splitlines()
        for function in tree.functions(file):
            length = function.last_line - function.first_line + 1
            head = lines[function.first_line - 1:function.first_line + 7]
            if length > FUNCTION_LINES_MAX and not any(DISPATCH in line for line in head):
                yield file, function.first_line, f"`{function.name}` has {length} lines, at most {FUNCTION_LINES_MAX}"


def parameters(tree):
    for file in own_sources(tree):
        lines = tree.text(file).splitlines()
        for function in tree.functions(file):
            head = lines[function.first_line - 1:function.first_line + 7]
            if function.parameters > PARAMETERS_MAX and not any(FOREIGN in line for line in head):
                yield file, function.first_line, \
                    f"`{function.name}` has {function.parameters} parameters, at most {PARAMETERS_MAX}"


def nesting(tree):
    for file in own_sources(tree):
        for function in tree.functions(file):
            for block in function.blocks:
                if block.kind in ("block", "loop") and block.depth > NESTING_MAX:
                    yield file, block.line, f"`{function.name}` nests {block.depth} deep, at most {NESTING_MAX}"
                    break
                if block.kind == "cg" and block.cg_depth > NESTING_MAX:
                    yield file, block.line, f"`{function.name}` nests {block.cg_depth} CG_ deep, at most {NESTING_MAX}"
                    break


def cg_jump(tree):
    for file in own_sources(tree):
        for function in tree.functions(file):
            for jump in function.jumps_in_cg:
                yield file, jump.line, f"`{jump.word}` leaves a CG_ block without closing it"


def banned_call(tree):
    for file in own_sources(tree):
        in_base = file.startswith("runtime/base/")
        is_product = file.startswith(("compiler/", "runtime/", "stdlib/"))
        for number, line in enumerate(tree.code(file).splitlines(), 1):
            for name in CALL.findall(line):
                if name in BANNED:
                    yield file, number, f"`{name}`: {BANNED[name]}"
                elif name in ALLOCATORS and is_product and not in_base:
                    yield file, number, f"`{name}`: memory comes from runtime/base (mem_alloc, arenas)"
                elif name in PRINTERS and is_product and not PRINTS.search(file):
                    yield file, number, f"`{name}`: only renderers print"


def mutable_global(tree):
    for file in tree.having(".c", ".h"):
        if file.startswith("tests/"):
            continue
        depth = 0
        for number, line in enumerate(tree.code(file).splitlines(), 1):
            if depth == 0 and is_mutable(line):
                yield file, number, "a global that can change: hang it off the task, the query or the caller"
            if not line.lstrip().startswith("#"):
                depth += line.count("{") - line.count("}")


def is_mutable(line):
    declares = re.match(r"(?:static|extern)\s+(?!inline\b|_Noreturn\b)[^(]*?[\w\]]\s*(=|;)", line)
    return bool(declares) and not re.search(r"\bconst\b", line) and not GLOBALS_ALLOWED.search(line)


def assertions(tree):
    """An average over each folder, so one function may do without."""
    for folder in ASSERTIVE:
        functions = [f for file in tree.having(".c", under=folder) for f in tree.functions(file)]
        count = sum(f.assertions for f in functions)
        if functions and count < 2 * len(functions):
            first = tree.having(".c", under=folder)[0]
            yield first, 1, f"{folder} has {count} assertions in {len(functions)} functions, two each are wanted"
