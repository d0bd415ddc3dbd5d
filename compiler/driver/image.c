/* image.c -- see image.h. */
#include "compiler/driver/image.h"

#include "compiler/codegen/data/agg_layout.h"
#include "compiler/codegen/ops/generate.h"
#include "runtime/abi/key.h"
#include "runtime/state/dedup.h"
#include "runtime/state/session_store.h"
#include "stdlib/agg_many.h"
#include "stdlib/agg_subtract.h"

#include <assert.h>
#include <string.h>

enum { UNIT_VERSION = 1 };

#define SHOWN_UNIT 0x73686f776e000000u /* apart from the unit whose rows were told */
#define LIFE_CELL  0x6c69666500000000u /* apart from the unit whose groups are forgotten */
#define ROWS_FIELD 0x726f777300000000u /* id of the number of rows of a group without a window */
#define SEEN_FIELD 0x7365656e00000000u /* of the time at which a stream has seen a key */

static bool is_csv(const Table *table)
{
    return table->checked != NULL && table->checked->format != NULL && format_id(table->checked->format) == FORMAT_CSV;
}

static Str *column_names(Arena *arena, const PhysNode *node)
{
    Str *names = ARENA_ARRAY(arena, Str, node->column_count + 1);
    for (uint32_t i = 0; i < node->column_count; i++)
        names[i] = node->columns[i].name;
    return names;
}

static uint32_t scan_index(const PhysProgram *physical, const PhysNode *node)
{
    for (uint32_t s = 0; s < physical->scan_count; s++) {
        if (physical->scans[s] == node)
            return s;
    }
    return RT_NO_SCAN;
}

/* Where a stream of rows of `source` finds a column: there, or among the `extra` ones that it has besides (-1, -2 ..).
 */
static int32_t made_column(const PhysScan *made, const PhysNode *source, uint32_t column, uint32_t extra)
{
    const ScanSource *wanted = &made->sources[column];
    uint32_t own = made->table->column_count - extra;
    if (wanted->table_column >= own)
        return -1 - (int32_t)(wanted->table_column - own);
    uint32_t at = 0;
    while (!scan_source_equal(&source->as.scan.sources[at], wanted)) {
        at++;
        assert(at < source->column_count && "a hidden sink reads all columns of the source");
    }
    return (int32_t)at;
}

static RtAside aside_of(Arena *arena, const PhysProgram *physical, const PhysNode *source, const PhysNode *made)
{
    RtAside aside = { .scan = scan_index(physical, made) };
    if (made == NULL)
        return aside;
    bool is_bad = made->as.scan.table->aside == ASIDE_BAD;
    int32_t *columns = ARENA_ARRAY(arena, int32_t, made->column_count + 1);
    for (uint32_t c = 0; c < made->column_count; c++)
        columns[c] =
            made_column(&made->as.scan, source, c, is_bad ? (uint32_t)BAD_COLUMN_COUNT : (uint32_t)FUTURE_COLUMN_COUNT);
    aside.columns = columns;
    return aside;
}

/* What a stream keeps of the rows that it has seen. */
static const StateUnitSpec *dedup_of(Arena *arena, const PhysScan *scan)
{
    const Dedup *dedup = scan->dedup;
    if (dedup == NULL)
        return NULL;
    bool is_fixed = true;
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < dedup->key_count; i++) {
        uint32_t fixed = key_bytes_fixed(type_physical(dedup->keys[i]->type));
        is_fixed = is_fixed && fixed != KEY_VARIABLE;
        bytes += fixed;
    }
    StateField *time = ARENA_ARRAY(arena, StateField, 1);
    time[0] = (StateField){ SEEN_FIELD, 0, sizeof(int64_t) };
    StateUnitSpec *unit = ARENA_NEW(arena, StateUnitSpec);
    *unit = (StateUnitSpec){ .id = scan->dedup_id,
                             .version = UNIT_VERSION,
                             .shape = dedup_shape(is_fixed, is_fixed ? bytes : 0, dedup->within_us),
                             .fields = time,
                             .field_count = 1 };
    return unit;
}

