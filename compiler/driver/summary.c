/* summary.c -- see summary.h. */
#include "compiler/driver/summary.h"

#include "compiler/driver/input_hints.h"
#include "compiler/logical/metric.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* 1234567 as "1,234,567": people compare these by their digits. */
const char *summary_number(char room[SUMMARY_NUMBER_BYTES], uint64_t number)
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

static void print_places(const BadKind *kind)
{
    for (uint32_t p = 0; p < kind->place_count; p++) {
        const BadPlace *place = &kind->places[p];
        if (place->file.len > 0)
            fprintf(stderr, "    %.*s:%" PRIu64 " (byte %" PRIu64 "): %.*s\n", STR_ARG(place->file), place->line,
                    place->offset, STR_ARG(place->text));
        else
            fprintf(stderr, "    %.*s\n", STR_ARG(place->text));
    }
}

static void print_bad(const BadRows *bad)
{
    char n[32];
    for (uint32_t i = 0; bad != NULL && i < bad->kind_count; i++) {
        const BadKind *kind = &bad->kinds[i];
        fprintf(stderr, "  %s bad in %.*s (%.*s)\n", summary_number(n, kind->count), STR_ARG(kind->stream),
                STR_ARG(kind->reason));
        print_places(kind);
    }
}

static void print_watermarks(const BadRows *failed)
{
    char n[32];
    for (uint32_t i = 0; failed != NULL && i < failed->kind_count; i++) {
        const BadKind *kind = &failed->kinds[i];
        fprintf(stderr, "  %s row%s of %.*s did not move the watermark, whose expression failed (%.*s)\n",
                summary_number(n, kind->count), kind->count == 1 ? "" : "s", STR_ARG(kind->stream),
                STR_ARG(kind->reason));
        print_places(kind);
    }
}

static void print_future(const BadRows *future)
{
    char n[32];
    for (uint32_t i = 0; future != NULL && i < future->kind_count; i++) {
        const BadKind *kind = &future->kinds[i];
        fprintf(stderr, "  %s row%s of %.*s too far in the future: %.*s\n", summary_number(n, kind->count),
                kind->count == 1 ? "" : "s", STR_ARG(kind->stream), STR_ARG(kind->reason));
        print_places(kind);
    }
}

/* Copies that did not count, by stream. */
static void print_duplicates(const Summary *summary)
{
    char n[32];
    for (uint32_t i = 0; summary->stats.duplicates != NULL && i < summary->physical->scan_count; i++) {
        const PhysNode *node = summary->physical->scans[i];
        const Dedup *dedup = node->as.scan.dedup;
        if (summary->stats.duplicates[i] == 0)
            continue;
        Str within = metric_interval_text(summary->arena, dedup->within_us);
        fprintf(stderr, "  %s of %.*s %s rows that came before (within %.*s)\n",
                summary_number(n, summary->stats.duplicates[i]), STR_ARG(node->as.scan.table->name),
                summary->stats.duplicates[i] == 1 ? "is a copy of" : "are copies of", STR_ARG(within));
    }
}

/* The results behind a node, by name: what its late rows are missing from. */
static void print_results(const PhysNode *node)
{
    if (node->kind == PHYS_SINK && node->as.sink.kind == SINK_STORE)
        return; /* its rows are shown, too */
    if (node->kind == PHYS_SINK && node->as.sink.name.len > 0)
        fprintf(stderr, " %.*s", STR_ARG(node->as.sink.name));
    else if (node->kind == PHYS_SINK)
        fprintf(stderr, " select_%u", node->as.sink.statement + 1);
    for (uint32_t i = 0; i < node->consumer_count; i++)
        print_results(node->consumers[i]);
}

static bool has_results(const PhysNode *node)
{
    bool found = node->kind == PHYS_SINK && node->as.sink.kind != SINK_STORE;
    for (uint32_t i = 0; !found && i < node->consumer_count; i++)
        found = has_results(node->consumers[i]);
    return found;
}

/* Windows whose results nobody sees run for what reads their late rows. */
static void print_hidden(const PhysNode *node)
{
    const LatePolicy *late = node->as.window_agg.late;
    const PhysNode *scan = node;
    while (scan->input_count > 0)
        scan = scan->inputs[0];
    fprintf(stderr, " windows over %.*s", STR_ARG(scan->as.scan.table->name));
    if (late != NULL)
        fprintf(stderr, ", whose late rows go to %.*s", STR_ARG(late->into->name));
}

