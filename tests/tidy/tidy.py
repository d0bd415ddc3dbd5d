#!/usr/bin/env python3
"""Holds the repository to its conventions: prints `file:line: rule: message` for what breaks one.

usage: tidy.py [--root DIR] [--build DIR] [--rule NAME ..] [--list] [--untested]

Warnings are marked and do not fail.  --build is where generated headers lie; without it headers are not compiled alone.
--untested lists the SQL functions that no test mentions, and nothing else.  Needs Python 3.9.
"""
import argparse
import os
import sys

import code_rules
import house_rules
import text_rules
from source_tree import Finding, Tree

# name -> (rule, does it only warn, what it keeps)
RULES = {
    "line-length": (text_rules.line_length, False, "lines of code have at most 120 characters"),
    "file-length": (text_rules.file_length, False, "files have at most 1,000 lines"),
    "file-length-near": (text_rules.file_length_near, True, "files have fewer than 600 lines"),
    "file-name": (text_rules.file_name, False, "snake_case, and a noun that means something"),
    "banned-word": (text_rules.banned_word, False, "nothing is left to be done by a comment"),
    "machine-path": (text_rules.machine_path, False, "no path of one machine, registry host or credential"),
    "commented-code": (text_rules.commented_code, False, "comments hold sentences, not code"),
    "purpose-line": (text_rules.purpose_line, False, "a C file opens with what it is for"),
    "dead-link": (text_rules.dead_link, False, "relative links in documents lead somewhere"),
    "function-length": (code_rules.function_length, False, "functions have at most 70 lines"),
    "parameters": (code_rules.parameters, False, "functions have at most 6 parameters"),
    "nesting": (code_rules.nesting, False, "blocks nest at most 3 deep, CG_ scopes 3 more"),
    "cg-jump": (code_rules.cg_jump, False, "no jump out of a CG_ block"),
    "banned-call": (code_rules.banned_call, False, "no unsafe call, no memory and no printing past the house"),
    "mutable-global": (code_rules.mutable_global, False, "no global can change"),
    "assertions": (code_rules.assertions, True, "two assertions a function where state is kept"),
    "include-wall": (house_rules.include_wall, False, "a folder includes what its USES and PACKAGES name"),
    "layering": (house_rules.layering, False, "a folder uses only folders that stand before it"),
    "header-alone": (house_rules.header_alone, False, "every header compiles alone"),
    "error-code": (house_rules.error_code, False, "each error code has a page and a test"),
    "function-test": (house_rules.function_test, False, "each SQL function and aggregate has a test"),
    "notice": (house_rules.notice, False, "NOTICE names exactly what is linked"),
    "shell-check": (house_rules.shell_check, False, "shell scripts pass shellcheck"),
}


def check(tree, names=None):
    """The findings of the rules, sorted by rule in the order of the table, then by place."""
    for name in names or RULES:
        rule, is_warning, _ = RULES[name]
        for file, line, message in sorted(set(rule(tree))):
            yield Finding(file, line, name, message, is_warning)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--build", help="the build folder")
    parser.add_argument("--rule", action="append", choices=list(RULES), help="only this rule; may be given again")
    parser.add_argument("--list", action="store_true", help="list the rules")
    parser.add_argument("--untested", action="store_true", help="list the functions without a test")
    options = parser.parse_args()
    if options.list:
        for name, (_, is_warning, keeps) in RULES.items():
            print(f"{name:18} {'warns ' if is_warning else ''}{keeps}")
        return 0
    tree = Tree(os.path.abspath(options.root), options.build and os.path.abspath(options.build))
    errors = 0
    for finding in check(tree, ["function-test"] if options.untested else options.rule):
        mark = "warning: " if finding.is_warning else ""
        print(f"{finding.file}:{finding.line}: {finding.rule}: {mark}{finding.message}")
        errors += not finding.is_warning
    print(f"tidy: {errors} to mend in {len(tree.files)} files", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