static RtScan scan_of(Arena *arena, const PhysProgram *physical, const PhysNode *node)
{
    const PhysScan *scan = &node->as.scan;
    return (RtScan){
        .bad = aside_of(arena, physical, node, scan->bad_scan),
        .future = aside_of(arena, physical, node, scan->future_scan),
        .rowtime_column = scan->rowtime_column,
        .future_skew_us = scan->table->future_skew_us,
        .idle_timeout_us = scan->watermark == NULL ? 0 : scan->table->idle_timeout_us,
        .adaptive = scan->watermark == NULL ? NULL : scan->table->adaptive,
        .future_quarantine = scan->table->future_quarantine,
        .node = node->id,
        .name = scan->table->name,
        .decode = scan->decode,
        .is_csv = is_csv(scan->table),
        .policy = scan->table->checked == NULL ? BAD_ROW_COUNT : table_bad_row_policy(scan->table->checked),
        .layout = &scan->layout,
        .column_names = column_names(arena, node),
        .rows_function_count = generated_rows_count(node),
        .dedup = dedup_of(arena, scan),
        .dedup_within_us = scan->dedup == NULL ? 0 : scan->dedup->within_us,
    };
}

static void collect_scans(const PhysProgram *physical, const PhysNode *node, uint32_t *scans, uint32_t *count)
{
    for (uint32_t s = 0; s < physical->scan_count; s++) {
        if (physical->scans[s] != node)
            continue;
        for (uint32_t i = 0; i < *count; i++) {
            if (scans[i] == s)
                return;
        }
        scans[(*count)++] = s;
    }
    for (uint32_t i = 0; i < node->input_count; i++)
        collect_scans(physical, node->inputs[i], scans, count);
}

/* The number of rows of a group, where no call counts them: a state like that of COUNT(*). */
static AggFold rows_fold(const AggLayout *layout)
{
    const AggDef *count = agg_of_symbol("count_star");
    return (AggFold){ .offset = layout->rows_at,
                      .distinct = -1,
                      .merge = count->merge,
                      .subtract = agg_subtract_of(count),
                      .merge_many = agg_merge_many_of(count),
                      .subtract_many = agg_subtract_many_of(count) };
}

/* How two states of each aggregate become one; behind them the rows, where they stand apart. */
static const AggFold *folds_of(Arena *arena, const PhysWindowAgg *agg, const AggLayout *layout)
{
    AggFold *folds = ARENA_ARRAY(arena, AggFold, agg->call_count + 1);
    for (uint32_t i = 0; i < agg->call_count; i++) {
        const AggCall *call = &agg->calls[i];
        const AggDef *def = call->agg;
        RtKind value = call->arg == NULL ? PK_BOOL : type_physical(call->arg->type);
        bool by_value = def->arg != TW_COUNT && def->arg != TW_ANY;
        folds[i] = (AggFold){ .offset = layout->offsets[i],
                              .distinct = layout->distinct[i],
                              .value_kind = (uint8_t)value,
                              .step_kind = (uint8_t)(by_value ? type_word_kind((TypeWord)def->arg) : value),
                              .merge = def->merge,
                              .subtract = agg_subtract_of(def),
                              .merge_many = agg_merge_many_of(def),
                              .subtract_many = agg_subtract_many_of(def),
                              .take = agg_take_of(def),
                              .step = def->step,
                              .retract = def->retract,
                              .put = (def->traits & AGG_HEAP) != 0 ? def->put : NULL,
                              .get = def->get,
                              .state_bytes = def->state_bytes,
                              .user = def->user };
    }
    if (layout->rows_apart)
        folds[agg->call_count] = rows_fold(layout);
    return folds;
}

