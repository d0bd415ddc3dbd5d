/* status.c -- composing error texts in place. */
#include "runtime/base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

RtStatus rt_error(RtError *error, RtStatus status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return status;
}

RtStatus rt_error_system(RtError *error, RtStatus status, const char *format, ...)
{
    int cause = errno;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof error->text)
        snprintf(error->text + len, sizeof error->text - (size_t)len, ": %s", strerror(cause));
    return status;
}

void rt_error_context(RtError *error, const char *format, ...)
{
    char cause[RT_ERROR_TEXT_MAX];
    memcpy(cause, error->text, sizeof cause);
    va_list args;
    va_start(args, format);
    int len = vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof error->text)
        snprintf(error->text + len, sizeof error->text - (size_t)len, ": %.*s", RT_ERROR_TEXT_MAX - 8, cause);
}
