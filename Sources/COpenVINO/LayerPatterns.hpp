// What `LayerCollection.cpp` finds in a graph.

#ifndef LORIKEET_LAYER_PATTERNS_HPP
#define LORIKEET_LAYER_PATTERNS_HPP

#include "FrameSteps.hpp"

namespace lorikeet {

/// A layer over frames that a program has rounded.
struct RoundedProduct {
  /// The rounded frames, and their magnitudes, which are the next output.
  Value frames, magnitude;
  ByteMatrix matrix;
};

/// The heads that a program makes, [B, heads, T, each].
struct Heads {
  std::shared_ptr<FrameProgram> program;
  /// The step that stores them.
  FrameStep store;
};

struct Attention {
  Heads content_queries, position_queries, keys, values;
  std::shared_ptr<ov::opset13::Slice> positions;
  int64_t heads;
  float factor;
  /// The nodes in between.
  std::vector<ov::Node *> inside;
};

/// A product whose results programs multiply with the magnitudes, first of all: the instruction does so itself.
std::optional<RoundedProduct> rounded_product(const std::shared_ptr<ov::Node> &node);

/// True if an instruction multiplies rounded frames.
bool is_multiplied(const Value &frames);

/// The attention whose result is the node's.
std::optional<Attention> attention(const std::shared_ptr<ov::Node> &node);

/// The step of a program that writes an output.
std::optional<FrameStep> storing(const FrameProgram &program, size_t output);

}  // namespace lorikeet

#endif
