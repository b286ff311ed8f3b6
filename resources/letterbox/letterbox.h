/*
 * Letterbox: scales an image to fit a square of `size` pixels, keeps its aspect ratio, centers it and fills the rest
 * with `padding`. The result is byte for byte what the studio feeds the model: bilinear scaling as in OpenCV's
 * cv::resize(..., INTER_LINEAR_EXACT).
 *
 * C99 and C++11, no dependencies, no allocation, and no copy of the image: camera frames are turned, cropped and
 * converted while they are read.
 *
 * An upright RGB image without gaps between its rows:
 *
 *   static int32_t scratch[LETTERBOX_SCRATCH(240)];
 *   static uint8_t pixels[240 * 240 * 3];
 *   const uint8_t black[3] = {0, 0, 0};
 *   if (letterbox(rgb, width, height, 240, black, pixels, scratch) != LETTERBOX_OK) puts("no image");
 *
 * A frame of Android's CameraX (YUV_420_888), turned as ImageInfo.getRotationDegrees() says:
 *
 *   letterbox_view view = letterbox_yuv_420_888(y, y_row_stride, u, v, uv_row_stride, uv_pixel_stride, width, height,
 *                                               LETTERBOX_BT601_FULL);
 *   view.rotation = 90;
 *   if (letterbox_frame(&view, 240, black, pixels, scratch) != LETTERBOX_OK) puts("no image");
 *
 * Pixels must be sRGB. An iPhone's photo may be in Display P3: convert it first.
 */
#ifndef DESTILA_LETTERBOX_H
#define DESTILA_LETTERBOX_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Number of int32 values that are needed as scratch: two weighted rows, and an offset and a weight for each row and
 * column.
 */
#define LETTERBOX_SCRATCH(size) ((size) * 10)

/* Sides of images and of the square may be this long. */
#define LETTERBOX_MAX_SIDE (1 << 24)
#define LETTERBOX_MAX_SIZE (1 << 14)

/* What the functions return. If it is not LETTERBOX_OK, `out` is unchanged. */
enum {
  LETTERBOX_OK = 0,
  LETTERBOX_NO_IMAGE = -1,    /* a pointer is NULL, or a side is below 1, as after a failed decode */
  LETTERBOX_TOO_LARGE = -2,   /* a side is above LETTERBOX_MAX_SIDE, or size above LETTERBOX_MAX_SIZE */
  LETTERBOX_BAD_CROP = -3,    /* the crop is empty or reaches beyond the image */
  LETTERBOX_BAD_ROTATION = -4, /* not 0, 90, 180 or 270 */
  LETTERBOX_BAD_STRIDE = -5,  /* pixels or rows would overlap */
  LETTERBOX_BAD_FORMAT = -6   /* not a value of the enums below */
};

/* Matrix and range of YUV. Cameras of phones give BT.601, full range, unless they say otherwise. */
typedef enum {
  LETTERBOX_BT601_FULL,
  LETTERBOX_BT601_LIMITED, /* Y 16..235, U and V 16..240 */
  LETTERBOX_BT709_FULL,
  LETTERBOX_BT709_LIMITED
} letterbox_color;

typedef enum {
  LETTERBOX_OPAQUE,       /* no alpha, or one that is ignored */
  LETTERBOX_STRAIGHT,     /* colors are not multiplied by alpha (PNG, ARGB of ImageDecoder with unpremultiplied pixels) */
  LETTERBOX_PREMULTIPLIED /* colors are multiplied by alpha (Android's Bitmap, Core Graphics) */
} letterbox_alpha;

/*
 * How pixels lie in memory. planes[0..2] point to the first sample of red, green and blue, or of Y, U and V. In a packed
 * format they point into the same bytes: of BGRA to data + 2, data + 1 and data. Fill it by one of the functions below,
 * then change `rotation` and the crop if needed.
 */
typedef struct {
  const uint8_t *planes[3];
  const uint8_t *alpha_plane; /* first sample of alpha; NULL without alpha */
  ptrdiff_t row_stride[3];    /* bytes from a row to the next one, negative if the last row comes first */
  ptrdiff_t pixel_stride[3];  /* bytes from a pixel to the next one */
  int width, height;          /* pixels, as stored */
  int is_yuv;                 /* U and V have half the resolution in both directions, rounded up */
  letterbox_color color;      /* of YUV */
  letterbox_alpha alpha;      /* of RGBA and BGRA */
  int rotation;               /* degrees clockwise that turn the stored image upright: 0, 90, 180 or 270 */
  int crop_left, crop_top, crop_width, crop_height; /* the part that is used, in stored pixels */
} letterbox_view;

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

