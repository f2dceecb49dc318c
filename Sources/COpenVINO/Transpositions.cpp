// Removes or shortens transpositions, which move every element and take processors a twentieth of an encoder's time.
//
// - A product with transposed keys, [B, T, H, C] -> [B, H, C, T], becomes one with keys [B, H, T, C], which moves whole
//   rows, and which the matrix kernel reads as transposed.
// - A gated linear unit, a * sigmoid(b), over the halves of [B, 2C, T], which a pointwise convolution has made of
//   [B, T, 2C], is computed before the transposition: half as many elements are left to move, and the next depthwise
//   convolution reads [B, T, C] in place.
// - A bias for each channel of [B, C, T], which a pointwise convolution has made of [B, T, C], is added before the
//   transposition, which then meets the gated unit, or the transposition back.
//
// The results do not change.

#include "EightBitWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

std::shared_ptr<op::Constant> axes(const std::vector<int64_t> &values) {
  return op::Constant::create(ov::element::i64, {values.size()}, values);
}

bool is_transposition(const ov::Node *node, const std::vector<int64_t> &order) {
  if (!ov::is_type<op::Transpose>(node)) return false;
  const auto constant = ov::as_type<const op::Constant>(node->get_input_node_ptr(1));
  return constant && constant->cast_vector<int64_t>() == order;
}

/// Returns the product without its transposition; nothing if it has not that form.
std::shared_ptr<ov::Node> with_plain_keys(const op::MatMul &product) {
  const auto keys = product.get_input_node_ptr(1);
  if (product.get_transpose_b() || !is_transposition(keys, {0, 2, 3, 1})) return nullptr;
  const auto rows = std::make_shared<op::Transpose>(keys->input_value(0), axes({0, 2, 1, 3}));
  return std::make_shared<op::MatMul>(product.input_value(0), rows, product.get_transpose_a(), true);
}

/// Returns the gated unit, transposed after it and not before; nothing if it has not that form.
std::shared_ptr<ov::Node> gated_before_transposition(const op::Multiply &unit) {
  const Value value = unit.input_value(0), gate = unit.input_value(1);
  const auto halves = ov::as_type<const op::Split>(value.get_node());
  if (!halves || halves->get_num_splits() != 2 || value.get_index() != 0 ||
      !ov::is_type<op::Sigmoid>(gate.get_node()) ||
      gate.get_node()->input_value(0) != value.get_node()->output(1)) {
    return nullptr;
  }
  const auto axis = ov::as_type<const op::Constant>(halves->get_input_node_ptr(1));
  const auto swapped = halves->get_input_node_ptr(0);
  if (!axis || axis->cast_vector<int64_t>() != std::vector<int64_t>{1} || !swaps_time_and_channels(swapped)) {
    return nullptr;
  }
  const auto channels = op::Constant::create(ov::element::i64, {}, {2});
  const auto parts = std::make_shared<op::Split>(swapped->input_value(0), channels, 2);
  const auto result = std::make_shared<op::Multiply>(
      parts->output(0), std::make_shared<op::Sigmoid>(parts->output(1)));
  return std::make_shared<op::Transpose>(result, axes({0, 2, 1}));
}

/// Adds a bias to [B, T, C] and not to [B, C, T]; false if the node is no such sum.
bool bias_before_transposition(op::Add &sum) {
  for (const size_t side : {0, 1}) {
    const auto swap = sum.get_input_node_ptr(side);
    if (!swaps_time_and_channels(swap)) continue;
    const auto bias = folded(sum.input_value(1 - side));
    const auto channels = sum.get_output_partial_shape(0)[1];
    if (!bias || channels.is_dynamic() || bias->get_shape() != ov::Shape{1, size_t(channels.get_length()), 1}) continue;
    const auto row = std::make_shared<op::Constant>(*bias, ov::Shape{1, 1, size_t(channels.get_length())});
    replace_in_other_order(sum.output(0), std::make_shared<op::Add>(swap->input_value(0), row));
    return true;
  }
  return false;
}

}  // namespace

lk_failure lk_graph_move_biases(lk_graph *graph, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      const auto sum = ov::as_type_ptr<op::Add>(node);
      if (sum && sum->get_output_partial_shape(0).rank() == 3 && bias_before_transposition(*sum)) ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}

lk_failure lk_graph_shorten_transpositions(lk_graph *graph, size_t *result) {
  return guarded([&] {
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      std::shared_ptr<ov::Node> shorter;
      if (const auto product = ov::as_type_ptr<op::MatMul>(node)) shorter = with_plain_keys(*product);
      if (const auto unit = ov::as_type_ptr<op::Multiply>(node)) shorter = gated_before_transposition(*unit);
      if (!shorter) continue;
      node->output(0).replace(shorter->output(0));
      ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
