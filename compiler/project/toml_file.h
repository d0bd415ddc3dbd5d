/* toml_file.h -- the values of a TOML file one by one, read by toml++ behind a C face.
 *
 * Ownership  what a value points to lives during its call.
 * Errors     false: the place and the reason are in the error; no value was told. */
#ifndef SQC_PROJECT_TOML_FILE_H
#define SQC_PROJECT_TOML_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum TomlKind { TOML_STRING, TOML_INTEGER, TOML_BOOLEAN, TOML_TABLE, TOML_OTHER } TomlKind;

typedef struct TomlValue {
    const char *path; /* "profile.local.host", from the top */
    TomlKind kind;
    const char *text; /* STRING; else empty */
    int64_t integer;  /* INTEGER, BOOLEAN */
    uint32_t line, column;
} TomlValue;

enum { TOML_REASON_MAX = 200 };

typedef struct TomlError {
    char reason[TOML_REASON_MAX];
    uint32_t line, column;
} TomlError;

/* Tables come before what they hold; the rest in no order. */
typedef void TomlVisit(void *user, const TomlValue *value);
bool toml_each(const char *text, size_t len, TomlVisit *visit, void *user, TomlError *error);

#ifdef __cplusplus
}
#endif

#endif
