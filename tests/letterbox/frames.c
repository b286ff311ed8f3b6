/*
 * Reads cases from standard input and writes, for each, the status and the pixels that letterbox_frame gives. Buffers
 * have exactly the size that the case states, so that sanitizers notice a byte beside them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "letterbox.h"

enum { RGB, BGR, RGBA, BGRA, NV12, NV21, I420, YUV_420_888 };

static int32_t number(void) {
  int32_t value;
  if (fread(&value, sizeof value, 1, stdin) != 1) exit(3);
  return value;
}

/* One plane with its rows, from a buffer of its own. A negative stride starts at the last row. */
typedef struct {
  uint8_t *bytes;
  ptrdiff_t stride;
  const uint8_t *first;
} plane;

static plane read_plane(void) {
  plane p;
  const int32_t length = number();
  p.stride = number();
  const int32_t first = number();
  p.bytes = (uint8_t *)malloc((size_t)length + (length == 0));
  if (length > 0 && fread(p.bytes, 1, (size_t)length, stdin) != (size_t)length) exit(3);
  p.first = length == 0 ? NULL : p.bytes + first;
  return p;
}

int main(void) {
  int32_t cases = number();
  while (cases-- > 0) {
    const int32_t format = number(), width = number(), height = number(), pixel_stride = number();
    const letterbox_color color = (letterbox_color)number();
    const letterbox_alpha alpha = (letterbox_alpha)number();
    const int32_t rotation = number(), left = number(), top = number(), crop_width = number(), crop_height = number();
    const int32_t size = number();
    const uint8_t padding[3] = {(uint8_t)number(), (uint8_t)number(), (uint8_t)number()};
    plane p[3];
    letterbox_view view;
    const size_t square = size < 1 ? 0 : (size_t)size * (size_t)size * 3;
    uint8_t *out = (uint8_t *)calloc(square + 1, 1);
    int32_t *scratch = (int32_t *)malloc(sizeof(int32_t) * (size_t)(size < 1 ? 1 : LETTERBOX_SCRATCH(size)));
    int32_t status;
    int i;
    for (i = 0; i < 3; i++) p[i] = read_plane();
    switch (format) {
      case RGB: view = letterbox_rgb(p[0].first, width, height, p[0].stride); break;
      case BGR: view = letterbox_bgr(p[0].first, width, height, p[0].stride); break;
      case RGBA: view = letterbox_rgba(p[0].first, width, height, p[0].stride, alpha); break;
      case BGRA: view = letterbox_bgra(p[0].first, width, height, p[0].stride, alpha); break;
      case NV12: view = letterbox_nv12(p[0].first, p[0].stride, p[1].first, p[1].stride, width, height, color); break;
      case NV21: view = letterbox_nv21(p[0].first, p[0].stride, p[1].first, p[1].stride, width, height, color); break;
      case I420:
        view = letterbox_i420(p[0].first, p[0].stride, p[1].first, p[2].first, p[1].stride, width, height, color);
        break;
      default:
        view = letterbox_yuv_420_888(p[0].first, p[0].stride, p[1].first, p[2].first, p[1].stride, pixel_stride, width,
                                     height, color);
    }
    view.rotation = rotation;
    if (crop_width != 0) {
      view.crop_left = left;
      view.crop_top = top;
      view.crop_width = crop_width;
      view.crop_height = crop_height;
    }
    status = letterbox_frame(&view, size, padding, out, scratch);
    fwrite(&status, sizeof status, 1, stdout);
    if (status == LETTERBOX_OK) fwrite(out, 1, square, stdout);
    else
      for (i = 0; i < (int)square; i++)
        if (out[i] != 0) return 4; /* a refused image leaves it unchanged */
    for (i = 0; i < 3; i++) free(p[i].bytes);
    free(out);
    free(scratch);
  }
  return 0;
}
