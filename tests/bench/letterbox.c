/* Prints the median and the smallest CPU time, in milliseconds, of letterboxing width x height random pixels. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "letterbox.h"

static double milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

enum { RUNS = 60, SIZE = 240 };

int main(int argc, char **argv) {
  static int32_t scratch[LETTERBOX_SCRATCH(SIZE)];
  static uint8_t out[SIZE * SIZE * 3];
  static double taken[RUNS];
  const uint8_t padding[3] = {0, 0, 0};
  const int width = argc == 3 ? atoi(argv[1]) : 0, height = argc == 3 ? atoi(argv[2]) : 0;
  const size_t bytes = (size_t)width * (size_t)height * 3;
  uint8_t *rgb = (uint8_t *)malloc(bytes);
  size_t i;
  int run;
  for (i = 0; i < bytes; i++) rgb[i] = (uint8_t)rand();
  for (run = 0; run < RUNS; run++) {
    const double started = milliseconds();
    if (letterbox(rgb, width, height, SIZE, padding, out, scratch) != LETTERBOX_OK) return 1;
    taken[run] = milliseconds() - started;
  }
  qsort(taken, RUNS, sizeof taken[0], ascending);
  printf("%f %f\n", taken[RUNS / 2], taken[0]);
  return 0;
}
