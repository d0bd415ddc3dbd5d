/* status.h -- what went wrong in the outside world, and what the caller may do about it.
 *
 * The status is the advice; RtError carries the cause and one phrase of context for each layer that passed it on:
 *     read 'clicks.ndjson': No such file or directory
 *
 * Ownership  the caller owns the RtError; its text is a fixed array. */
#ifndef SQC_BASE_STATUS_H
#define SQC_BASE_STATUS_H

typedef enum RtStatus {
    RT_OK,
    RT_END,      /* no more input, ever                             */
    RT_AGAIN,    /* nothing now, ask again                          */
    RT_RETRY,    /* failed this time, may work later                */
    RT_BAD_DATA, /* this piece of input is wrong, the next may not be */
    RT_FATAL,    /* give up                                         */
} RtStatus;

enum { RT_ERROR_TEXT_MAX = 512 };

typedef struct RtError {
    char text[RT_ERROR_TEXT_MAX];
} RtError;

#define RT_CHECKED __attribute__((warn_unused_result))

/* Sets the cause; returns `status` so that a failing function can end with it. */
RtStatus rt_error(RtError *error, RtStatus status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The cause is errno's text behind the given phrase. */
RtStatus rt_error_system(RtError *error, RtStatus status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts a phrase in front of the cause. */
void rt_error_context(RtError *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
