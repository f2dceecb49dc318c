// Products of rounded frames and attention in a graph; see the header.

#include "LayerPatterns.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

std::optional<Heads> heads(const Value &value) {
  const auto program = ov::as_type_ptr<FrameProgram>(value.get_node_shared_ptr());
  const auto store = program ? storing(*program, value.get_index()) : std::nullopt;
  if (!store || store->kind != LK_FRAME_STORE_HEADS) return std::nullopt;
  return Heads{program, *store};
}

/// The heads whose products with other heads, transposed, a node computes; the nodes that do so are added to `inside`.
std::optional<std::pair<Heads, Heads>> scores(ov::Node *node, std::vector<ov::Node *> &inside) {
  const auto product = ov::as_type<op::MatMul>(node);
  if (!product || product->get_transpose_a()) return std::nullopt;
  inside.push_back(node);
  auto second = product->input_value(1);
  if (!product->get_transpose_b()) {
    const auto swap = second.get_node();
    if (!ov::is_type<op::Transpose>(swap) || integers(swap->input_value(1)) != std::vector<int64_t>{0, 1, 3, 2}) {
      return std::nullopt;
    }
    inside.push_back(swap);
    second = swap->input_value(0);
  }
  const auto one = heads(product->input_value(0)), other = heads(second);
  if (!one || !other) return std::nullopt;
  return std::make_pair(*one, *other);
}

}  // namespace

namespace lorikeet {

std::optional<RoundedProduct> rounded_product(const std::shared_ptr<ov::Node> &node) {
  const auto product = ov::as_type_ptr<op::MatMul>(node);
  if (!product || product->get_transpose_a() || !product->get_transpose_b()) return std::nullopt;
  const auto matrix = byte_matrix(product->input_value(1));
  const auto wide = ov::as_type<op::Multiply>(product->get_input_node_ptr(0));
  const auto convert = wide ? ov::as_type<op::Convert>(wide->get_input_node_ptr(0)) : nullptr;
  if (!matrix || !convert || !ov::is_type<FrameProgram>(convert->get_input_node_ptr(0))) return std::nullopt;
  const auto shape = matrix->bytes->get_shape();
  if (shape[0] % LK_PANEL != 0 || shape[1] % 4 != 0) return std::nullopt;
  const auto frames = convert->input_value(0);
  const auto magnitude = frames.get_node()->output(frames.get_index() + 1);
  for (const auto &reader : node->output(0).get_target_inputs()) {
    const auto program = ov::as_type<FrameProgram>(reader.get_node());
    if (!program || reader.get_index() != 0 || program->program().size() < 2) return std::nullopt;
    const auto &step = program->program()[1];
    if (step.kind != LK_FRAME_SCALE || program->input_value(step.input) != magnitude) return std::nullopt;
  }
  return RoundedProduct{frames, magnitude, *matrix};
}

bool is_multiplied(const Value &frames) {
  for (const auto &convert : frames.get_target_inputs()) {
    for (const auto &wide : convert.get_node()->output(0).get_target_inputs()) {
      for (const auto &reader : wide.get_node()->output(0).get_target_inputs()) {
        if (rounded_product(reader.get_node()->shared_from_this())) return true;
      }
    }
  }
  return false;
}

std::optional<FrameStep> storing(const FrameProgram &program, size_t output) {
  for (const auto &step : program.program()) {
    if (step.output == static_cast<int64_t>(output)) return step;
  }
  return std::nullopt;
}

std::optional<Attention> attention(const std::shared_ptr<ov::Node> &node) {
  const auto sum = ov::as_type_ptr<op::MatMul>(node);
  if (!sum || sum->get_transpose_a() || sum->get_transpose_b()) return std::nullopt;
  const auto softmax = ov::as_type<RelativeSoftmax>(sum->get_input_node_ptr(0));
  if (!softmax) return std::nullopt;
  std::vector<ov::Node *> inside{softmax};
  const auto content = scores(softmax->get_input_node_ptr(0), inside);
  const auto position = scores(softmax->get_input_node_ptr(1), inside);
  const auto values = heads(sum->input_value(1));
  if (!content || !position || !values || content->first.program != position->first.program) return std::nullopt;
  const auto positions = position->second.program;
  const auto &table = positions->program();
  const auto slice = ov::as_type_ptr<op::Slice>(positions->get_input_node_shared_ptr(0));
  const auto &shape = node->get_output_partial_shape(0);
  if (table.size() != 2 || table[0].kind != LK_FRAME_LOAD_BFLOAT16 || !slice ||
      !ov::is_type<op::Constant>(slice->get_input_node_ptr(0)) || shape[1].is_dynamic() || shape[3].is_dynamic() ||
      shape[3].get_length() % LK_PANEL != 0) {
    return std::nullopt;
  }
  inside.insert(inside.end(), {positions.get(), slice.get()});
  return Attention{content->first, position->first, content->second, *values,
                   slice, shape[1].get_length(), softmax->scores_factor(), inside};
}

}  // namespace lorikeet
