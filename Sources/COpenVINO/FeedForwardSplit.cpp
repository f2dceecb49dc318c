// Splits feed-forward modules, so that the units of an accelerator work at the same time.
//
// A module is two products with an activation between them:
//
//   MatMul(h * Sigmoid(h), second), where h = MatMul(x, first)
//
// An NPU has units for products and units for activations. With one tensor between them, each waits for the other, and
// for the memory. The sum over the hidden channels is split into parts, which is the same but for the order of the
// additions:
//
//   whole modules    Add(MatMul(swish(MatMul(x, first[i])), second[i]) ...): while one part is activated, the next
//                    is multiplied. Best for few frames.
//   second products  Add(MatMul(Split(swish(MatMul(x, first)))[i], second[i]) ...). Best for many frames, where the
//                    compiler itself lets the first product and the activation overlap.

#include <optional>

#include "EightBitWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

struct Module {
  std::shared_ptr<op::MatMul> first, second;
  Value input, activation;
  size_t hidden_channels;
};

/// Returns a product that reads [1, T, channels] and a constant matrix; null otherwise.
std::shared_ptr<op::MatMul> layer(const Value &value) {
  const auto product = ov::as_type_ptr<op::MatMul>(value.get_node_shared_ptr());
  const bool is_layer = product && !product->get_transpose_a() && product->get_input_partial_shape(1).is_static() &&
                        product->get_input_shape(1).size() == 2;
  return is_layer ? product : nullptr;
}

std::optional<Module> module_of(const std::shared_ptr<ov::Node> &node) {
  const auto second = layer(node->output(0));
  if (!second) return std::nullopt;
  const auto activation = second->input_value(0);
  const auto hidden = swish_argument(*activation.get_node());
  const auto first = hidden ? layer(*hidden) : nullptr;
  if (!first || activation.get_target_inputs().size() != 1) return std::nullopt;
  const size_t channels = second->get_input_shape(1)[second->get_transpose_b() ? 1 : 0];
  return Module{first, second, first->input_value(0), activation, channels};
}

/// Copies rows or columns of a matrix of bytes.
ov::Tensor part(const op::Constant &source, bool of_rows, size_t from, size_t to) {
  const auto &shape = source.get_shape();
  const size_t first_row = of_rows ? from : 0, last_row = of_rows ? to : shape[0];
  const size_t begin = of_rows ? 0 : from, end = of_rows ? shape[1] : to;
  ov::Tensor result(ov::element::i8, {last_row - first_row, end - begin});
  auto target = result.data<int8_t>();
  for (size_t row = first_row; row < last_row; ++row) {
    const auto line = source.get_data_ptr<int8_t>() + row * shape[1];
    target = std::copy(line + begin, line + end, target);
  }
  return result;
}

/// Returns the part of a layer's matrix that makes or reads some channels.
///
/// - `makes`: true for the channels that the layer makes, false for those that it sums over.
Value part(const op::MatMul &layer, bool makes, size_t from, size_t to) {
  const auto value = layer.input_value(1);
  if (const auto matrix = byte_matrix(value)) {
    auto scales = matrix->scales->cast_vector<float>();
    if (makes) scales = {scales.begin() + from, scales.begin() + to};
    return widened(part(*matrix->bytes, makes, from, to), scales);
  }
  const size_t axis = makes == layer.get_transpose_b() ? 0 : 1;
  const auto index = [](size_t number) { return op::Constant::create(ov::element::i64, {1}, {number}); };
  return std::make_shared<op::Slice>(value, index(from), index(to), index(1), index(axis))->output(0);
}

Value product(const Value &input, const op::MatMul &layer, const Value &matrix) {
  return std::make_shared<op::MatMul>(input, matrix, false, layer.get_transpose_b())->output(0);
}

void split(const Module &module, size_t parts, bool whole) {
  const auto &first = *module.first, &second = *module.second;
  const size_t width = module.hidden_channels / parts;
  const auto pieces = whole ? nullptr
                            : std::make_shared<op::Split>(
                                  module.activation, op::Constant::create(ov::element::i64, {}, {2}), parts);
  Value sum;
  for (size_t index = 0; index < parts; ++index) {
    const size_t from = index * width, to = from + width;
    Value activated;
    if (whole) {
      const auto values = product(module.input, first, part(first, true, from, to));
      activated = std::make_shared<op::Multiply>(values, std::make_shared<op::Sigmoid>(values));
    } else {
      activated = pieces->output(index);
    }
    const auto addend = product(activated, second, part(second, false, from, to));
    sum = index == 0 ? addend : std::make_shared<op::Add>(sum, addend)->output(0);
  }
  module.second->output(0).replace(sum);
}

}  // namespace

lk_failure lk_graph_split_feed_forward(lk_graph *graph, size_t parts, int whole, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      const auto module = module_of(node);
      if (!module || module->hidden_channels % parts != 0 || module->input.get_partial_shape().rank() != 3) continue;
      split(*module, parts, whole != 0);
      ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