/* A packed format whose red, green and blue are the bytes `r`, `g` and `b` of each pixel. */
static inline letterbox_view letterbox_packed(const uint8_t *data, int width, int height, ptrdiff_t row_stride,
                                              int pixel_stride, int r, int g, int b) {
  letterbox_view view;
  const int first[3] = {r, g, b};
  int c;
  for (c = 0; c < 3; c++) {
    view.planes[c] = data == NULL ? NULL : data + first[c];
    view.row_stride[c] = row_stride;
    view.pixel_stride[c] = pixel_stride;
  }
  view.alpha_plane = NULL;
  view.width = width;
  view.height = height;
  view.is_yuv = 0;
  view.color = LETTERBOX_BT601_FULL;
  view.alpha = LETTERBOX_OPAQUE;
  view.rotation = 0;
  view.crop_left = 0;
  view.crop_top = 0;
  view.crop_width = width;
  view.crop_height = height;
  return view;
}

static inline letterbox_view letterbox_rgb(const uint8_t *data, int width, int height, ptrdiff_t row_stride) {
  return letterbox_packed(data, width, height, row_stride, 3, 0, 1, 2);
}

static inline letterbox_view letterbox_bgr(const uint8_t *data, int width, int height, ptrdiff_t row_stride) {
  return letterbox_packed(data, width, height, row_stride, 3, 2, 1, 0);
}

static inline letterbox_view letterbox_rgba(const uint8_t *data, int width, int height, ptrdiff_t row_stride,
                                            letterbox_alpha alpha) {
  letterbox_view view = letterbox_packed(data, width, height, row_stride, 4, 0, 1, 2);
  view.alpha_plane = data == NULL ? NULL : data + 3;
  view.alpha = alpha;
  return view;
}

static inline letterbox_view letterbox_bgra(const uint8_t *data, int width, int height, ptrdiff_t row_stride,
                                            letterbox_alpha alpha) {
  letterbox_view view = letterbox_packed(data, width, height, row_stride, 4, 2, 1, 0);
  view.alpha_plane = data == NULL ? NULL : data + 3;
  view.alpha = alpha;
  return view;
}

/* Android's ImageFormat.YUV_420_888: U and V share their strides; their pixels may lie 1 or 2 bytes apart. */
static inline letterbox_view letterbox_yuv_420_888(const uint8_t *y, ptrdiff_t y_row_stride, const uint8_t *u,
                                                   const uint8_t *v, ptrdiff_t uv_row_stride, int uv_pixel_stride,
                                                   int width, int height, letterbox_color color) {
  letterbox_view view = letterbox_packed(y, width, height, y_row_stride, 1, 0, 0, 0);
  view.planes[1] = u;
  view.planes[2] = v;
  view.row_stride[1] = view.row_stride[2] = uv_row_stride;
  view.pixel_stride[1] = view.pixel_stride[2] = uv_pixel_stride;
  view.is_yuv = 1;
  view.color = color;
  return view;
}

/* U and V in turns (420f and 420v of iOS). */
static inline letterbox_view letterbox_nv12(const uint8_t *y, ptrdiff_t y_row_stride, const uint8_t *uv,
                                            ptrdiff_t uv_row_stride, int width, int height, letterbox_color color) {
  const uint8_t *v = uv == NULL ? NULL : uv + 1;
  return letterbox_yuv_420_888(y, y_row_stride, uv, v, uv_row_stride, 2, width, height, color);
}

/* V and U in turns (Android's old Camera). */
static inline letterbox_view letterbox_nv21(const uint8_t *y, ptrdiff_t y_row_stride, const uint8_t *vu,
                                            ptrdiff_t vu_row_stride, int width, int height, letterbox_color color) {
  const uint8_t *u = vu == NULL ? NULL : vu + 1;
  return letterbox_yuv_420_888(y, y_row_stride, u, vu, vu_row_stride, 2, width, height, color);
}

/* Three planes. */
static inline letterbox_view letterbox_i420(const uint8_t *y, ptrdiff_t y_row_stride, const uint8_t *u,
                                            const uint8_t *v, ptrdiff_t uv_row_stride, int width, int height,
                                            letterbox_color color) {
  return letterbox_yuv_420_888(y, y_row_stride, u, v, uv_row_stride, 1, width, height, color);
}

