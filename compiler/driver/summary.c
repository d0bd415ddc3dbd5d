/* summary.c -- see summary.h. */
#include "compiler/driver/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* 1234567 as "1,234,567": people compare these by their digits. */
static const char *grouped(char room[32], uint64_t number)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, number);
    int at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            room[at++] = ',';
        room[at++] = digits[i];
    }
    room[at] = '\0';
    return room;
}

static void print_bad(const BadRows *bad)
{
    char n[32];
    for (uint32_t i = 0; bad != NULL && i < bad->kind_count; i++) {
        const BadKind *kind = &bad->kinds[i];
        fprintf(stderr, "  %s bad in %.*s (%.*s)\n", grouped(n, kind->count), STR_ARG(kind->stream),
                STR_ARG(kind->reason));
        for (uint32_t p = 0; p < kind->place_count; p++) {
            const BadPlace *place = &kind->places[p];
            if (place->file.len > 0)
                fprintf(stderr, "    %.*s:%" PRIu64 " (byte %" PRIu64 "): %.*s\n", STR_ARG(place->file), place->line,
                        place->offset, STR_ARG(place->text));
            else
                fprintf(stderr, "    %.*s\n", STR_ARG(place->text));
        }
    }
}

/* The results behind a node, by name: what its late rows are missing from. */
static void print_results(const PhysNode *node)
{
    if (node->kind == PHYS_SINK && node->as.sink.name.len > 0)
        fprintf(stderr, " %.*s", STR_ARG(node->as.sink.name));
    else if (node->kind == PHYS_SINK)
        fprintf(stderr, " select_%u", node->as.sink.statement + 1);
    for (uint32_t i = 0; i < node->consumer_count; i++)
        print_results(node->consumers[i]);
}

static void print_late(const Summary *summary)
{
    char n[32];
    for (uint32_t i = 0; i < summary->physical->node_count; i++) {
        const PhysNode *node = summary->physical->nodes[i];
        if (summary->stats.late == NULL || summary->stats.late[node->id] == 0)
            continue;
        fprintf(stderr, "  %s late for", grouped(n, summary->stats.late[node->id]));
        print_results(node);
        fprintf(stderr, "\n");
    }
}

/* Megabytes of memory in use that are not pages of mapped files; 0 where the system does not tell. */
static double memory_mb(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long kib = 0;
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "RssAnon: %lu kB", &kib) == 1)
            break;
    }
    if (status != NULL)
        fclose(status);
    return (double)kib / 1024;
}

void summary_print(const Summary *summary)
{
    const ExecStats *stats = &summary->stats;
    char in[32], out[32], late[32], bad[32], rate[32], skipped[32];
    double seconds = summary->run_ms / 1e3;
    if (summary->signal != 0)
        fprintf(stderr,
                "interrupted by SIG%s: the rows below are those of the input read so far, and windows still open "
                "are not in the output\n",
                sigabbrev_np(summary->signal));
    fprintf(stderr, "%s rows in, %s out, %s late, %s bad", grouped(in, stats->rows_in), grouped(out, stats->rows_out),
            grouped(late, stats->rows_late), grouped(bad, stats->rows_bad));
    if (stats->rows_skipped > 0)
        fprintf(stderr, ", %s skipped", grouped(skipped, stats->rows_skipped));
    fprintf(stderr, " in %.3f s (%s rows/s, %.1f MB/s)\n", seconds,
            grouped(rate, seconds > 0 ? (uint64_t)((double)stats->rows_in / seconds) : 0),
            seconds > 0 ? (double)stats->bytes_in / 1e6 / seconds : 0);
    if (stats->sums_overflowed > 0)
        fprintf(stderr, "  %s sums did not fit their type and are NULL: cast the argument to a wider one\n",
                grouped(skipped, stats->sums_overflowed));
    print_bad(stats->bad);
    print_late(summary);
    fprintf(stderr, "checked in %.1f ms, first code in %.1f ms", summary->check_ms, summary->tiers.fast_ms);
    if (summary->tiers.optimized_ms > 0)
        fprintf(stderr, ", optimised in %.1f ms", summary->tiers.optimized_ms);
    fprintf(stderr, "; memory %.1f MB, mapped files apart\n", memory_mb());
}
