// Attention with relative positions, for some rows of one head; see `CFrameKernels.h`.

#include "frame_loops.h"
#include "tile.h"

static inline size_t panels_for(size_t columns) { return (columns + LK_PANEL - 1) / LK_PANEL; }

/// Rows of a head as columns of panels: [length / LK_PANEL][each][LK_PANEL]. Columns after the last row are zeros.
static void transpose_rows(const float *rows, size_t stride, size_t length, size_t each, float *panels) {
  for (size_t first = 0; first < length; first += LK_PANEL, panels += each * LK_PANEL) {
    const size_t count = length - first < LK_PANEL ? length - first : LK_PANEL;
    if (count < LK_PANEL) memset(panels, 0, each * LK_PANEL * sizeof(float));
    for (size_t row = 0; row < count; ++row) {
      const float *values = rows + (first + row) * stride;
      for (size_t index = 0; index < each; ++index) panels[index * LK_PANEL + row] = values[index];
    }
  }
}

/// The columns of a head as panels: [each / LK_PANEL][length][LK_PANEL].
static void copy_columns(const float *rows, size_t stride, size_t length, size_t each, float *panels) {
  for (size_t column = 0; column < each; column += LK_PANEL) {
    for (size_t row = 0; row < length; ++row, panels += LK_PANEL) {
      memcpy(panels, rows + row * stride + column, LK_PANEL * sizeof(float));
    }
  }
}

static void widen(const uint16_t *upper, size_t count, float *values) {
  for (size_t index = 0; index < count; index += LK_FRAME_LANES) set(values, index, widened(upper, index));
}

/// The places of a head's values in the scratch memory, in floats.
typedef struct attention_scratch {
  size_t keys, values, positions, biased, content, distances, total;
  /// The floats from one row of scores to the next.
  size_t content_width, distances_width;
} attention_scratch;

static inline attention_scratch scratch_for(size_t length, size_t each) {
  attention_scratch scratch = {0};
  scratch.content_width = panels_for(length) * LK_PANEL;
  scratch.distances_width = (panels_for(length + LK_TILE_ROWS) + 1) * LK_PANEL;
  scratch.values = scratch.content_width * each;
  scratch.positions = scratch.values + length * each;
  scratch.biased = scratch.positions + (panels_for(2 * length) + 1) * LK_PANEL * each;
  scratch.content = scratch.biased + 2 * LK_TILE_ROWS * each;
  scratch.distances = scratch.content + LK_TILE_ROWS * scratch.content_width;
  scratch.total = scratch.distances + LK_TILE_ROWS * scratch.distances_width;
  return scratch;
}

static size_t attention_scratch_size(size_t length, size_t each) { return scratch_for(length, each).total; }

static void attend(const lk_attention *attention, size_t head, size_t first, size_t end, float *memory) {
  const size_t length = attention->length, width = attention->width, each = width / attention->heads;
  const size_t column = head * each;
  const attention_scratch places = scratch_for(length, each);
  float *keys = memory + places.keys, *values = memory + places.values, *positions = memory + places.positions;
  float *by_content = memory + places.biased, *by_position = by_content + LK_TILE_ROWS * each;
  float *content = memory + places.content, *distances = memory + places.distances;

  transpose_rows(attention->keys + column, width, length, each, keys);
  copy_columns(attention->values + column, width, length, each, values);
  // The distance of the last key from row i is at i rows before the middle, that of the first at length - 1 more.
  const size_t nearest = attention->first + length - end, furthest = attention->first + 2 * length - 2 - first;
  const size_t first_panel = nearest / LK_PANEL, end_panel = furthest / LK_PANEL + 1;
  const size_t table = panels_for(attention->positions_length) * LK_PANEL * each * head;
  widen(
      attention->positions + table + first_panel * LK_PANEL * each, (end_panel - first_panel) * LK_PANEL * each,
      positions);

  for (size_t start = first; start < end; start += LK_TILE_ROWS) {
    const size_t stop = start + LK_TILE_ROWS < end ? start + LK_TILE_ROWS : end, count = stop - start;
    for (size_t row = 0; row < count; ++row) {
      const float *query = attention->queries + (start + row) * width + column;
      for (size_t index = 0; index < each; ++index) {
        by_content[row * each + index] = query[index] + attention->content_bias[column + index];
        by_position[row * each + index] = query[index] + attention->position_bias[column + index];
      }
    }
    for (size_t panel = 0; panel < panels_for(length); ++panel) {
      multiply_floats(
          by_content, each, count, keys + panel * LK_PANEL * each, each, content + panel * LK_PANEL,
          places.content_width);
    }
    const size_t low = (attention->first + length - stop) / LK_PANEL;
    const size_t high = (attention->first + 2 * length - 2 - start) / LK_PANEL + 1;
    for (size_t panel = low; panel < high; ++panel) {
      multiply_floats(
          by_position, each, count, positions + (panel - first_panel) * LK_PANEL * each, each,
          distances + (panel - low) * LK_PANEL, places.distances_width);
    }
    for (size_t row = 0; row < count; ++row) {
      const size_t shift = attention->first + length - 1 - (start + row) - low * LK_PANEL;
      float *scores = content + row * places.content_width;
      softmax_row(scores, distances + row * places.distances_width + shift, attention->factor, length, scores);
    }
    for (size_t panel = 0; panel < each / LK_PANEL; ++panel) {
      multiply_floats(
          content, places.content_width, count, values + panel * LK_PANEL * length, length,
          attention->result + start * width + column + panel * LK_PANEL, width);
    }
  }
}
