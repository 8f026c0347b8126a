// A plain C face of RE2: linear time, the syntax that Rego means. Patterns are immutable and may be shared by threads.
#ifndef CRE2_SHIM_H
#define CRE2_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cre2_pattern cre2_pattern;

// Where a group matched, in bytes; start is -1 for a group that took no part.
typedef struct {
    ptrdiff_t start;
    ptrdiff_t end;
} cre2_range;

// Why a pattern is invalid.
typedef enum {
    CRE2_OK = 0,
    CRE2_BAD_ESCAPE,
    CRE2_BAD_CHARACTER_CLASS,
    CRE2_BAD_CHARACTER_RANGE,
    CRE2_MISSING_BRACKET,
    CRE2_MISSING_PARENTHESIS,
    CRE2_UNEXPECTED_PARENTHESIS,
    CRE2_TRAILING_BACKSLASH,
    CRE2_REPEAT_ARGUMENT,
    CRE2_REPEAT_SIZE,
    CRE2_REPEAT_OPERATOR,
    CRE2_BAD_PERL_OPERATOR,
    CRE2_BAD_UTF8,
    CRE2_BAD_NAMED_CAPTURE,
    CRE2_TOO_LARGE,
    CRE2_INTERNAL
} cre2_error;

// Compiles UTF-8 text; never null except when memory runs out. Release with cre2_free. `max_memory` bounds the
// compiled pattern and its automaton, in bytes.
cre2_pattern *cre2_compile(const char *text, size_t length, int64_t max_memory);
void cre2_free(cre2_pattern *pattern);

cre2_error cre2_error_code(const cre2_pattern *pattern);
// The part of the pattern that is wrong; lives as long as the pattern.
const char *cre2_error_argument(const cre2_pattern *pattern, size_t *length);

// Capturing groups, the whole match not counted.
int cre2_group_count(const cre2_pattern *pattern);
// The number of a named group; -1 for an unknown name.
int cre2_group_number(const cre2_pattern *pattern, const char *name, size_t length);

// Finds the first match at or after `from`. Fills `count` ranges (the whole match first) and returns whether there was
// one. `anchored` demands a match of exactly [from, length).
bool cre2_match(const cre2_pattern *pattern, const char *text, size_t length, size_t from, bool anchored,
                cre2_range *ranges, int count);

// Many patterns looked for at once, in one pass over the text: which of them match somewhere. Immutable once compiled,
// and may be shared by threads.
typedef struct cre2_set cre2_set;

// Compiles `count` patterns; null where one is malformed or all together need more than `max_memory` bytes.
cre2_set *cre2_set_compile(const char *const *texts, const size_t *lengths, int count, int64_t max_memory);
void cre2_set_free(cre2_set *set);

// Sets matched[i] for each pattern i that matches somewhere. False where that could not be found out (the automaton
// outgrew its memory): then any may match.
bool cre2_set_match(const cre2_set *set, const char *text, size_t length, bool *matched, int count);

#ifdef __cplusplus
}
#endif

#endif