static void print_late(const Summary *summary)
{
    char n[32];
    uint64_t all = 0;
    for (uint32_t i = 0; i < summary->physical->node_count; i++) {
        const PhysNode *node = summary->physical->nodes[i];
        if (summary->stats.late == NULL || summary->stats.late[node->id] == 0)
            continue;
        all += summary->stats.late[node->id];
        fprintf(stderr, "  %s late for", summary_number(n, summary->stats.late[node->id]));
        if (has_results(node))
            print_results(node);
        else
            print_hidden(node);
        fprintf(stderr, "\n");
    }
    if (all > summary->stats.rows_late)
        fprintf(stderr, "  %s late row%s in all, which may be late for several of them\n",
                summary_number(n, summary->stats.rows_late), summary->stats.rows_late == 1 ? "" : "s");
}

/* The metrics behind a KEEP; metrics that are bounded alike have it in common. */
static const PhysNode *next_keep(const PhysProgram *physical, uint32_t *at)
{
    while (*at < physical->node_count && physical->nodes[*at]->kind != PHYS_KEEP)
        (*at)++;
    return *at < physical->node_count ? physical->nodes[(*at)++] : NULL;
}

static void print_other(const PhysNode *keep, const KeepKey *key, const KeepCount *count)
{
    char values[32], windows[32];
    Arena scratch;
    arena_init(&scratch);
    Expr other = { .op = EXPR_LITERAL, .type = keep->columns[key->key].type, .literal = key->other };
    Str text = expr_text(&scratch, &other);
    fprintf(stderr, "  %s value%s of %.*s became %.*s in %s window%s of", summary_number(values, count->values),
            count->values == 1 ? "" : "s", STR_ARG(key->name), STR_ARG(text), summary_number(windows, count->windows),
            count->windows == 1 ? "" : "s");
    print_results(keep);
    fprintf(stderr, "\n");
    arena_free(&scratch);
}

static void print_kept(const Summary *summary)
{
    uint32_t at = 0, keep = 0;
    const PhysNode *node;
    while (summary->stats.kept != NULL && (node = next_keep(summary->physical, &at)) != NULL) {
        for (uint32_t i = 0; i < node->as.keep.key_count; i++) {
            const KeepCount *count = &summary->stats.kept[keep][i];
            if (count->windows > 0)
                print_other(node, &node->as.keep.keys[i], count);
        }
        keep++;
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
    char in[32], out[32], late[32], bad[32], rate[32], skipped[32], corrected[32], duplicate[32];
    double seconds = summary->run_ms / 1e3;
    if (summary->signal != 0)
        fprintf(stderr,
                "interrupted by SIG%s: the rows below are those of the input read so far, and windows still open "
                "are not in the output\n",
                sigabbrev_np(summary->signal));
    fprintf(stderr, "%s rows in, %s out, %s late, %s bad", summary_number(in, stats->rows_in),
            summary_number(out, stats->rows_out - summary->stored), summary_number(late, stats->rows_late),
            summary_number(bad, stats->rows_bad));
    if (stats->rows_duplicate > 0)
        fprintf(stderr, ", %s duplicate", summary_number(duplicate, stats->rows_duplicate));
    if (stats->rows_corrected > 0)
        fprintf(stderr, ", %s corrected closed windows", summary_number(corrected, stats->rows_corrected));
    if (stats->rows_future > 0)
        fprintf(stderr, ", %s in the future", summary_number(corrected, stats->rows_future));
    if (stats->heartbeats > 0)
        fprintf(stderr, ", %s heartbeats", summary_number(corrected, stats->heartbeats));
    if (stats->rows_skipped > 0)
        fprintf(stderr, ", %s skipped", summary_number(skipped, stats->rows_skipped));
    fprintf(stderr, " in %.3f s (%s rows/s, %.1f MB/s)\n", seconds,
            summary_number(rate, seconds > 0 ? (uint64_t)((double)stats->rows_in / seconds) : 0),
            seconds > 0 ? (double)stats->bytes_in / 1e6 / seconds : 0);
    if (stats->sums_overflowed > 0)
        fprintf(stderr, "  %s sums did not fit their type and are NULL: cast the argument to a wider one\n",
                summary_number(skipped, stats->sums_overflowed));
    print_bad(stats->bad);
    print_watermarks(stats->watermarks);
    print_future(stats->future);
    print_late(summary);
    print_kept(summary);
    print_duplicates(summary);
    input_hints_print(summary->arena, summary->physical, summary->inputs, summary->exec);
    if (summary->stored_in.len > 0)
        fprintf(stderr, "%s rows of metrics kept in %.*s\n", summary_number(out, summary->stored),
                STR_ARG(summary->stored_in));
    fprintf(stderr, "checked in %.1f ms, first code in %.1f ms", summary->check_ms, summary->tiers.fast_ms);
    if (summary->tiers.optimized_ms > 0)
        fprintf(stderr, ", optimised in %.1f ms", summary->tiers.optimized_ms);
    if (summary->tiers.relearned_ms > 0)
        fprintf(stderr, ", decoder for other lines in %.1f ms", summary->tiers.relearned_ms);
    fprintf(stderr, "; memory %.1f MB, mapped files apart\n", memory_mb());
}
