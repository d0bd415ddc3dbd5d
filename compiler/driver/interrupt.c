/* interrupt.c -- see interrupt.h. */
#include "compiler/driver/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

/* A handler has no other way to hand anything on. */
static volatile sig_atomic_t caught_signal;

enum { KNOCK_AGAIN_US = 20000 };

static void on_knock(int number)
{
    (void)number;
}

/* A signal that comes just before a read begins would not be seen until the read ends, which may be never.  So a timer
 * knocks again and again: each read that waits returns early. */
static void keep_knocking(void)
{
    struct sigaction knock = { .sa_handler = on_knock };
    struct timeval often = { .tv_usec = KNOCK_AGAIN_US };
    sigemptyset(&knock.sa_mask);
    sigaction(SIGALRM, &knock, NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){ often, often }, NULL);
}

static void on_signal(int number)
{
    caught_signal = number;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    keep_knocking();
}

static void watch(int number)
{
    struct sigaction now, action = { .sa_handler = on_signal }; /* without SA_RESTART: reads return early */
    if (sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
        return; /* as nohup and shells want it for what runs in the background */
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaction(number, &action, NULL);
}

void interrupt_watch(void)
{
    watch(SIGINT);
    watch(SIGTERM);
}

int interrupt_signal(void)
{
    return caught_signal;
}

void interrupt_block_here(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}
