/* decoder_lines.c -- see decoder_lines.h. */
#include "compiler/codegen/ops/decoder_lines.h"

#include <stddef.h>

enum {
    PREFETCH_AHEAD = 1536, /* a line is read with few loads in flight: the hardware alone does not keep ahead */
    PREFETCH_LINES_MAX = 16,
    CACHE_LINE = 64,
};

CgVal line_text_is(LineDecoder *d, CgVal at, Str text)
{
    CgVal args[] = { at, cg_bytes(d->c->f, text), cg_i64(d->c->f, (int64_t)text.len) };
    return cg_cmp(d->c->f, CG_EQ, cg_call(d->c->f, "memcmp", CG_I32, args, 3), cg_i32(d->c->f, 0));
}

CgVal line_byte_is(LineDecoder *d, CgVal at, char byte)
{
    return cg_cmp(d->c->f, CG_EQ, cg_load(d->c->f, CG_I8, at, 0), cg_int(d->c->f, CG_I8, byte));
}

void line_pass(LineDecoder *d, CgVal next)
{
    cg_set(d->c->f, d->at, next);
    cg_set(d->c->f, d->ok, cg_i1(d->c->f, true));
}

CgVal line_is_here(LineDecoder *d, CgVal next)
{
    return cg_cmp(d->c->f, CG_NE, next, cg_null_ptr(d->c->f));
}

void line_set_column(LineDecoder *d, uint32_t column, CgSql value)
{
    cg_sql_store(d->c, d->row, d->scan->as.scan.layout.offsets[column], value);
}

void line_set_null(LineDecoder *d, uint32_t column)
{
    CgFn *f = d->c->f;
    uint64_t word = 8ull * (column / 64);
    CgVal bit = cg_i64(f, (int64_t)((uint64_t)1 << (column % 64)));
    cg_store(f, d->row, word, cg_bin(f, CG_OR, cg_load(f, CG_I64, d->row, word), bit));
    CgVal value = cg_ptr_offset(f, d->row, d->scan->as.scan.layout.offsets[column]);
    cg_zero_bytes(f, value, kind_bytes((RtKind)d->scan->as.scan.layout.kinds[column]));
}

/* NULL for what no step sets and for computed columns. */
static void clear_row(LineDecoder *d, const LineSteps *steps)
{
    const RowLayout *layout = &d->scan->as.scan.layout;
    for (uint32_t w = 0; w < layout->words; w++) {
        uint64_t nulls = 0;
        for (uint32_t c = 64 * w; c < layout->column_count && c < 64 * (w + 1); c++)
            nulls |= (uint64_t)!steps->present[c] << (c % 64);
        cg_store(d->c->f, d->row, 8ull * w, cg_i64(d->c->f, (int64_t)nulls));
        cg_store(d->c->f, d->row, 8ull * (layout->words + w), cg_i64(d->c->f, 0));
    }
    for (uint32_t c = 0; c < layout->column_count; c++) {
        CgVal value = cg_ptr_offset(d->c->f, d->row, layout->offsets[c]);
        if (!steps->present[c])
            cg_zero_bytes(d->c->f, value, kind_bytes((RtKind)layout->kinds[c]));
    }
}

/* One line: *at and *count move on. */
static void emit_line(LineDecoder *d, const LineSteps *steps, CgVal lines, CgLocal line_at, CgLocal count)
{
    CgFn *f = d->c->f;
    CgVal start = cg_get(f, line_at), number = cg_get(f, count);
    CgVal rows = cg_load(f, CG_PTR, d->c->batch, offsetof(RtBatch, rows));
    CgVal row_bytes = cg_i64(f, d->scan->as.scan.layout.row_bytes);
    d->row = cg_ptr_add(f, rows, cg_bin(f, CG_MUL, number, row_bytes));
    cg_set(f, d->at, start);
    cg_set(f, d->ok, cg_i1(f, true));
    for (uint32_t i = 0; i <= steps->line_bytes / CACHE_LINE && i < PREFETCH_LINES_MAX; i++)
        cg_prefetch(f, cg_ptr_offset(f, start, PREFETCH_AHEAD + i * CACHE_LINE));
    clear_row(d, steps);
    steps->emit(d, steps->steps);
    CgScope scope = cg_if_open(f, cg_get(f, d->ok), "line.row");
    CgVal starts = cg_load(f, CG_PTR, d->c->batch, offsetof(RtBatch, lines));
    cg_store(f, cg_ptr_add(f, starts, cg_bin(f, CG_SHL, number, cg_i64(f, 3))), 0, start);
    cg_set(f, count, cg_add_i64(f, number, 1));
    cg_set(f, line_at, cg_get(f, d->at));
    cg_if_else(f, &scope);
    cg_store(f, lines, offsetof(RtLines, at), start);
    cg_store(f, d->c->batch, offsetof(RtBatch, row_count), number);
    CgVal args[] = { d->c->task, d->c->batch, lines };
    cg_call(f, "rt_decode_line", CG_VOID, args, 3);
    cg_set(f, line_at, cg_load(f, CG_PTR, lines, offsetof(RtLines, at)));
    cg_set(f, count, cg_load(f, CG_I64, d->c->batch, offsetof(RtBatch, row_count)));
    cg_if_close(f, &scope);
}

void line_decoder(CgProgram *program, const PhysNode *scan, const LineSteps *steps, const char *name)
{
    static const CgKind PARAMS[] = { CG_PTR, CG_PTR, CG_PTR, CG_I64 };
    CgFn *f = cg_fn_begin(program->module, name, CG_VOID, PARAMS, 4);
    CgCode code = { .program = program, .f = f, .task = cg_param(f, 0), .batch = cg_param(f, 1) };
    LineDecoder d = { .c = &code, .scan = scan, .at = cg_local(f, CG_PTR), .ok = cg_local(f, CG_I1) };
    CgVal lines = cg_param(f, 2), rows_max = cg_param(f, 3);
    CgLocal at = cg_local(f, CG_PTR), count = cg_local(f, CG_I64);
    CgVal end = cg_load(f, CG_PTR, lines, offsetof(RtLines, end));
    cg_set(f, at, cg_load(f, CG_PTR, lines, offsetof(RtLines, at)));
    cg_set(f, count, cg_load(f, CG_I64, code.batch, offsetof(RtBatch, row_count)));
    CG_WHILE(f, more, "lines.next") {
        CgVal in_room = cg_cmp(f, CG_ULT, cg_get(f, count), rows_max);
        CgVal in_text = cg_cmp(f, CG_ULT, cg_get(f, at), end);
        cg_break_unless(f, &more, cg_and(f, in_room, in_text));
        emit_line(&d, steps, lines, at, count);
    }
    cg_store(f, lines, offsetof(RtLines, at), cg_get(f, at));
    cg_store(f, code.batch, offsetof(RtBatch, row_count), cg_get(f, count));
    cg_fn_end(f, NULL);
}