static void late_of(Arena *arena, const PhysProgram *physical, const PhysNode *node, RtAgg *image)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    image->late_scan = image->source_scan = RT_NO_SCAN;
    image->delay_us = agg->delay_us;
    if (agg->late == NULL)
        return;
    image->correct_us = agg->late->correct_us;
    if (agg->late_scan == NULL)
        return;
    const PhysNode *late = agg->late_scan;
    image->late_scan = scan_index(physical, late);
    image->source_scan = image->scans[0];
    int32_t *columns = ARENA_ARRAY(arena, int32_t, late->column_count + 1);
    for (uint32_t c = 0; c < late->column_count; c++)
        columns[c] = made_column(&late->as.scan, physical->scans[image->source_scan], c, LATE_COLUMN_COUNT);
    image->late_columns = columns;
}

static bool is_silent(const PhysNode *agg)
{
    for (uint32_t i = 0; i < agg->consumer_count; i++) {
        if (agg->consumers[i]->kind != PHYS_KEEP)
            return false;
    }
    return agg->consumer_count > 0;
}

/* Sinks behind a node, each once; a group without a window in between keeps the rows to itself. */
static void collect_sinks(const PhysNode *node, uint32_t *sinks, uint32_t *count)
{
    for (uint32_t i = 0; i < node->consumer_count; i++) {
        const PhysNode *to = node->consumers[i];
        bool is_known = to->kind != PHYS_SINK;
        for (uint32_t k = 0; k < *count && !is_known; k++)
            is_known = sinks[k] == to->id;
        if (!is_known)
            sinks[(*count)++] = to->id;
        collect_sinks(to, sinks, count);
    }
}

/* What is to be told of groups without a window. */
static void pending_of(Arena *arena, const PhysNode *node, RtAgg *image)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, node->column_count + 1);
    for (uint32_t c = 0; c < node->column_count; c++)
        kinds[c] = (uint8_t)type_physical(node->columns[c].type);
    RowLayout *row = ARENA_NEW(arena, RowLayout);
    *row = row_layout(arena, kinds, node->column_count);
    image->every_us = agg->every_us;
    image->row = row;
    image->key_count = agg->key_count;
    image->shown =
        (StateUnitSpec){ .id = agg->unit_id ^ SHOWN_UNIT,
                         .version = UNIT_VERSION,
                         .shape = { .groups = { .field_bytes = EXEC_PENDING_BYTES }, .kind = WINDOW_TUMBLE } };
}

/* What was told of open windows: packed rows by window, group, sink and number. */
static void emit_of(Arena *arena, const PhysProgram *physical, const PhysNode *node, RtAgg *image)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    if (image->is_unbounded && agg->every_us > 0)
        pending_of(arena, node, image);
    if (agg->every_us == 0 || image->is_unbounded)
        return;
    image->every_us = agg->every_us == EMIT_EACH_ROW ? EXEC_EACH_ROW : agg->every_us;
    image->shown =
        (StateUnitSpec){ .id = agg->unit_id ^ SHOWN_UNIT,
                         .version = UNIT_VERSION,
                         .shape = { .groups = { .field_bytes = EXEC_SHOWN_BYTES }, .kind = WINDOW_ATTACHED } };
    uint32_t *sinks = ARENA_ARRAY(arena, uint32_t, physical->sink_count + 1);
    collect_sinks(node, sinks, &image->sink_count);
    for (uint32_t i = 1; i < image->sink_count; i++) { /* by id: so are the keys of what was told */
        uint32_t sink = sinks[i], at = i;
        for (; at > 0 && sinks[at - 1] > sink; at--)
            sinks[at] = sinks[at - 1];
        sinks[at] = sink;
    }
    image->sinks = sinks;
}