/* Bytes from the first to the last byte of `count` pixels whose samples take `bytes` each. */
static inline int64_t letterbox_row_bytes(ptrdiff_t pixel_stride, int count, int bytes) {
  return (int64_t)pixel_stride * (count - 1) + bytes;
}

/* Strides beyond these are no image's, and could overflow. */
#define LETTERBOX_MAX_PIXEL_STRIDE 64
#define LETTERBOX_MAX_ROW_STRIDE ((ptrdiff_t)1 << 30)

/* Whether `rows` rows of `count` pixels lie in memory without overlap. */
static inline int letterbox_strides_fit(ptrdiff_t row_stride, ptrdiff_t pixel_stride, int count, int rows, int bytes) {
  if (pixel_stride < bytes || pixel_stride > LETTERBOX_MAX_PIXEL_STRIDE) return 0;
  if (row_stride > LETTERBOX_MAX_ROW_STRIDE || row_stride < -LETTERBOX_MAX_ROW_STRIDE) return 0;
  if (rows == 1) return 1;
  return (row_stride < 0 ? -row_stride : row_stride) >= letterbox_row_bytes(pixel_stride, count, bytes);
}

/* Whether U and V lie in turns in one plane, as in NV12 and NV21. */
static inline int letterbox_interleaved(const letterbox_view *view) {
  return view->pixel_stride[1] == 2 &&
         (view->planes[1] + 1 == view->planes[2] || view->planes[2] + 1 == view->planes[1]);
}

static inline int letterbox_check(const letterbox_view *view, int size) {
  int c;
  if (view->width < 1 || view->height < 1 || size < 1) return LETTERBOX_NO_IMAGE;
  if (view->planes[0] == NULL || view->planes[1] == NULL || view->planes[2] == NULL) return LETTERBOX_NO_IMAGE;
  if (view->width > LETTERBOX_MAX_SIDE || view->height > LETTERBOX_MAX_SIDE || size > LETTERBOX_MAX_SIZE)
    return LETTERBOX_TOO_LARGE;
  if (view->crop_left < 0 || view->crop_top < 0 || view->crop_width < 1 || view->crop_height < 1 ||
      view->crop_width > view->width - view->crop_left || view->crop_height > view->height - view->crop_top)
    return LETTERBOX_BAD_CROP;
  if (view->rotation != 0 && view->rotation != 90 && view->rotation != 180 && view->rotation != 270)
    return LETTERBOX_BAD_ROTATION;
  if ((int)view->color < 0 || (int)view->color > (int)LETTERBOX_BT709_LIMITED || (int)view->alpha < 0 ||
      (int)view->alpha > (int)LETTERBOX_PREMULTIPLIED)
    return LETTERBOX_BAD_FORMAT;
  for (c = 0; c < 3; c++) {
    const int half = view->is_yuv && c > 0;
    const int columns = half ? (view->width + 1) / 2 : view->width;
    const int rows = half ? (view->height + 1) / 2 : view->height;
    /* The samples of a pixel lie side by side, but a plane of its own has only one. */
    const int packed = !view->is_yuv || (c > 0 && letterbox_interleaved(view));
    const int bytes = packed ? (int)view->pixel_stride[c] : 1;
    if (!letterbox_strides_fit(view->row_stride[c], view->pixel_stride[c], columns, rows, bytes))
      return LETTERBOX_BAD_STRIDE;
    /* Packed colors share their strides. */
    if (!view->is_yuv &&
        (view->row_stride[c] != view->row_stride[0] || view->pixel_stride[c] != view->pixel_stride[0]))
      return LETTERBOX_BAD_STRIDE;
  }
  return LETTERBOX_OK;
}

/*
 * Where the upright pixel (x, y) lies: at `start + x * along + y * down` of each plane, in bytes for RGB and in stored
 * columns and rows for YUV.
 */
typedef struct {
  int column, row;             /* stored position of the upright pixel (0, 0) */
  int column_along, row_along; /* steps of one upright column: one of them is 1 or -1, the other 0 */
  int column_down, row_down;   /* steps of one upright row */
  int width, height;           /* upright */
} letterbox_turn;

static inline letterbox_turn letterbox_turned(const letterbox_view *view) {
  const int right = view->crop_left + view->crop_width - 1;
  const int bottom = view->crop_top + view->crop_height - 1;
  letterbox_turn t = {view->crop_left, view->crop_top, 1, 0, 0, 1, view->crop_width, view->crop_height};
  if (view->rotation == 180) {
    t.column = right;
    t.row = bottom;
    t.column_along = t.row_down = -1;
  } else if (view->rotation != 0) {
    const int clockwise = view->rotation == 90;
    t.column = clockwise ? view->crop_left : right;
    t.row = clockwise ? bottom : view->crop_top;
    t.column_along = t.row_down = 0;
    t.row_along = clockwise ? -1 : 1;
    t.column_down = clockwise ? 1 : -1;
    t.width = view->crop_height;
    t.height = view->crop_width;
  }
  return t;
}

