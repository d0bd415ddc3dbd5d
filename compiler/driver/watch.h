/* watch.h -- a verb again each time a file that it reads is saved.
 *
 * Each run is a process of its own, so that a run that is broken, or ends early because the next change came, leaves
 * nothing behind.  What counts as a change: .ssql files and sqc.toml below the project (or below the folders of the
 * files given), and the files of --replay.
 *
 * Errors     an exit code, said so on stderr. */
#ifndef SQC_DRIVER_WATCH_H
#define SQC_DRIVER_WATCH_H

#include "compiler/driver/command.h"

/* Runs `once` until a signal ends it. */
int watch(const Args *args, int (*once)(const Args *args));

#endif
