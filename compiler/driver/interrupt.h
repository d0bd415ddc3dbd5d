/* interrupt.h -- SIGINT and SIGTERM as a wish that a run can grant at its next batch boundary.
 *
 *   interrupt_watch();           the first signal is noted from here on; the second one ends the process at once
 *   .. interrupt_signal() ..     0, or the signal that came
 *
 * A call of the system that waits (for a line from a pipe, say) returns early.
 *
 * Threads    signals reach the thread that reads only if the others block them (interrupt_block_here). */
#ifndef SQC_DRIVER_INTERRUPT_H
#define SQC_DRIVER_INTERRUPT_H

void interrupt_watch(void);
int interrupt_signal(void);
void interrupt_block_here(void);

#endif
