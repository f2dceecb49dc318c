// Tiles of matrix products, which hold their sums in registers.
//
// A tile has some rows and the columns of one strip. The matrix on the right lies in panels of LK_PANEL columns, each
// from its first row to its last, so that a tile reads it as one stream:
//
//   floats  [columns / LK_PANEL][depth][LK_PANEL]
//   bytes   [columns / LK_PANEL][depth / 4][LK_PANEL][4]

#include <string.h>

#include "CFrameKernels.h"

#ifndef LK_TILE_LANES
// Registers: 16 of eight lanes.
#define LK_TILE_LANES 8
#define LK_TILE_ROWS 6
#endif

enum {
  LK_TILE_VECTORS = 2,
  /// The columns of a tile.
  LK_STRIP = LK_TILE_VECTORS * LK_TILE_LANES,
};

typedef float tile_floats __attribute__((vector_size(4 * LK_TILE_LANES), aligned(4)));
typedef int32_t tile_integers __attribute__((vector_size(4 * LK_TILE_LANES), aligned(4)));

#define LK_UNROLLED _Pragma("clang loop unroll(full)")

#ifndef LK_DOT
/// Adds the products of four unsigned bytes with the four signed bytes of each lane.
static inline tile_integers portable_dot(tile_integers sums, tile_integers left, tile_integers right) {
  for (int byte = 0; byte < 4; ++byte) {
    sums += (left >> 8 * byte & 255) * (right << (24 - 8 * byte) >> 24);
  }
  return sums;
}
#define LK_DOT portable_dot
#endif

/// The rows of a product on the left, with a row's bytes `stride` after those of the row before, and where it goes.
typedef struct byte_rows {
  const uint8_t *values;
  size_t stride, depth;
  /// What the row's sums are multiplied with, beside the column's scale.
  const float *magnitudes;
  float factor;
} byte_rows;

static inline __attribute__((always_inline)) void byte_tile(
    const byte_rows *rows, const int8_t *panel, const int32_t *offsets, const float *scales, const int8_t *next,
    size_t count, float *result, size_t width) {
  tile_integers sums[LK_TILE_ROWS][LK_TILE_VECTORS];
  LK_UNROLLED for (size_t row = 0; row < count; ++row) {
    LK_UNROLLED for (size_t n = 0; n < LK_TILE_VECTORS; ++n) {
      sums[row][n] = *(const tile_integers *)(offsets + n * LK_TILE_LANES);
    }
  }
  _Pragma("clang loop unroll(disable)") for (size_t four = 0; four < rows->depth / 4; ++four) {
    const int8_t *weights = panel + four * 4 * LK_PANEL;
    tile_integers right[LK_TILE_VECTORS];
    LK_UNROLLED for (size_t n = 0; n < LK_TILE_VECTORS; ++n) {
      right[n] = *(const tile_integers *)(weights + 4 * n * LK_TILE_LANES);
    }
    // The next panel comes from memory while this one is multiplied.
    __builtin_prefetch(next + four * 4 * LK_PANEL, 0, 2);
    LK_UNROLLED for (size_t row = 0; row < count; ++row) {
      int32_t bytes;
      memcpy(&bytes, rows->values + row * rows->stride + 4 * four, sizeof bytes);
      const tile_integers left = bytes - (tile_integers){};
      LK_UNROLLED for (size_t n = 0; n < LK_TILE_VECTORS; ++n) sums[row][n] = LK_DOT(sums[row][n], left, right[n]);
    }
  }
  LK_UNROLLED for (size_t row = 0; row < count; ++row) {
    const float magnitude = rows->magnitudes[row] * rows->factor;
    LK_UNROLLED for (size_t n = 0; n < LK_TILE_VECTORS; ++n) {
      const tile_floats scale = *(const tile_floats *)(scales + n * LK_TILE_LANES);
      *(tile_floats *)(result + row * width + n * LK_TILE_LANES) =
          __builtin_convertvector(sums[row][n], tile_floats) * scale * magnitude;
    }
  }
}

