// The one entry of libFuzzer that a program with a `main` of its own needs. -sanitize=fuzzer links it.
#ifndef AEGIS_LIBFUZZER_H
#define AEGIS_LIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

#endif