static RtAgg agg_of(Arena *arena, const PhysProgram *physical, const PhysNode *node)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    AggLayout layout = agg_layout(arena, agg);
    StateField *fields = ARENA_ARRAY(arena, StateField, agg->call_count + 1);
    bool counts_rows = phys_is_unbounded(agg) || layout.rows_apart;
    for (uint32_t i = 0; i < agg->call_count; i++)
        fields[i] = (StateField){ agg->call_ids[i], layout.offsets[i], agg->calls[i].agg->state_bytes };
    if (counts_rows)
        fields[agg->call_count] = (StateField){ ROWS_FIELD, 0, agg->ttl_us > 0 ? sizeof(GroupLife) : sizeof(int64_t) };
    uint32_t *scans = ARENA_ARRAY(arena, uint32_t, physical->scan_count + 1);
    RtAgg image = {
        .node = node->id, .scans = scans, .is_unbounded = phys_is_unbounded(agg), .may_idle = agg->may_idle
    };
    collect_scans(physical, node, scans, &image.scan_count);
    bool is_session = agg->kind == WINDOW_SESSION;
    bool is_several = agg->kind == WINDOW_HOP || agg->kind == WINDOW_CUMULATE; /* windows of a row */
    uint32_t head_bytes = is_session ? session_head_bytes(layout.distinct_count) : 0;
    image.unit = (StateUnitSpec){
        .id = agg->unit_id,
        .version = UNIT_VERSION,
        .shape = { .groups = { layout.is_fixed, layout.key_bytes, layout.field_bytes + head_bytes, layout.has_rows,
                               layout.rows_at },
                   .distinct_count = layout.distinct_count + is_session, /* one for further sessions of a key */
                   .kind = agg->kind,
                   .size_us = agg->size_us,
                   .step_us = agg->step_us,
                   .offset_us = agg->offset_us,
                   .calendar = agg->calendar,
                   .keep_us = is_several || agg->late == NULL ? 0 : agg->late->correct_us,
                   .correct_us = !is_several || agg->late == NULL ? 0 : agg->late->correct_us,
                   .folds = folds_of(arena, agg, &layout),
                   .fold_count = agg->call_count + layout.rows_apart,
                   .is_cut = phys_is_cut(agg) },
        .fields = fields,
        .field_count = agg->call_count + counts_rows,
    };
    image.is_silent = is_silent(node);
    late_of(arena, physical, node, &image);
    emit_of(arena, physical, node, &image);
    image.ttl_us = agg->ttl_us;
    image.life_cell = agg->unit_id ^ LIFE_CELL;
    return image;
}

static uint32_t agg_index(const RtAgg *aggs, uint32_t count, uint32_t node)
{
    uint32_t i = 0;
    while (i < count && aggs[i].node != node)
        i++;
    assert(i < count && "a leader is an aggregate");
    return i;
}

static void find_leaders(const PhysProgram *physical, RtAgg *aggs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const PhysWindowAgg *agg = &physical->nodes[aggs[i].node]->as.window_agg;
        aggs[i].leader = agg->leader == NULL ? i : agg_index(aggs, count, agg->leader->id);
        aggs[i].has_followers = agg->follower_count > 0;
    }
}

static RtKeep keep_of(Arena *arena, const RtProgram *image, const RtAgg *aggs, const PhysNode *node)
{
    const PhysKeep *keep = &node->as.keep;
    const PhysWindowAgg *agg = &node->inputs[0]->as.window_agg;
    RtKeep made = { .node = node->id };
    while (made.agg < image->agg_count && aggs[made.agg].node != node->inputs[0]->id)
        made.agg++;
    assert(made.agg < image->agg_count && "a KEEP stands behind its aggregate");
    uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, agg->key_count + 1);
    KeepBound *bounds = ARENA_ARRAY(arena, KeepBound, keep->key_count + 1);
    Str *names = ARENA_ARRAY(arena, Str, keep->key_count + 1);
    for (uint32_t i = 0; i < agg->key_count; i++)
        kinds[i] = (uint8_t)type_physical(agg->keys[i]->type);
    for (uint32_t i = 0; i < keep->key_count; i++) {
        const KeepKey *key = &keep->keys[i];
        bounds[i] = (KeepBound){ key->key, key->most, key_of_values(arena, &key->other, 1), key->by != NULL };
        names[i] = key->name;
    }
    made.shape = (KeepShape){ kinds, agg->key_count, bounds, keep->key_count };
    made.names = names;
    return made;
}