static inline __attribute__((always_inline)) void float_tile(
    const float *rows, size_t stride, const float *panel, size_t depth, size_t count, float *result, size_t width) {
  tile_floats sums[LK_TILE_ROWS][LK_TILE_VECTORS];
  LK_UNROLLED for (size_t row = 0; row < count; ++row) {
    LK_UNROLLED for (size_t n = 0; n < LK_TILE_VECTORS; ++n) sums[row][n] = (tile_floats){};
  }
  _Pragma("clang loop unroll(disable)") for (size_t index = 0; index < depth; ++index) {
    tile_floats right[LK_TILE_VECTORS];
    LK_UNROLLED for (size_t n = 0; n < LK_TILE_VECTORS; ++n) {
      right[n] = *(const tile_floats *)(panel + index * LK_PANEL + n * LK_TILE_LANES);
    }
    LK_UNROLLED for (size_t row = 0; row < count; ++row) {
      LK_UNROLLED for (size_t n = 0; n < LK_TILE_VECTORS; ++n) sums[row][n] += rows[row * stride + index] * right[n];
    }
  }
  LK_UNROLLED for (size_t row = 0; row < count; ++row) {
    LK_UNROLLED for (size_t n = 0; n < LK_TILE_VECTORS; ++n) {
      *(tile_floats *)(result + row * width + n * LK_TILE_LANES) = sums[row][n];
    }
  }
}

/// Runs `tile(count)` with a constant count, from 1 to LK_TILE_ROWS: what is in registers cannot be indexed.
#define LK_TILE_CASE(number, tile) \
  case number:                     \
    if (number <= LK_TILE_ROWS) tile(number); \
    break;
#define LK_TILE(count, tile)                                                                             \
  switch (count) {                                                                                       \
    LK_TILE_CASE(1, tile) LK_TILE_CASE(2, tile) LK_TILE_CASE(3, tile) LK_TILE_CASE(4, tile)              \
    LK_TILE_CASE(5, tile) LK_TILE_CASE(6, tile) LK_TILE_CASE(7, tile) LK_TILE_CASE(8, tile)              \
    LK_TILE_CASE(9, tile) LK_TILE_CASE(10, tile) LK_TILE_CASE(11, tile) LK_TILE_CASE(12, tile)           \
  }

/// The number of tiles that share rows, and the first row of one of them: tiles are equally high, not most of them
/// full and the last one low.
static inline size_t tiles_for(size_t rows) { return (rows + LK_TILE_ROWS - 1) / LK_TILE_ROWS; }
static inline size_t first_row_of(size_t tile, size_t rows) { return rows * tile / tiles_for(rows); }

static void multiply_floats(
    const float *rows, size_t stride, size_t count, const float *panel, size_t depth, float *result, size_t width) {
  for (size_t tile = 0; tile < tiles_for(count); ++tile) {
    const size_t first = first_row_of(tile, count), end = first_row_of(tile + 1, count);
    for (size_t column = 0; column < LK_PANEL; column += LK_STRIP) {
#define LK_FLOATS(height) \
  float_tile(rows + first * stride, stride, panel + column, depth, height, result + first * width + column, width)
      LK_TILE(end - first, LK_FLOATS)
    }
  }
}

static void multiply_bytes(
    const lk_rounded_frames *frames, const lk_byte_matrix *matrix, size_t first_panel, size_t end_panel,
    const int8_t *next, float *result) {
  const size_t tiles = tiles_for(frames->count), size = matrix->depth * LK_PANEL;
  for (size_t panel = first_panel; panel < end_panel; ++panel) {
    const int8_t *weights = matrix->panels + panel * size;
    const int8_t *after = panel + 1 < end_panel ? weights + size : next;
    for (size_t tile = 0; tile < tiles; ++tile) {
      const size_t first = first_row_of(tile, frames->count), end = first_row_of(tile + 1, frames->count);
      const byte_rows rows = {
          frames->values + first * frames->stride, frames->stride, matrix->depth, frames->magnitudes + first,
          frames->factor};
      for (size_t column = 0; column < LK_PANEL; column += LK_STRIP) {
        const size_t place = panel * LK_PANEL + column;
        // Each tile asks for one line of the next panel in four rows of this one, as long as there are lines left.
        const size_t line = tile * LK_PANEL / LK_STRIP + column / LK_STRIP;
        const int8_t *lines = line < 4 * LK_PANEL / 64 ? after + line * 64 : weights;
#define LK_BYTES(height)                                                                                         \
  byte_tile(                                                                                                     \
      &rows, weights + 4 * column, matrix->offsets + place, matrix->scales + place, lines, height,               \
      result + first * matrix->width + place, matrix->width)
        LK_TILE(end - first, LK_BYTES)
      }
    }
  }
}
