#!/usr/bin/env python3
"""Each rule of tidy fires on what breaks it, at its line, and is silent on what does not."""
import os
import shutil
import sys
import tempfile
import textwrap
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tidy  # noqa: E402
from source_tree import Tree  # noqa: E402


class RuleTest(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="tidy-")

    def tearDown(self):
        shutil.rmtree(self.root)

    def findings(self, rule, files, build=None):
        for name, text in files.items():
            path = os.path.join(self.root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(textwrap.dedent(text))
        return list(tidy.check(Tree(self.root, build), [rule]))

    def expect(self, rule, files, places, build=None):
        """The rule finds something at exactly these places, each `file:line`."""
        self.assertEqual([f"{f.file}:{f.line}" for f in self.findings(rule, files, build)], places)


class TextRules(RuleTest):
    def test_line_length(self):
        self.expect("line-length", {"a/b.c": "x" * 120 + "\n" + "x" * 121 + "\n"}, ["a/b.c:2"])

    def test_line_length_counts_characters_not_bytes(self):
        self.expect("line-length", {"a/b.c": "ä" * 120 + "\n"}, [])

    def test_line_length_leaves_the_sentence_of_a_row_alone(self):
        rows = 'ROW(a, "' + "x" * 200 + '")\nROW(' + "b" * 120 + ")\n"
        self.expect("line-length", {"a/b.def": rows}, ["a/b.def:2"])

    def test_file_length(self):
        self.expect("file-length", {"a.c": "\n" * 1001, "b.c": "\n" * 1000, "c.def": "\n" * 2000}, ["a.c:1000"])

    def test_file_length_near_only_warns(self):
        found = self.findings("file-length-near", {"a.c": "\n" * 601, "b.c": "\n" * 600})
        self.assertEqual([(f.file, f.is_warning) for f in found], [("a.c", True)])

    def test_file_name(self):
        self.expect("file-name", {"string_utils.c": "", "helpers.py": "", "camelCase.c": "", "good_name.c": "",
                                  "README.md": ""}, ["camelCase.c:1", "helpers.py:1", "string_utils.c:1"])

    def test_banned_word(self):
        self.expect("banned-word", {"a.c": "/* ok */\n/* TODO later */\n", "b.md": "FIXME\n", "c.c": "TODOS\n",
                                    "tests/tidy/x.py": "TODO"}, ["a.c:2", "b.md:1"])

    def test_machine_path(self):
        self.expect("machine-path", {"a.c": 'open("/home/ann/x");\n', "b.md": "see /usr/include/x.h and tests/work/x\n",
                                     "c.cmake": "https://pypi.org/simple\n", "d.txt": "AKIA" + "A" * 16 + "\n"},
                    ["a.c:1", "c.cmake:1", "d.txt:1"])

    def test_commented_code(self):
        text = """\
            // sum = sum + 1;
            /* free(x); */
            // A sentence about what (and why) it does;
            /* why: a call would be slower */
            #if 0
            """
        self.expect("commented-code", {"a.c": text}, ["a.c:1", "a.c:2", "a.c:5"])

    def test_purpose_line(self):
        self.expect("purpose-line", {"a.c": "/* a.c -- what it is for. */\n", "b.c": "int x;\n",
                                     "c.h": "/* old.h -- a name of before. */\n"}, ["b.c:1", "c.h:1"])

    def test_dead_link(self):
        text = "[a](b.md) [c](gone.md) [d](https://example.org) [e](#part) [f](b.md#x)\n```\n[g](gone)\n```\n"
        self.expect("dead-link", {"docs/a.md": text, "docs/b.md": ""}, ["docs/a.md:1"])


def function(lines, signature="int f(void)"):
    """A function of that many lines."""
    return f"{signature}\n{{\n" + "    g();\n" * (lines - 3) + "}\n"


class CodeRules(RuleTest):
    def test_function_length(self):
        dispatch = function(90, "int f(void) /* tidy: dispatch */")
        self.expect("function-length", {"a.c": "int x;\n" + function(71), "b.c": function(70), "c.c": dispatch},
                    ["a.c:2"])

    def test_function_length_sees_methods_in_cpp(self):
        text = "namespace x {\nclass C {\n" + function(80) + "};\n}\n"
        self.expect("function-length", {"a.cpp": text}, ["a.cpp:3"])

    def test_function_length_is_not_misled_by_text(self):
        text = 'static const char T[] = "{ { {";\n/* } { */\n#define M(x) {\n' + function(20)
        self.expect("function-length", {"a.c": text}, [])

    def test_parameters(self):
        self.expect("parameters", {"a.c": "int f(int a, int b, int c, int d, int e, int g, int h)\n{\n}\n",
                                   "b.c": "int f(int a, int (*b)(int, int), int c, int d, int e, int g)\n{\n}\n"},
                    ["a.c:1"])

    def test_nesting(self):
        deep = """\
            int f(void)
            {
                if (a) {
                    for (;;) {
                        while (b) {
                            if (c) {
                                g();
                            }
                        }
                    }
                }
            }
            """
        flat = """\
            int f(void)
            {
                for (;;) {
                    switch (a) {
                    case 1: {
                        Point p = { .x = { 1 }, .y = (T){ { 2 } } };
                        return g((Str){ "a", 1 });
                    }
                    }
                }
            }
            """
        self.expect("nesting", {"a.c": deep, "b.c": flat}, ["a.c:6"])

    def test_nesting_counts_cg_scopes_apart(self):
        def nested(scopes):
            return "int f(void)\n{\n    if (a) {\n" + "CG_IF(f, x) {\n" * scopes + "}\n" * scopes + "    }\n}\n"
        self.expect("nesting", {"a.c": nested(4), "b.c": nested(3)}, ["a.c:7"])

    def test_cg_jump(self):
        text = """\
            void f(void)
            {
                CG_IF(f, x) {
                    if (done)
                        return;
                    for (;;) {
                        break;
                    }
                    continue;
                }
                return;
            }
            """
        self.expect("cg-jump", {"a.c": text}, ["a.c:5", "a.c:9"])

    def test_banned_call(self):
        self.expect("banned-call", {"compiler/lex/a.c": "f();\nstrcpy(a, b);\nmalloc(1);\nprintf(x);\n",
                                    "compiler/lex/b.c": "/* strcpy(a, b) */ x->malloc(1); snprintf(a);\n",
                                    "runtime/base/alloc.c": "malloc(1);\n", "compiler/driver/run.c": "printf(x);\n"},
                    ["compiler/lex/a.c:2", "compiler/lex/a.c:3", "compiler/lex/a.c:4"])

    def test_mutable_global(self):
        text = """\
            static int count;
            static const int LIMIT = 3;
            static const char *const NAMES[] = {
                "static int x;",
            };
            static int f(void);
            static inline int g(void)
            {
                static const int inner = 1;
                return inner;
            }
            static char buffer[10] = { 0 };
            extern int everywhere;
            """
        self.expect("mutable-global", {"a.c": text}, ["a.c:1", "a.c:12", "a.c:13"])

    def test_assertions_only_warn(self):
        with_two = "void f(void)\n{\n    assert(a);\n    assert(b);\n}\n"
        self.expect("assertions", {"runtime/state/a.c": with_two}, [])
        found = self.findings("assertions", {"runtime/exec/a.c": "void f(void)\n{\n}\n"})
        self.assertEqual([(f.file, f.is_warning) for f in found], [("runtime/exec/a.c", True)])


HOUSE = {
    "CMakeLists.txt": "sqc_add_folders(\n  runtime/base\n  compiler/lex\n  compiler/backend)\n",
    "runtime/base/CMakeLists.txt": "sqc_folder(runtime/base\n  SOURCES a.c USES)\n",
    "runtime/base/arena.h": "/* arena.h -- memory. */\n",
    "runtime/base/own_internal.h": "/* own_internal.h -- private. */\n",
    "compiler/lex/CMakeLists.txt": "set(L_USES runtime/base)\nsqc_folder(compiler/lex SOURCES lex.c USES ${L_USES})\n",
}


class HouseRules(RuleTest):
    def test_include_wall(self):
        source = """\
            #include "runtime/base/arena.h"
            #include "compiler/lex/lex.h"
            #include "compiler/backend/jit.h"
            #include "arena.h"
            #include "runtime/base/own_internal.h"
            #include <stdint.h>
            #include <llvm-c/Core.h>
            #include <zstd.h>
            #include <surprise.h>
            /*
            #include "compiler/backend/jit.h"
            */
            """
        self.expect("include-wall", {**HOUSE, "compiler/lex/lex.c": source},
                    [f"compiler/lex/lex.c:{n}" for n in (3, 4, 5, 7, 8, 9)])

    def test_include_wall_lets_packages_and_llvm_in_where_they_are_named(self):
        cmake = "sqc_folder(compiler/backend SOURCES jit.c USES runtime/base PACKAGES pkg_llvm pkg_zstd)\n"
        source = "#include <llvm-c/Core.h>\n#include <zstd_errors.h>\n"
        self.expect("include-wall", {**HOUSE, "compiler/backend/CMakeLists.txt": cmake,
                                     "compiler/backend/jit.c": source}, [])

    def test_include_wall_reads_lists_that_stand_in_an_included_file(self):
        lists = {"compiler/lex/CMakeLists.txt": "include(parts.cmake)\nsqc_folder(compiler/lex USES ${PARTS})\n",
                 "compiler/lex/parts.cmake": "set(PARTS\n  runtime/base)\n",
                 "compiler/lex/lex.c": '#include "runtime/base/arena.h"\n'}
        self.expect("include-wall", {**HOUSE, **lists}, [])

    def test_include_wall_of_a_test_is_the_closure_of_its_folders(self):
        cmake = "sqc_test(lex_test SOURCES lex_test.c USES compiler/lex)\n"
        source = ('#include "runtime/base/arena.h"\n#include <cmocka.h>\n#include "compiler/backend/jit.h"\n'
                  '#include "tests/unit/base/fixture.h"\n')
        self.expect("include-wall", {**HOUSE, "tests/unit/lex/CMakeLists.txt": cmake,
                                     "tests/unit/lex/lex_test.c": source}, ["tests/unit/lex/lex_test.c:3"])

    def test_layering(self):
        upward = "sqc_folder(runtime/base\n  SOURCES a.c USES compiler/lex compiler/gone)\n"
        self.expect("layering", HOUSE, [])
        self.expect("layering", {**HOUSE, "runtime/base/CMakeLists.txt": upward},
                    ["runtime/base/CMakeLists.txt:1", "runtime/base/CMakeLists.txt:1"])

    def test_layering_wants_each_folder_in_the_list(self):
        stray = "sqc_folder(runtime/stray SOURCES a.c USES runtime/base)\n"
        self.expect("layering", {**HOUSE, "runtime/stray/CMakeLists.txt": stray}, ["runtime/stray/CMakeLists.txt:1"])

    def test_header_alone(self):
        build = os.path.join(self.root, "build")
        os.makedirs(build)
        self.expect("header-alone", {**HOUSE, "runtime/base/needy.h": "uint64_t need(void);\n",
                                     "runtime/base/whole.h": "#include <stdint.h>\nuint64_t whole(void);\n"},
                    ["runtime/base/needy.h:1"], build)

    def test_error_code(self):
        table = '/* E9999 is no row */\nDIAG(E0001, "a", "b")\nDIAG(E0002, "a", "b")\n'
        self.expect("error-code", {"compiler/diag/diag_codes.def": table, "docs/errors/E0001.md": "",
                                   "tests/diag/a.ssql": "EXPECT ERROR E0001\n"},
                    ["compiler/diag/diag_codes.def:3", "compiler/diag/diag_codes.def:3"])

    def test_function_test(self):
        table = '/* functions */\nFN1("UPPER", upper, S, S, FN_PURE, "x")\nFN1("LOWER", lower, S, S, FN_PURE, "x")\n'
        self.expect("function-test", {"stdlib/functions_string.def": table,
                                      "tests/sql/upper_test.ssql": "SELECT upper(a) FROM t;\n"},
                    ["stdlib/functions_string.def:3"])

    def test_notice(self):
        packages = "sqc_package(pkg_zstd libzstd.a)\nadd_library(pkg_re2 INTERFACE)\n"
        self.expect("notice", {"cmake/Packages.cmake": packages, "NOTICE": "pkg_zstd  Zstandard\npkg_gone  x\n"},
                    ["NOTICE:2", "cmake/Packages.cmake:2"])

    def test_shell_check(self):
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is not installed")
        bad, good = "#!/bin/bash\nset -e\nrm $1\n", '#!/bin/bash\nrm -- "$1"\n'
        self.expect("shell-check", {"run": bad, "good": good}, ["run:3"])


class EveryRule(unittest.TestCase):
    def test_has_a_test_here(self):
        here = set(dir(TextRules) + dir(CodeRules) + dir(HouseRules))
        for rule in tidy.RULES:
            name = "test_" + rule.replace("-", "_")
            self.assertTrue(any(test.startswith(name) for test in here), f"{rule} has no {name}")


if __name__ == "__main__":
    unittest.main()
