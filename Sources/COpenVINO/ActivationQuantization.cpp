// Gives layers with eight-bit weights eight-bit activations, so that they multiply integers.
//
// OpenVINO's integer kernels need the range of the activations in advance, and without recordings there is none to
// measure. But a layer processes each frame separately and is linear in it: divided by its largest magnitude, every
// frame has the range [-1, 1], and the layer's output is multiplied by the magnitude again.
//
//   magnitude  max(ReduceMax(Abs(x)), smallest)                       [B, T, 1]
//   layer      Multiply(MatMul(FakeQuantize(x / magnitude), W), magnitude)
//
// So each frame has its own step, a 127th of its largest magnitude. After a swish, y * sigmoid(y), which is never below
// -0.2785, eight unsigned bits have steps half as large:
//
//   magnitude  ReduceMax(x) + bound                                   [B, T, 1]
//   layer      Add(Multiply(MatMul(FakeQuantize((x + bound) / magnitude), W), magnitude), -bound * sum(W))

#include <map>
#include <numeric>

#include "EightBitWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

/// The negated minimum of a swish.
constexpr float swish_bound = 0.27847f;
/// The lower limit of a magnitude: silence stays silence, and there is no division by zero.
constexpr float smallest_magnitude = 1e-6f;

struct Rounded {
  Value steps, magnitude;
  /// The offset added before rounding.
  float offset;
};

Value number(float value) { return op::Constant::create(ov::element::f32, {}, {value}); }

bool is_swish(const ov::Node *node) {
  if (swaps_time_and_channels(node)) node = node->get_input_node_ptr(0);
  return swish_argument(*node).has_value();
}

Rounded rounded(const Value &input) {
  const auto last = op::Constant::create(ov::element::i64, {1}, {-1});
  const auto one = number(1);
  if (is_swish(input.get_node())) {
    const auto bound = number(swish_bound);
    const auto most = std::make_shared<op::ReduceMax>(input, last, true);
    const auto magnitude = std::make_shared<op::Add>(most, bound);
    const auto moved = std::make_shared<op::Add>(input, bound);
    const auto share = std::make_shared<op::Divide>(moved, magnitude);
    const auto none = number(0);
    return {std::make_shared<op::FakeQuantize>(share, none, one, none, one, 256), magnitude, swish_bound};
  }
  const auto most = std::make_shared<op::ReduceMax>(std::make_shared<op::Abs>(input), last, true);
  const auto magnitude = std::make_shared<op::Maximum>(most, number(smallest_magnitude));
  const auto share = std::make_shared<op::Divide>(input, magnitude);
  const auto minus_one = number(-1);
  return {
      std::make_shared<op::FakeQuantize>(share, minus_one, one, minus_one, one, 255), magnitude, 0};
}

/// The layer's output for a frame whose elements are all `value`: [output channels].
Value output_for(float value, const ByteMatrix &matrix) {
  const size_t channels = matrix.bytes->get_shape()[0], inputs = matrix.bytes->get_shape()[1];
  const auto scales = matrix.scales->cast_vector<float>();
  std::vector<float> output(channels);
  for (size_t channel = 0; channel < channels; ++channel) {
    const auto row = matrix.bytes->get_data_ptr<int8_t>() + channel * inputs;
    const int32_t sum = std::accumulate(row, row + inputs, 0);
    output[channel] = value * static_cast<float>(sum) * scales[scales.size() == 1 ? 0 : channel];
  }
  return op::Constant::create(ov::element::f32, {output.size()}, output);
}

}  // namespace

int lk_supports_vnni(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512vnni") || __builtin_cpu_supports("avxvnni");
#else
  return 0;
#endif
}

lk_failure lk_graph_quantize_activations(lk_graph *graph, size_t *result) {
  return guarded([&] {
    // Layers that read the same value share its rounding.
    std::map<Value, Rounded> known;
    size_t count = 0;
    for (const auto &node : graph->model->get_ordered_ops()) {
      const auto layer = ov::as_type_ptr<op::MatMul>(node);
      const auto matrix = layer && !layer->get_transpose_a() ? byte_matrix(layer->input_value(1)) : std::nullopt;
      if (!matrix) continue;
      const auto input = layer->input_value(0);
      const auto found = known.find(input);
      const auto &activation = found != known.end() ? found->second : (known[input] = rounded(input));

      const auto readers = layer->output(0).get_target_inputs();
      layer->input(0).replace_source_output(activation.steps);
      std::shared_ptr<ov::Node> output = std::make_shared<op::Multiply>(layer, activation.magnitude);
      if (activation.offset != 0) {
        const auto too_much = output_for(-activation.offset, *matrix);
        output = std::make_shared<op::Add>(output, too_much);
      }
      for (const auto &reader : readers) reader.replace_source_output(output);
      ++count;
    }
    graph->model->validate_nodes_and_infer_types();
    *result = count;
  });
}
