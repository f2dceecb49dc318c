// Matrices in the order in which products read them; see `CFrameKernels.h`.

#include <string.h>

#include "CFrameKernels.h"

void lk_pack_bytes(
    const int8_t *matrix, size_t depth, size_t first, size_t end, int32_t offset, int8_t *panels, int32_t *offsets) {
  for (size_t column = first; column < end; ++column) {
    const int8_t *weights = matrix + column * depth;
    int8_t *target = panels + column / LK_PANEL * LK_PANEL * depth + column % LK_PANEL * 4;
    int32_t sum = 0;
    for (size_t index = 0; index < depth; index += 4) {
      memcpy(target + index * LK_PANEL, weights + index, 4);
      for (size_t byte = 0; byte < 4; ++byte) sum += weights[index + byte];
    }
    offsets[column] = -offset * sum;
  }
}

void lk_pack_positions(const uint16_t *positions, size_t length, size_t width, size_t heads, uint16_t *panels) {
  const size_t each = width / heads, count = (length + LK_PANEL - 1) / LK_PANEL;
  memset(panels, 0, count * LK_PANEL * width * sizeof *panels);
  for (size_t row = 0; row < length; ++row) {
    for (size_t index = 0; index < width; ++index) {
      const size_t panel = index / each * count + row / LK_PANEL;
      panels[(panel * each + index % each) * LK_PANEL + row % LK_PANEL] = positions[row * width + index];
    }
  }
}
