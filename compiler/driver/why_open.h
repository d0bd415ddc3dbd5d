/* why_open.h -- sqc explain --why-open METRIC: which windows of a metric are open when a replay has been read, and
 * which inputs hold them open since when.
 *
 * The end of a file is silence here, not the end of its input: the question is what a live run would wait for. */
#ifndef SQC_DRIVER_WHY_OPEN_H
#define SQC_DRIVER_WHY_OPEN_H

#include "compiler/driver/command.h"

int why_open(const Args *args);

#endif
