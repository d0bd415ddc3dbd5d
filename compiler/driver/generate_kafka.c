/* generate_kafka.c -- see generate_kafka.h.
 *
 * An open loop: an event is due at a time that depends on its number alone, whatever the cluster does meanwhile; who is
 * late catches up. */
#include "compiler/driver/generate_kafka.h"

#include "compiler/driver/interrupt.h"
#include "runtime/kafka/kafka_writer.h"
#include "runtime/time/pace.h"

#include <stdio.h>

enum {
    TOPICS_MAX = 8,
    AHEAD_US = 1000, /* an event may come so much early: waits are not that exact */
    WAIT_US = 100000,
};

typedef struct TopicWriter {
    const char *file;
    KafkaWriter *writer;
} TopicWriter;

typedef struct KafkaTarget {
    const Args *args;
    KafkaProperties properties;
    Str topic; /* empty: named as the file */
    TopicWriter topics[TOPICS_MAX];
    uint32_t topic_count;
    uint64_t rate, events; /* rate 0: as fast as it goes */
    int64_t started_us;
} KafkaTarget;

static RtStatus writer_of(KafkaTarget *target, const char *file, KafkaWriter **writer, RtError *error)
{
    for (uint32_t i = 0; i < target->topic_count; i++) {
        *writer = target->topics[i].writer;
        if (target->topics[i].file == file)
            return RT_OK;
    }
    if (target->topic_count == TOPICS_MAX || (target->topic.len > 0 && target->topic_count > 0))
        return rt_error(error, RT_FATAL, "--topic: this generator feeds several topics, named as its files");
    const char *dot = strchr(file, '.');
    Str name =
        target->topic.len > 0 ? target->topic : (Str){ file, dot == NULL ? strlen(file) : (uint64_t)(dot - file) };
    RtStatus status = kafka_writer_open(target->args->arena, name, target->properties, writer, error);
    if (status == RT_OK)
        target->topics[target->topic_count++] = (TopicWriter){ file, *writer };
    return status;
}

static RtStatus await_turn(KafkaTarget *target, RtError *error)
{
    const PaceClock *clock = &PACE_CLOCK_SYSTEM;
    if (target->started_us == 0)
        target->started_us = clock->now_us(clock->context);
    int64_t due_us = (int64_t)((unsigned __int128)target->events++ * 1000000 / target->rate);
    for (;;) {
        int64_t left = target->started_us + due_us - clock->now_us(clock->context);
        if (left < AHEAD_US)
            return RT_OK;
        if (interrupt_signal() != 0)
            return rt_error(error, RT_END, "interrupted");
        clock->sleep_us(clock->context, left < WAIT_US ? left : WAIT_US);
    }
}

static RtStatus on_event(void *context, const char *file, Str row, RtError *error)
{
    KafkaTarget *target = context;
    KafkaWriter *writer;
    RtStatus status = writer_of(target, file, &writer, error);
    if (status == RT_OK && interrupt_signal() != 0)
        status = rt_error(error, RT_END, "interrupted");
    if (status == RT_OK && target->rate > 0)
        status = await_turn(target, error);
    else
        target->events += status == RT_OK;
    Str key = { NULL, 0 };
    return status == RT_OK ? kafka_writer_put(writer, key, row, error) : status;
}

static int read_properties(const Args *args, KafkaTarget *target)
{
    Str servers = args_value(args, "--servers");
    KafkaProperty *items = ARENA_ARRAY(args->arena, KafkaProperty, args->options.count + 1);
    uint32_t count = 0;
    items[count++] =
        (KafkaProperty){ STR("bootstrap.servers"), servers.data != NULL ? servers : STR("localhost:9092") };
    for (uint32_t i = 0; i < args->options.count; i++) {
        if (strcmp(args->options.items[i].option->name, "--property") != 0)
            continue;
        Str text = args->options.items[i].value, why;
        int64_t equals = str_find(text, STR("="));
        if (equals <= 0)
            return usage_error(args, "--property wants NAME=VALUE, not '%.*s'", STR_ARG(text));
        uint64_t at = (uint64_t)equals;
        KafkaProperty property = { str_slice(text, 0, at), str_slice(text, at + 1, text.len - at - 1) };
        if (kafka_property_check(args->arena, property, &why) > KAFKA_PROPERTY_IDLE)
            return usage_error(args, "--property %.*s: %.*s", STR_ARG(text), STR_ARG(why));
        items[count++] = property;
    }
    target->properties = (KafkaProperties){ items, count };
    return EXIT_DONE;
}

int generate_kafka(const Args *args, const Generator *generator, GenerateOptions *options)
{
    KafkaTarget target = { .args = args, .topic = args_value(args, "--topic") };
    GenerateTarget rows = { &target, on_event };
    RtError error, late;
    int code = read_properties(args, &target);
    if (code != EXIT_DONE)
        return code;
    if (!args_number(args, "--rate", 1, &target.rate))
        return EXIT_USAGE;
    options->target = &rows;
    interrupt_watch();
    RtStatus status = generator->run(options, &error);
    bool well = status == RT_OK || status == RT_END;
    for (uint32_t i = 0; i < target.topic_count; i++) {
        if (well && kafka_writer_finish(target.topics[i].writer, &late) != RT_OK) {
            well = false;
            error = late;
        }
        kafka_writer_close(target.topics[i].writer);
    }
    if (!well) {
        fprintf(stderr, "sqc: %s\n", error.text);
        return EXIT_UNREACHABLE;
    }
    fprintf(stderr, "%llu events into %u topic%s\n", (unsigned long long)target.events, target.topic_count,
            target.topic_count == 1 ? "" : "s");
    return interrupt_signal() != 0 ? EXIT_SIGNAL + interrupt_signal() : EXIT_DONE;
}
