/* mutated_test.c -- whatever stands in a program, the binder answers: with plans or with diagnostics, without a crash.
 *
 * Programs of tests/diag and the one below lose, repeat and swap words at places that a fixed seed picks. */
#include "compiler/bind/bind.h"
#include "compiler/parse/parse.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define FOLDER "tests/diag"
enum { MUTANTS = 25, WORDS_MAX = 2000, PATH_BYTES = 300 };

static const char RICH[] =
    "CREATE TABLE ev (id STRING, n BIGINT, price DECIMAL(10,2), d DOUBLE, b BOOLEAN, dt DATE, tm TIME,\n"
    " small SMALLINT,\n"
    " actor ROW<id BIGINT, deep ROW<x INT>>, tags ARRAY<STRING>, props MAP<STRING, BIGINT>, ts TIMESTAMP(3),\n"
    " ltz TIMESTAMP_LTZ(3), ts9 TIMESTAMP(9), c5 CHAR(5), p AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '1' DAY)\n"
    " WITH ('connector' = 'filesystem', 'path' = 'd', 'format' = 'json');\n"
    "CREATE TABLE ads (ad STRING, c BIGINT) WITH ('connector' = 'filesystem', 'path' = 'a', 'format' = 'csv');\n"
    "CREATE TABLE o (id STRING, n BIGINT) WITH ('connector' = 'blackhole');\n"
    "CREATE VIEW v AS SELECT id, n FROM ev UNION ALL SELECT 'x', CAST(NULL AS INT) FROM ev;\n"
    "CREATE METRIC m AS SELECT window_start, id, COUNT(*) AS c, SUM(price) / COUNT(*) AS x,\n"
    " AVG(price) AS a, MAX(actor.id)\n"
    " FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts),\n"
    " INTERVAL '1' MINUTE)) WHERE n > 1 GROUP BY window_start, id HAVING c > 2;\n"
    "SELECT price * 2, price / 3, 0.908 * n, -d, ROUND(price, 1), CAST(price AS STRING),\n"
    " TRY_CAST(id AS BIGINT), tags[1],\n"
    " props['a'], ROW(1, 'a'), ARRAY[1, n], MAP['a', 1], actor.deep.x, CASE WHEN b THEN 1 ELSE n END,\n"
    " COALESCE(id, 'q'),\n"
    " n IN (1, 2), dt IN ('2024-01-01'), n BETWEEN 1 AND 2, id LIKE 'a%', id || 'b',\n"
    " id IS DISTINCT FROM 'x', id IS JSON,\n"
    " EXTRACT(HOUR FROM ts), FLOOR(ts TO HOUR), TIMESTAMPADD(DAY, 1, dt), JSON_VALUE(id, '$.a' RETURNING INT),\n"
    " CAST(ts9 AS TIMESTAMP(3)), CAST(id AS CHAR(3)), GREATEST(n, 3), DATE_FORMAT(ts, 'yyyy') FROM ev;\n"
    "SELECT e.id FROM ev AS e LEFT JOIN ads FOR SYSTEM_TIME AS OF e.p AS a ON e.id = a.ad AND a.c > 1;\n"
    "EXECUTE STATEMENT SET BEGIN INSERT INTO o SELECT id, n FROM v; INSERT INTO o (n) SELECT small FROM ev; END;\n"
    "TEST t FOR m GIVEN ev (ts, id, actor.id, price) ('12:00:01', 'a', 3, 1.5) WATERMARK '12:02:00'\n"
    " EXPECT (window_start, c, x) ('12:00:00', 1, ANY) EXPECT NOTHING EXPECT LATE 0;\n";

typedef struct Random {
    uint64_t state;
} Random;

static uint32_t next_below(Random *random, uint32_t limit)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return limit == 0 ? 0 : (uint32_t)((random->state >> 11) % limit);
}

static void bind_text(Str text)
{
    Arena query;
    arena_init(&query);
    Sources *sources = sources_new(&query);
    Diags *diags = diags_new(&query, sources);
    const Source *source = sources_add(sources, STR("mutant.ssql"), text);
    AstNode *tree = parse_program(&query, source, diags);
    BoundProgram *program = bind_program(&query, &tree, 1, NULL, diags);
    for (uint32_t i = 0; i < program->test_count; i++)
        (void)bind_test(&query, program, program->tests[i], diags);
    for (uint32_t i = 0; i < diags->items.count; i++)
        assert_true(diags->items.items[i]->message.len > 0);
    /* A program without errors has a plan that can be printed. */
    for (uint32_t i = 0; diags->error_count == 0 && i < program->logical.sink_count; i++)
        assert_true(logical_text(&query, program->logical.sinks[i]).len > 0);
    arena_free(&query);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Words, and every other byte by itself. */
static uint32_t cut_words(Str text, Str *words)
{
    uint32_t count = 0;
    for (uint64_t at = 0; at < text.len && count < WORDS_MAX;) {
        uint64_t end = at + 1;
        while (is_word(text.data[at]) && end < text.len && is_word(text.data[end]))
            end++;
        words[count++] = str_slice(text, at, end - at);
        at = end;
    }
    return count;
}

static void bind_mutant(const Str *words, uint32_t count, Random *random)
{
    Buf out = { 0 };
    uint32_t changes = 1 + next_below(random, 3), at[3], with[3];
    for (uint32_t i = 0; i < 3; i++) {
        at[i] = next_below(random, count);
        with[i] = next_below(random, count);
    }
    for (uint32_t w = 0; w < count; w++) {
        Str word = words[w];
        for (uint32_t i = 0; i < changes; i++) {
            if (w == at[i])
                word = with[i] % 3 == 0 ? STR_EMPTY : words[with[i]];
        }
        buf_append_str(&out, word);
    }
    bind_text(buf_str(&out));
    buf_free(&out);
}

static void bind_mutants(Str text, uint64_t seed)
{
    static Str words[WORDS_MAX];
    Random random = { seed };
    uint32_t count = cut_words(text, words);
    for (uint32_t i = 0; i < MUTANTS; i++)
        bind_mutant(words, count, &random);
}

static void mutants_of_a_rich_program_are_answered(void **state)
{
    (void)state;
    bind_text(STR(RICH));
    for (uint64_t seed = 1; seed <= 20; seed++)
        bind_mutants(STR(RICH), seed * 0x9E3779B97F4A7C15u);
}

static void programs_that_end_anywhere_are_answered(void **state)
{
    (void)state;
    for (uint64_t end = 0; end < sizeof RICH - 1; end += 13)
        bind_text(str_slice(STR(RICH), 0, end));
}

static void mutants_of_every_case_are_answered(void **state)
{
    (void)state;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        Arena texts;
        RtError error;
        const Source *source;
        char path[PATH_BYTES];
        if (!str_ends_with(str_from(entry->d_name), STR(".ssql")))
            continue;
        snprintf(path, sizeof path, "%s/%s", FOLDER, entry->d_name);
        arena_init(&texts);
        assert_int_equal(sources_read(sources_new(&texts), str_from(path), &source, &error), RT_OK);
        bind_mutants(source->text, 0xD6E8FEB86659FD93u);
        arena_free(&texts);
    }
    closedir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutants_of_a_rich_program_are_answered),
        cmocka_unit_test(programs_that_end_anywhere_are_answered),
        cmocka_unit_test(mutants_of_every_case_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
