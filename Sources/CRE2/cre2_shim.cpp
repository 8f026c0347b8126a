#include "cre2_shim.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <memory>
#include <new>
#include <string>
#include <vector>

struct cre2_pattern {
    re2::RE2 pattern;

    cre2_pattern(re2::StringPiece text, const re2::RE2::Options &options) : pattern(text, options) {}
};

extern "C" cre2_pattern *cre2_compile(const char *text, size_t length, int64_t max_memory) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(max_memory);
    return new (std::nothrow) cre2_pattern(re2::StringPiece(text, length), options);
}

extern "C" void cre2_free(cre2_pattern *pattern) { delete pattern; }

extern "C" cre2_error cre2_error_code(const cre2_pattern *pattern) {
    switch (pattern->pattern.error_code()) {
    case re2::RE2::NoError: return CRE2_OK;
    case re2::RE2::ErrorBadEscape: return CRE2_BAD_ESCAPE;
    case re2::RE2::ErrorBadCharClass: return CRE2_BAD_CHARACTER_CLASS;
    case re2::RE2::ErrorBadCharRange: return CRE2_BAD_CHARACTER_RANGE;
    case re2::RE2::ErrorMissingBracket: return CRE2_MISSING_BRACKET;
    case re2::RE2::ErrorMissingParen: return CRE2_MISSING_PARENTHESIS;
    case re2::RE2::ErrorUnexpectedParen: return CRE2_UNEXPECTED_PARENTHESIS;
    case re2::RE2::ErrorTrailingBackslash: return CRE2_TRAILING_BACKSLASH;
    case re2::RE2::ErrorRepeatArgument: return CRE2_REPEAT_ARGUMENT;
    case re2::RE2::ErrorRepeatSize: return CRE2_REPEAT_SIZE;
    case re2::RE2::ErrorRepeatOp: return CRE2_REPEAT_OPERATOR;
    case re2::RE2::ErrorBadPerlOp: return CRE2_BAD_PERL_OPERATOR;
    case re2::RE2::ErrorBadUTF8: return CRE2_BAD_UTF8;
    case re2::RE2::ErrorBadNamedCapture: return CRE2_BAD_NAMED_CAPTURE;
    case re2::RE2::ErrorPatternTooLarge: return CRE2_TOO_LARGE;
    default: return CRE2_INTERNAL;
    }
}

extern "C" const char *cre2_error_argument(const cre2_pattern *pattern, size_t *length) {
    const std::string &argument = pattern->pattern.error_arg();
    *length = argument.size();
    return argument.data();
}

extern "C" int cre2_group_count(const cre2_pattern *pattern) { return pattern->pattern.NumberOfCapturingGroups(); }

extern "C" int cre2_group_number(const cre2_pattern *pattern, const char *name, size_t length) {
    const auto &groups = pattern->pattern.NamedCapturingGroups();
    const auto found = groups.find(std::string(name, length));
    return found == groups.end() ? -1 : found->second;
}

extern "C" bool cre2_match(const cre2_pattern *pattern, const char *text, size_t length, size_t from, bool anchored,
                           cre2_range *ranges, int count) {
    if (text == nullptr) {
        text = "";
    }
    constexpr int kept = 16;
    re2::StringPiece few[kept];
    std::vector<re2::StringPiece> many;
    re2::StringPiece *groups = few;
    if (count > kept) {
        many.resize(static_cast<size_t>(count));
        groups = many.data();
    }
    const auto anchor = anchored ? re2::RE2::ANCHOR_BOTH : re2::RE2::UNANCHORED;
    if (!pattern->pattern.Match(re2::StringPiece(text, length), from, length, anchor, groups, count)) {
        return false;
    }
    for (int index = 0; index < count; index++) {
        const char *start = groups[index].data();
        ranges[index].start = start == nullptr ? -1 : start - text;
        ranges[index].end = start == nullptr ? -1 : start - text + static_cast<ptrdiff_t>(groups[index].size());
    }
    return true;
}

struct cre2_set {
    re2::RE2::Set set;

    explicit cre2_set(const re2::RE2::Options &options) : set(options, re2::RE2::UNANCHORED) {}
};

extern "C" cre2_set *cre2_set_compile(const char *const *texts, const size_t *lengths, int count, int64_t max_memory) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(max_memory);
    std::unique_ptr<cre2_set> made(new (std::nothrow) cre2_set(options));
    if (!made) {
        return nullptr;
    }
    for (int index = 0; index < count; index++) {
        if (made->set.Add(re2::StringPiece(texts[index], lengths[index]), nullptr) != index) {
            return nullptr;
        }
    }
    return made->set.Compile() ? made.release() : nullptr;
}

extern "C" void cre2_set_free(cre2_set *set) { delete set; }

extern "C" bool cre2_set_match(const cre2_set *set, const char *text, size_t length, bool *matched, int count) {
    std::vector<int> found;
    re2::RE2::Set::ErrorInfo error = {re2::RE2::Set::kNoError};
    const bool any = set->set.Match(re2::StringPiece(text == nullptr ? "" : text, length), &found, &error);
    if (!any && error.kind != re2::RE2::Set::kNoError) {
        return false;
    }
    for (int index : found) {
        if (index >= 0 && index < count) {
            matched[index] = true;
        }
    }
    return true;
}
