// Weight-only INT8: the constant weights of large layers become `Constant(i8) -> Convert -> Multiply(scale)`,
// symmetric, with one scale for each output channel. Arithmetic stays floating point: the kernels keep the eight
// bits in memory and widen them inside the layer, so that a quarter of the bytes are read.
//
// Layers are found by type, not by name:
//   - a MatMul with a constant matrix, also behind Convert, Transpose, Reshape, Squeeze or Unsqueeze;
//   - a Convolution of width 1 over time, which is a MatMul and becomes one.
// A matrix in four or eight bits by blocks (ONNX Runtime's MatMulNBits) also gets a scale for each output channel: kernels
// multiply integers only so, and take three fifths of the time.
// Everything else is unchanged: other convolutions (depthwise kernels have a handful of elements per scale, those of
// the subsampling are small), embeddings, recurrent layers (no kernel reads them in eight bits), and small weights.

#include <algorithm>
#include <cmath>

#include "EightBitWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

/// True if the node only moves or widens the elements of its first input.
bool only_rearranges(const ov::Node &node) {
  return ov::is_type<op::Convert>(&node) || ov::is_type<op::Transpose>(&node) ||
         ov::is_type<op::Reshape>(&node) || ov::is_type<op::Squeeze>(&node) ||
         ov::is_type<op::Unsqueeze>(&node);
}

/// Returns the layer's second input if it is a large float32 constant; null otherwise.
std::shared_ptr<op::Constant> large_weight(const ov::Node &layer, size_t smallest) {
  const auto &shape = layer.get_input_partial_shape(1);
  if (layer.get_input_element_type(1) != ov::element::f32 || shape.is_dynamic() ||
      ov::shape_size(shape.to_shape()) < smallest) {
    return nullptr;
  }
  return folded(layer.input_value(1), only_rearranges);
}

/// True if the node is a step from the bits of a block to float32.
bool only_unpacks(const ov::Node &node) {
  return only_rearranges(node) || ov::is_type<op::Subtract>(&node) || ov::is_type<op::Multiply>(&node) ||
         ov::is_type<ov::op::v8::Slice>(&node);
}

/// Returns the layer's second input as float32 if it is a large constant in few bits by blocks; null otherwise.
std::shared_ptr<op::Constant> large_blocks(const ov::Node &layer, size_t smallest) {
  const auto value = layer.input_value(1);
  if (value.get_element_type() != ov::element::f32 || value.get_partial_shape().is_dynamic() ||
      ov::shape_size(value.get_shape()) < smallest || byte_matrix(value)) {
    return nullptr;
  }
  const ov::Node *first = value.get_node();
  while (only_unpacks(*first) && first->get_input_size() > 0) first = first->get_input_node_ptr(0);
  const auto bits = ov::as_type<const op::Constant>(first);
  if (!bits || !bits->get_element_type().is_integral() || bits->get_element_type().bitwidth() > 8) return nullptr;
  return folded(value, only_unpacks);
}

/// Returns the matrix in eight bits, widened again, for a product to read transposed.
///
/// - `rows_are_channels`: true if the matrix is [output channels, input channels] already.
ov::Output<ov::Node> quantized(const float *elements, const ov::Shape &shape, bool rows_are_channels) {
  const size_t channels = shape[rows_are_channels ? 0 : 1], inputs = shape[rows_are_channels ? 1 : 0];
  std::vector<float> scales(channels, 0.0f);
  const auto each = [&](auto &&body) {
    for (size_t row = 0; row < shape[0]; ++row) {
      for (size_t column = 0; column < shape[1]; ++column) {
        const float element = elements[row * shape[1] + column];
        rows_are_channels ? body(element, row, column) : body(element, column, row);
      }
    }
  };
  each([&](float element, size_t channel, size_t) {
    OPENVINO_ASSERT(std::isfinite(element), "a weight is not a finite number");
    scales[channel] = std::max(scales[channel], std::fabs(element));
  });
  // The largest magnitude of a channel becomes 127; a channel of zeros stays zero.
  for (auto &scale : scales) scale = scale > 0 ? scale / 127 : 1;
  ov::Tensor bytes(ov::element::i8, {channels, inputs});
  each([&](float element, size_t channel, size_t input) {
    const long rounded = std::lrint(element / scales[channel]);
    bytes.data<int8_t>()[channel * inputs + input] = static_cast<int8_t>(std::clamp(rounded, -127L, 127L));
  });
  return widened(bytes, scales);
}

}  // namespace

lk_failure lk_graph_compress_weights(lk_graph *graph, size_t smallest, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      const auto product = ov::as_type_ptr<op::MatMul>(node);
      const auto convolution = ov::as_type_ptr<op::Convolution>(node);
      if (!product && !(convolution && is_pointwise(*convolution))) continue;
      const auto weight = large_weight(*node, smallest);
      if (!weight) continue;
      const auto elements = weight->get_data_ptr<float>();
      const auto &shape = weight->get_shape();
      if (convolution) {
        const auto matrix = quantized(elements, {shape[0], shape[1]}, true);
        multiply_each_time(node->input_value(0), matrix, node->output(0));
      } else if (shape.size() == 2) {
        product->input(1).replace_source_output(quantized(elements, shape, product->get_transpose_b()));
        product->set_transpose_b(true);
      } else {
        continue;
      }
      ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}

lk_failure lk_graph_rewrite_blocks(lk_graph *graph, size_t smallest, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      const auto product = ov::as_type_ptr<op::MatMul>(node);
      if (!product) continue;
      const auto weight = large_blocks(*product, smallest);
      if (!weight || weight->get_shape().size() != 2) continue;
      product->input(1).replace_source_output(
          quantized(weight->get_data_ptr<float>(), weight->get_shape(), product->get_transpose_b()));
      product->set_transpose_b(true);
      ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