static RtZoneRows zone_rows_of(const PhysNode *node)
{
    const PhysWindowRows *rows = &node->as.window_rows;
    return (RtZoneRows){ .node = node->id,
                         .shape = { .kind = rows->kind,
                                    .size_us = rows->size_us,
                                    .step_us = rows->step_us,
                                    .offset_us = rows->offset_us,
                                    .calendar = rows->calendar } };
}

static RtTop top_of(const PhysNode *node)
{
    const PhysTop *top = &node->as.top;
    return (RtTop){ .node = node->id,
                    .unit = { .id = top->unit_id,
                              .version = UNIT_VERSION,
                              .shape = { .groups = { .field_bytes = EXEC_TOP_BYTES }, .kind = WINDOW_TUMBLE } },
                    .kind = (uint32_t)top->kind,
                    .limit = top->limit,
                    .has_number = top->has_number,
                    .is_retracted = top->is_retracted,
                    .partition_count = top->partition_count,
                    .row = &top->layout };
}

static RtLookup lookup_of(const PhysNode *node)
{
    const PhysLookupJoin *join = &node->as.lookup_join;
    return (RtLookup){ .node = node->id,
                       .name = join->table->name,
                       .decode = join->decode,
                       .is_csv = is_csv(join->table),
                       .layout = &join->layout,
                       .key_columns = join->table_keys,
                       .key_column_count = join->key_count };
}

/* Does a way lead from a scan to the node that waits for no window? */
static bool comes_at_once(const PhysNode *node)
{
    bool at_once = node->kind == PHYS_SCAN;
    for (uint32_t i = 0; node->kind != PHYS_WINDOW_AGG && i < node->input_count; i++)
        at_once = at_once || comes_at_once(node->inputs[i]);
    return at_once;
}

static bool has_windows(const PhysNode *node)
{
    if (node->kind == PHYS_WINDOW_AGG)
        return true;
    for (uint32_t i = 0; i < node->input_count; i++) {
        if (has_windows(node->inputs[i]))
            return true;
    }
    return false;
}

/* Sinks that write into one output: printed results together, inserts by table. */
static bool same_output(const PhysSink *a, const PhysSink *b)
{
    return a->kind == b->kind && (a->kind == SINK_RESULT || a->table == b->table);
}

/* Which sessions a late row touches follows from all rows before it. */
static bool corrects_sessions(const PhysProgram *physical)
{
    for (uint32_t i = 0; i < physical->node_count; i++) {
        const PhysNode *node = physical->nodes[i];
        const LatePolicy *late = node->kind == PHYS_WINDOW_AGG ? node->as.window_agg.late : NULL;
        if (late != NULL && late->correct_us > 0 && node->as.window_agg.kind == WINDOW_SESSION)
            return true;
    }
    return false;
}

static bool order_needs_rows(const PhysProgram *physical)
{
    for (uint32_t s = 0; s < physical->scan_count; s++) {
        if (physical->scans[s]->as.scan.bad_scan != NULL)
            return true; /* a row is bad when all have seen it */
    }
    for (uint32_t i = 0; i < physical->sink_count; i++) {
        if (!comes_at_once(physical->sinks[i]))
            continue;
        if (has_windows(physical->sinks[i]))
            return true; /* rows of windows come between those that do not wait for them */
        for (uint32_t s = 0; s < physical->scan_count; s++) {
            if (generated_rows_count(physical->scans[s]) > 1)
                return true;
        }
        for (uint32_t j = 0; j < physical->sink_count; j++) {
            if (j != i && same_output(&physical->sinks[i]->as.sink, &physical->sinks[j]->as.sink))
                return true;
        }
    }
    return false;
}