static inline uint8_t letterbox_clamp(int64_t value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/*
 * YUV to RGB in integers: each product has 16 binary digits, and their sum is rounded half up. The factors are
 * round(65536 * x) of the matrices in ITU-R BT.601 and BT.709; limited range stretches Y by 255/219 and U, V by 255/224.
 * U and V of a pixel are those of its 2 x 2 block; they are not interpolated.
 */
static inline void letterbox_yuv_to_rgb(letterbox_color color, int y, int u, int v, uint8_t *rgb) {
  static const int32_t factors[4][5] = {
      /* Y, V for red, U for green, V for green, U for blue */
      {65536, 91881, 22553, 46802, 116130},
      {76309, 104597, 25675, 53279, 132201},
      {65536, 103206, 12276, 30679, 121609},
      {76309, 117489, 13975, 34925, 138438},
  };
  const int32_t *f = factors[(int)color];
  const int limited = color == LETTERBOX_BT601_LIMITED || color == LETTERBOX_BT709_LIMITED;
  const int64_t light = (int64_t)f[0] * (y - (limited ? 16 : 0)) + 32768;
  const int64_t red = light + (int64_t)f[1] * (v - 128);
  const int64_t green = light - (int64_t)f[2] * (u - 128) - (int64_t)f[3] * (v - 128);
  const int64_t blue = light + (int64_t)f[4] * (u - 128);
  rgb[0] = letterbox_clamp(red < 0 ? -1 : red >> 16);
  rgb[1] = letterbox_clamp(green < 0 ? -1 : green >> 16);
  rgb[2] = letterbox_clamp(blue < 0 ? -1 : blue >> 16);
}

/* Reads the stored pixel (column, row), over `padding` where it is transparent. */
static inline void letterbox_pixel(const letterbox_view *view, int column, int row, const uint8_t *padding,
                                   uint8_t *rgb) {
  int c;
  if (view->is_yuv) {
    const ptrdiff_t half_column = column / 2, half_row = row / 2;
    const uint8_t y = view->planes[0][row * view->row_stride[0] + column * view->pixel_stride[0]];
    const uint8_t u = view->planes[1][half_row * view->row_stride[1] + half_column * view->pixel_stride[1]];
    const uint8_t v = view->planes[2][half_row * view->row_stride[2] + half_column * view->pixel_stride[2]];
    letterbox_yuv_to_rgb(view->color, y, u, v, rgb);
    return;
  }
  for (c = 0; c < 3; c++) rgb[c] = view->planes[c][row * view->row_stride[c] + column * view->pixel_stride[c]];
  if (view->alpha_plane != NULL && view->alpha != LETTERBOX_OPAQUE) {
    const int alpha = view->alpha_plane[row * view->row_stride[0] + column * view->pixel_stride[0]];
    for (c = 0; c < 3; c++) {
      const int under = padding[c] * (255 - alpha);
      /* Straight alpha is rounded down, as the studio does. */
      rgb[c] = view->alpha == LETTERBOX_STRAIGHT ? (uint8_t)((rgb[c] * alpha + under) / 255)
                                                 : letterbox_clamp(rgb[c] + (under + 127) / 255);
    }
  }
}

/* Scales one upright row horizontally; the values 0..65280 are not rounded yet. */
static inline void letterbox_row(const letterbox_view *view, const letterbox_turn *t, int y, int new_width,
                                 const int32_t *offsets, const int32_t *weights, const uint8_t *padding, int32_t *out) {
  const int column = t->column + y * t->column_down, row = t->row + y * t->row_down;
  const int last = t->width - 1;
  int v, c;
  if (view->is_yuv || (view->alpha_plane != NULL && view->alpha != LETTERBOX_OPAQUE)) {
    for (v = 0; v < new_width; v++) {
      const int x = offsets[v], next = x < last ? x + 1 : x;
      uint8_t first[3], second[3];
      letterbox_pixel(view, column + x * t->column_along, row + x * t->row_along, padding, first);
      letterbox_pixel(view, column + next * t->column_along, row + next * t->row_along, padding, second);
      for (c = 0; c < 3; c++) out[v * 3 + c] = first[c] * 256 + (second[c] - first[c]) * weights[v];
    }
    return;
  }
  {
    const ptrdiff_t along = t->column_along * view->pixel_stride[0] + t->row_along * view->row_stride[0];
    const ptrdiff_t start = row * view->row_stride[0] + column * view->pixel_stride[0];
    const uint8_t *r = view->planes[0] + start, *g = view->planes[1] + start, *b = view->planes[2] + start;
    int inner = new_width;
    /* The last source pixel has none beside it, and is taken alone. */
    while (inner > 0 && offsets[inner - 1] == last) inner--;
    for (v = 0; v < inner; v++, out += 3) {
      const ptrdiff_t at = offsets[v] * along, next = at + along;
      const int32_t weight = weights[v], rest = 256 - weight;
      out[0] = r[at] * rest + r[next] * weight;
      out[1] = g[at] * rest + g[next] * weight;
      out[2] = b[at] * rest + b[next] * weight;
    }
    for (; v < new_width; v++, out += 3) {
      const ptrdiff_t at = last * along;
      out[0] = r[at] * 256;
      out[1] = g[at] * 256;
      out[2] = b[at] * 256;
    }
  }
}

/* Mixes two weighted rows vertically and rounds half up. */
static inline void letterbox_blend(const int32_t *a, const int32_t *b, int32_t weight, int count, uint8_t *out) {
  const int32_t rest = 256 - weight;
  int i;
  for (i = 0; i < count; i++) out[i] = (uint8_t)((a[i] * rest + b[i] * weight + 32768) >> 16);
}

/* `out` is uint8 RGB [size][size][3]; scratch has LETTERBOX_SCRATCH(size) numbers. */
static inline int letterbox_frame(const letterbox_view *view, int size, const uint8_t *padding, uint8_t *out,
                                  int32_t *scratch) {
  letterbox_geometry g;
  letterbox_turn turn;
  int32_t *rows[2];
  int32_t *x_offsets, *x_weights, *y_offsets, *y_weights;
  int held[2] = {-1, -1};
  size_t i, pixels;
  int v, side, status;
  if (view == NULL || padding == NULL || out == NULL || scratch == NULL) return LETTERBOX_NO_IMAGE;
  status = letterbox_check(view, size);
  if (status != LETTERBOX_OK) return status;
  turn = letterbox_turned(view);
  g = letterbox_fit(turn.width, turn.height, size);
  pixels = (size_t)size * (size_t)size;
  x_offsets = scratch + 6 * (size_t)size;
  x_weights = x_offsets + size;
  y_offsets = x_weights + size;
  y_weights = y_offsets + size;
  rows[0] = scratch;
  rows[1] = scratch + 3 * (size_t)size;
  if (g.new_width < size || g.new_height < size)
    for (i = 0; i < pixels; i++) {
      out[i * 3] = padding[0];
      out[i * 3 + 1] = padding[1];
      out[i * 3 + 2] = padding[2];
    }
  letterbox_taps(turn.width, g.new_width, x_offsets, x_weights);
  letterbox_taps(turn.height, g.new_height, y_offsets, y_weights);
  for (v = 0; v < g.new_height; v++) {
    const int y = y_offsets[v];
    const int32_t weight = y_weights[v];
    uint8_t *line = out + ((size_t)(g.top + v) * (size_t)size + (size_t)g.left) * 3;
    const int32_t *a, *b;
    for (side = 0; side < (weight == 0 ? 1 : 2); side++) {
      const int needed = y + side;
      if (held[needed % 2] != needed) {
        letterbox_row(view, &turn, needed, g.new_width, x_offsets, x_weights, padding, rows[needed % 2]);
        held[needed % 2] = needed;
      }
    }
    a = rows[y % 2];
    b = weight == 0 ? a : rows[(y + 1) % 2];
    letterbox_blend(a, b, weight, g.new_width * 3, line);
  }
  return LETTERBOX_OK;
}

/* `rgb` is uint8 RGB, row-major [height][width][3], upright (EXIF orientation applied). */
static inline int letterbox(const uint8_t *rgb, int width, int height, int size, const uint8_t *padding, uint8_t *out,
                            int32_t *scratch) {
  letterbox_view view;
  if (rgb == NULL || width < 1 || height < 1) return LETTERBOX_NO_IMAGE;
  view = letterbox_rgb(rgb, width, height, (ptrdiff_t)width * 3);
  return letterbox_frame(&view, size, padding, out, scratch);
}

#endif
