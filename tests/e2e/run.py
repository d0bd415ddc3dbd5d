#!/usr/bin/env python3
"""run.py SQC [unittest arguments]: the contract of the command line, from end to end."""

import os
import sys
import unittest

import adaptive
import again
import alerts
import asking
import broken_store
import asides
import changelog
import cli
import events
import inferred
import kept
import late
import lineage
import lints
import many_series
import local_time
import looking
import many_keys
import meanwhile
import messages
import new_project
import profiles
import projects
import ranges
import silence
import store
import test_language
import texts
import timeless
import units
import user_aggregates
import usage
import waiting

MODULES = (
    alerts,
    usage,
    texts,
    units,
    user_aggregates,
    events,
    meanwhile,
    profiles,
    messages,
    projects,
    ranges,
    silence,
    new_project,
    lints,
    many_series,
    local_time,
    lineage,
    inferred,
    kept,
    adaptive,
    again,
    asking,
    broken_store,
    changelog,
    asides,
    late,
    looking,
    many_keys,
    store,
    waiting,
    test_language,
    timeless,
)


def main():
    cli.CliTest.sqc = os.path.abspath(sys.argv.pop(1))
    suite = unittest.TestSuite()
    if len(sys.argv) > 1:
        suite.addTests(unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:]))
    else:
        for module in MODULES:
            suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    return 0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