static const FnUserAgg *const *users_of(Arena *arena, const PhysProgram *physical)
{
    uint32_t count;
    const UserAgg *const *aggregates = generated_users(arena, physical, &count);
    const FnUserAgg **users = ARENA_ARRAY(arena, const FnUserAgg *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        users[i] = aggregates[i] == NULL ? NULL : &aggregates[i]->base;
    return users;
}

RtProgram *image_of(Arena *arena, const PhysProgram *physical, uint32_t site_count)
{
    RtProgram *image = ARENA_NEW(arena, RtProgram);
    RtScan *scans = ARENA_ARRAY(arena, RtScan, physical->scan_count + 1);
    RtAgg *aggs = ARENA_ARRAY(arena, RtAgg, physical->node_count + 1);
    RtKeep *keeps = ARENA_ARRAY(arena, RtKeep, physical->node_count + 1);
    RtTop *tops = ARENA_ARRAY(arena, RtTop, physical->node_count + 1);
    image->tops = tops;
    uint32_t *ranks = ARENA_ARRAY(arena, uint32_t, physical->node_count + 1);
    RtZoneRows *zone_rows = ARENA_ARRAY(arena, RtZoneRows, physical->node_count + 1);
    RtLookup *lookups = ARENA_ARRAY(arena, RtLookup, physical->node_count + 1);
    for (uint32_t i = 0; i < physical->scan_count; i++)
        scans[i] = scan_of(arena, physical, physical->scans[i]);
    for (uint32_t i = 0; i < physical->node_count; i++) {
        const PhysNode *node = physical->nodes[i];
        if (node->kind == PHYS_WINDOW_AGG || node->kind == PHYS_GROUP_AGG || node->kind == PHYS_GAP_FILL)
            aggs[image->agg_count++] = agg_of(arena, physical, node);
        else if (node->kind == PHYS_KEEP)
            keeps[image->keep_count++] = keep_of(arena, image, aggs, node);
        else if (node->kind == PHYS_WINDOW_ROWS && node->as.window_rows.calendar != NULL)
            zone_rows[image->zone_rows_count++] = zone_rows_of(node);
        else if (node->kind == PHYS_TOP)
            tops[image->top_count++] = top_of(node);
        else if (node->kind == PHYS_RANK)
            ranks[image->rank_count++] = node->id;
        else if (node->kind == PHYS_LOOKUP_JOIN)
            lookups[image->lookup_count++] = lookup_of(node);
        image->node_count = node->id + 1 > image->node_count ? node->id + 1 : image->node_count;
    }
    const RowLayout **sinks = ARENA_ARRAY(arena, const RowLayout *, image->node_count + 1);
    bool *takes_final = ARENA_ARRAY(arena, bool, image->node_count + 1);
    for (uint32_t i = 0; i < physical->sink_count; i++) {
        sinks[physical->sinks[i]->id] = &physical->sinks[i]->as.sink.layout;
        takes_final[physical->sinks[i]->id] = physical->sinks[i]->as.sink.kind == SINK_STORE;
    }
    image->takes_final = takes_final;
    image->sink_layouts = sinks;
    image->scans = scans;
    image->scan_count = physical->scan_count;
    image->aggs = aggs;
    image->users = users_of(arena, physical);
    image->keeps = keeps;
    image->lookups = lookups;
    image->ranks = ranks;
    image->zone_rows = zone_rows;
    image->zone = physical->zone;
    image->site_count = site_count;
    image->row_at_a_time = order_needs_rows(physical) || corrects_sessions(physical);
    find_leaders(physical, aggs, image->agg_count);
    for (uint32_t i = 0; i < image->agg_count; i++)
        image->may_idle = image->may_idle || aggs[i].may_idle;
    for (uint32_t i = 0; i < image->agg_count; i++) /* the silence of others may be over at any row */
        image->row_at_a_time = image->row_at_a_time || (aggs[i].may_idle && aggs[i].every_us != 0);
    for (uint32_t i = 0; i < image->scan_count; i++)
        image->in_time_order = image->in_time_order || scans[i].idle_timeout_us > 0;
    return image;
}
