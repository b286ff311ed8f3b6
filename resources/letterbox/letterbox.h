/*
 * Letterbox: scales an image to fit a square of `size` pixels, keeps its aspect ratio, centers it and fills the rest
 * with `padding`. The result is byte for byte what the studio feeds the model: bilinear scaling as in OpenCV's
 * cv::resize(..., INTER_LINEAR_EXACT).
 *
 * C99, no dependencies, no allocation. Include it from one source file:
 *
 *   int32_t scratch[LETTERBOX_SCRATCH(240)];
 *   uint8_t pixels[240 * 240 * 3];
 *   const uint8_t black[3] = {0, 0, 0};
 *   if (letterbox(rgb, width, height, 240, black, pixels, scratch) != 0) puts("no image");
 *
 * `rgb` is uint8 RGB, row-major [height][width][3], upright (EXIF orientation applied), sRGB. `out` is uint8 RGB
 * [size][size][3]. Returns 0. When a pointer is NULL or a side is below 1, as after a failed decode, it returns -1 and
 * leaves `out` unchanged.
 */
#ifndef DESTILA_LETTERBOX_H
#define DESTILA_LETTERBOX_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Number of int32 values that `letterbox` needs as scratch: two weighted rows, and an offset and a weight for each row
 * and column.
 */
#define LETTERBOX_SCRATCH(size) ((size) * 10)

typedef struct {
  int new_width, new_height; /* size of the image inside the square */
  int left, top;             /* position of its first pixel */
} letterbox_geometry;

/*
 * round-half-up(side * size / longer), at least 1. It uses integers, because floating point would round some sizes
 * differently.
 */
static inline int letterbox_side(int side, int longer, int size) {
  int64_t rounded = (2 * (int64_t)side * size + longer) / (2 * (int64_t)longer);
  return rounded < 1 ? 1 : (int)rounded;
}

static inline letterbox_geometry letterbox_fit(int width, int height, int size) {
  letterbox_geometry g;
  g.new_width = width >= height ? size : letterbox_side(width, height, size);
  g.new_height = width >= height ? letterbox_side(height, width, size) : size;
  g.left = (size - g.new_width) / 2;
  g.top = (size - g.new_height) / 2;
  return g;
}

/*
 * Computes, for each of `target` output positions, the first of the two source pixels that it mixes and the weight
 * 0..256 of the second. The temporaries are volatile so that no compiler fuses a product and a sum: each step must be
 * rounded to double on its own.
 */
static inline void letterbox_taps(int source, int target, int32_t *offsets, int32_t *weights) {
  volatile double ratio = (double)target / (double)source;
  volatile double scale = 1.0 / ratio;
  int v;
  for (v = 0; v < target; v++) {
    volatile double product = scale * (v + 0.5);
    volatile double position = product - 0.5;
    double whole = floor(position);
    offsets[v] = 0;
    weights[v] = 0;
    if (whole < 0 || source == 1) continue;
    if (whole >= source - 1) {
      offsets[v] = source - 1;
    } else {
      double exact = (position - whole) * 256.0;
      double down = floor(exact);
      double rest = exact - down;
      int32_t weight = (int32_t)down;
      if (rest > 0.5 || (rest == 0.5 && weight % 2 == 1)) weight++; /* rounds halves to even */
      offsets[v] = (int32_t)whole;
      weights[v] = weight;
    }
  }
}

/* Scales one source row horizontally; the values 0..65280 are not rounded yet. */
static inline void letterbox_row(const uint8_t *row, int width, int new_width, const int32_t *offsets,
                                 const int32_t *weights, int32_t *out) {
  int v, c;
  for (v = 0; v < new_width; v++) {
    const uint8_t *first = row + (size_t)offsets[v] * 3;
    const uint8_t *second = offsets[v] + 1 < width ? first + 3 : first;
    for (c = 0; c < 3; c++) out[v * 3 + c] = first[c] * (256 - weights[v]) + second[c] * weights[v];
  }
}

static inline int letterbox(const uint8_t *rgb, int width, int height, int size, const uint8_t padding[3],
                            uint8_t *out, int32_t *scratch) {
  letterbox_geometry g;
  int32_t *rows[2];
  int32_t *x_offsets, *x_weights, *y_offsets, *y_weights;
  int held[2] = {-1, -1};
  size_t i, pixels;
  int v, side;
  if (rgb == NULL || padding == NULL || out == NULL || scratch == NULL) return -1;
  if (width < 1 || height < 1 || size < 1) return -1;
  g = letterbox_fit(width, height, size);
  pixels = (size_t)size * size;
  x_offsets = scratch + 6 * (size_t)size;
  x_weights = x_offsets + size;
  y_offsets = x_weights + size;
  y_weights = y_offsets + size;
  rows[0] = scratch;
  rows[1] = scratch + 3 * (size_t)size;
  for (i = 0; i < pixels * 3; i++) out[i] = padding[i % 3];
  letterbox_taps(width, g.new_width, x_offsets, x_weights);
  letterbox_taps(height, g.new_height, y_offsets, y_weights);
  for (v = 0; v < g.new_height; v++) {
    int y = y_offsets[v];
    int32_t weight = y_weights[v];
    uint8_t *line = out + ((size_t)(g.top + v) * size + g.left) * 3;
    const int32_t *a, *b;
    for (side = 0; side < (weight == 0 ? 1 : 2); side++) {
      int needed = y + side;
      if (held[needed % 2] != needed) {
        letterbox_row(rgb + (size_t)needed * width * 3, width, g.new_width, x_offsets, x_weights, rows[needed % 2]);
        held[needed % 2] = needed;
      }
    }
    a = rows[y % 2];
    b = weight == 0 ? a : rows[(y + 1) % 2];
    for (i = 0; i < (size_t)g.new_width * 3; i++)
      line[i] = (uint8_t)((a[i] * (256 - weight) + b[i] * weight + 32768) >> 16);
  }
  return 0;
}

#endif
