// Shared by the passes that produce weight-only INT8: a layer's constant weight as
// `Constant(i8) -> Convert -> Multiply(scale)`, and the layers that can read it.

#ifndef LORIKEET_EIGHT_BIT_WEIGHTS_HPP
#define LORIKEET_EIGHT_BIT_WEIGHTS_HPP

#include <openvino/opsets/opset13.hpp>
#include <optional>

#include "Handles.hpp"

namespace lorikeet {

inline bool any_node(const ov::Node &) { return true; }

/// Returns the value as one constant; null if it depends on an input or on a node that `through` rejects.
std::shared_ptr<ov::opset13::Constant> folded(
    const ov::Output<ov::Node> &value, bool (*through)(const ov::Node &) = any_node);

/// Returns a matrix of signed bytes [output channels, input channels], widened to float32, for a product that reads it
/// transposed.
///
/// Kernels want this order: a matrix in the other one would be transposed whenever it is compiled.
ov::Output<ov::Node> widened(const ov::Tensor &bytes, const std::vector<float> &scales);

/// The arguments of `widened`: bytes, and a scale for each output channel.
struct ByteMatrix {
  std::shared_ptr<ov::opset13::Constant> bytes, scales;
};

/// Returns the matrix that a layer reads if `widened` made it, also after the graph was saved and loaded.
std::optional<ByteMatrix> byte_matrix(const ov::Output<ov::Node> &matrix);

/// Returns y if the node is a swish, y * Sigmoid(y), in either order; nothing if it is none.
std::optional<ov::Output<ov::Node>> swish_argument(const ov::Node &node);

/// True if the node transposes [B, T, C] to [B, C, T], or back.
bool swaps_time_and_channels(const ov::Node *node);

/// True if a convolution over time, [B, C, T] -> [B, O, T], is a multiplication at each time.
///
/// The CPU plugin would widen the eight bits of a convolution to float32 on loading, and take more memory than before.
bool is_pointwise(const ov::opset13::Convolution &layer);

/// Multiplies `input` [B, C, T] at each time by `matrix` [O, C], and replaces `result` [B, O, T] by the product.
void multiply_each_time(
    const ov::Output<ov::Node> &input, const ov::Output<ov::Node> &matrix, ov::Output<ov::Node> result);

/// Replaces a value [B, C, T] by the same values in the order [B, T, C]. Readers that swap the axes read them directly.
void replace_in_other_order(ov::Output<ov::Node> value, const ov::Output<ov::Node> &swapped);

}  // namespace lorikeet

#endif
