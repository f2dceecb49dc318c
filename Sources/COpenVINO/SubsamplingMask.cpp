// Lets the convolutions of the subsampling mask their own outputs, for accelerators.
//
// NeMo multiplies by a mask before and after each layer of the subsampling, so that frames after an utterance stay
// zero. The tensors there are the encoder's largest, and a product with a mask is as expensive as a convolution.
// Instead, the mask becomes a channel of the signal, 1 in each frame after the utterance:
//
//   convolution, 3x3, stride 2     subtracts a large number where the channel is 1, and passes the channel on
//   Relu                           turns negative frames into zeros
//   depthwise convolution, 3x3     passes the channel on
//   pointwise convolution          subtracts a large number where the channel is 1
//   Relu                           turns negative frames into zeros
//   depthwise and pointwise convolution   unchanged: no valid frame reads frames after the utterance from here on
//
// A layer of stride 2 halves the frames and rounds up, so that frame t after it is valid exactly if frame 2t before it
// is: the one at the centre of the kernel. Valid frames add exact zeros. The frames of the signal after the utterance
// must be zero.

#include <algorithm>
#include <optional>
#include <set>

#include "EightBitWeights.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

using Value = ov::Output<ov::Node>;

/// More than any activation, and in the range of float16.
constexpr float large = 30000;
/// The channels that are added for the mask; accelerators compute sixteen at once. All but the first are zero.
constexpr size_t added = 16;

/// The values that depend on the number of frames, but not on the signal.
std::set<Value> values_of_length(const ov::Model &model, const char *length) {
  const auto source = model.input(length).get_node();
  std::set<const ov::Node *> from_length{source}, from_signal;
  std::set<Value> result;
  for (const auto &node : model.get_ordered_ops()) {
    const auto from = [&](const auto &nodes) {
      const auto inputs = node->input_values();
      return std::any_of(
          inputs.begin(), inputs.end(), [&](const auto &input) { return nodes.count(input.get_node()) > 0; });
    };
    const bool is_known_shape = ov::is_type<op::ShapeOf>(node) && node->get_input_partial_shape(0).is_static();
    if ((ov::is_type<op::Parameter>(node) && node.get() != source) || (!is_known_shape && from(from_signal))) {
      from_signal.insert(node.get());
    } else if (from(from_length)) {
      from_length.insert(node.get());
      for (const auto &output : node->outputs()) result.insert(output);
    }
  }
  return result;
}

/// A convolution with its constants.
struct Layer {
  std::shared_ptr<ov::Node> convolution;
  std::shared_ptr<op::Constant> weights, biases;
  /// The value after the bias, its masks, and a Relu.
  Value output;
  bool has_relu = false;
};

/// Follows the layers of a subsampling past their masks.
class Chain {
 public:
  explicit Chain(std::set<Value> masks) : masks(std::move(masks)) {}

  /// Returns the only node that reads a value; null if there are more.
  std::shared_ptr<ov::Node> reader(const Value &value) const {
    std::shared_ptr<ov::Node> result;
    for (const auto &input : value.get_target_inputs()) {
      const auto node = input.get_node()->shared_from_this();
      if (ov::is_type<op::ShapeOf>(node)) continue;
      if (result) return nullptr;
      result = node;
    }
    return result;
  }

  /// Returns the masked value; nothing if the node does not mask one.
  std::optional<Value> unmasked(const ov::Node *node) const {
    if (!ov::is_type<op::Multiply>(node)) return std::nullopt;
    for (const size_t side : {0, 1}) {
      if (masks.count(node->input_value(side)) > 0) return node->input_value(1 - side);
    }
    return std::nullopt;
  }

  /// Describes a layer with a constant square kernel and bias; nothing if the node is none.
  template <typename Convolution>
  std::optional<Layer> layer(const std::shared_ptr<ov::Node> &node, size_t width, size_t stride) const {
    const auto convolution = ov::as_type_ptr<Convolution>(node);
    if (!convolution || convolution->get_strides() != ov::Strides{stride, stride} ||
        convolution->get_dilations() != ov::Strides{1, 1} || convolution->get_auto_pad() != ov::op::PadType::EXPLICIT) {
      return std::nullopt;
    }
    const auto pads = static_cast<std::ptrdiff_t>(width / 2);
    const auto each_side = ov::CoordinateDiff{pads, pads};
    const auto weights = folded(convolution->input_value(1));
    if (convolution->get_pads_begin() != each_side || convolution->get_pads_end() != each_side || !weights ||
        weights->get_element_type() != ov::element::f32) {
      return std::nullopt;
    }
    const auto &kernel = weights->get_shape();
    if (kernel[kernel.size() - 1] != width || kernel[kernel.size() - 2] != width) return std::nullopt;
    const auto sum = reader(convolution->output(0));
    if (!sum || !ov::is_type<op::Add>(sum)) return std::nullopt;
    const size_t side = sum->input_value(0) == convolution->output(0) ? 1 : 0;
    const auto biases = folded(sum->input_value(side));
    if (!biases || biases->get_element_type() != ov::element::f32 ||
        ov::shape_size(biases->get_shape()) != kernel[0]) {
      return std::nullopt;
    }
    Layer result{convolution, weights, biases, sum->output(0)};
    for (auto next = reader(result.output); next; next = reader(result.output)) {
      const bool is_relu = ov::is_type<op::Relu>(next);
      if (!is_relu && !unmasked(next.get())) break;
      result.has_relu = result.has_relu || is_relu;
      result.output = next->output(0);
    }
    return result;
  }

 private:
  std::set<Value> masks;
};

/// The layers from the signal to channels and bands in each encoder frame.
struct Subsampling {
  Layer first, second, third, fourth, fifth;

  static std::optional<Subsampling> starting(const std::shared_ptr<ov::Node> &node, const Chain &chain) {
    using Depthwise = op::GroupConvolution;
    const auto first = chain.layer<op::Convolution>(node, 3, 2);
    if (!first || !first->has_relu || first->weights->get_shape()[1] != 1) return std::nullopt;
    const auto second = chain.layer<Depthwise>(chain.reader(first->output), 3, 2);
    if (!second || second->has_relu) return std::nullopt;
    const auto third = chain.layer<op::Convolution>(chain.reader(second->output), 1, 1);
    if (!third || !third->has_relu) return std::nullopt;
    const auto fourth = chain.layer<Depthwise>(chain.reader(third->output), 3, 2);
    if (!fourth || fourth->has_relu) return std::nullopt;
    const auto fifth = chain.layer<op::Convolution>(chain.reader(fourth->output), 1, 1);
    if (!fifth) return std::nullopt;
    return Subsampling{*first, *second, *third, *fourth, *fifth};
  }
};

/// A kernel or bias under construction: zero where nothing is copied or set.
class Kernel {
 public:
  explicit Kernel(ov::Shape shape) : shape(std::move(shape)), elements(ov::shape_size(this->shape), 0.0f) {}

  /// Copies a tensor with the same number of axes and no longer ones.
  Kernel &copy(const op::Constant &source) {
    const auto &from = source.get_shape();
    const auto values = source.get_data_ptr<float>();
    for (size_t index = 0; index < ov::shape_size(from); ++index) {
      size_t rest = index, place = 0, step = 1;
      for (size_t axis = from.size(); axis-- > 0;) {
        place += rest % from[axis] * step;
        rest /= from[axis];
        step *= shape[axis];
      }
      elements[place] = values[index];
    }
    return *this;
  }

  float &operator[](size_t index) { return elements[index]; }

  std::shared_ptr<op::Constant> constant() const { return op::Constant::create(ov::element::f32, shape, elements); }

 private:
  ov::Shape shape;
  std::vector<float> elements;
};

std::shared_ptr<ov::Node> with_bias(const std::shared_ptr<ov::Node> &layer, const op::Constant &biases, size_t count) {
  const auto plain = op::Constant(biases, {1, ov::shape_size(biases.get_shape()), 1, 1});
  return std::make_shared<op::Add>(layer, Kernel({1, count, 1, 1}).copy(plain).constant());
}

/// Returns a channel like the signal [1, 1, T, bands]: 1 in the frames after the utterance, 0 in its own.
std::shared_ptr<ov::Node> mask_channel(const ov::Shape &signal, const Value &length) {
  std::vector<float> positions(signal[2]);
  for (size_t frame = 0; frame < positions.size(); ++frame) positions[frame] = static_cast<float>(frame);
  const auto frames = op::Constant::create(ov::element::f32, {1, 1, signal[2], 1}, positions);
  const auto after =
      std::make_shared<op::GreaterEqual>(frames, std::make_shared<op::Convert>(length, ov::element::f32));
  return std::make_shared<op::Broadcast>(
      std::make_shared<op::Convert>(after, ov::element::f32),
      op::Constant::create(ov::element::i64, {signal.size()}, signal));
}

void rewrite(const Subsampling &layers, const Value &signal, const Value &length) {
  const size_t channels = layers.first.weights->get_shape()[0], all = channels + added;
  const auto masked = std::make_shared<op::Concat>(
      ov::OutputVector{signal, mask_channel(signal.get_shape(), length)}, 1);

  // Nine weights for each channel of the input; the fifth is the centre.
  Kernel first({all, 2, 3, 3});
  first.copy(*layers.first.weights);
  for (size_t channel = 0; channel < channels; ++channel) first[channel * 18 + 9 + 4] = -large;
  first[channels * 18 + 9 + 4] = 1;
  auto value = layers.first.convolution->clone_with_new_inputs({masked, first.constant()});
  value = std::make_shared<op::Relu>(with_bias(value, *layers.first.biases, all));

  Kernel second({all, 1, 1, 3, 3});
  second.copy(*layers.second.weights);
  second[channels * 9 + 4] = 1;
  value = layers.second.convolution->clone_with_new_inputs({value, second.constant()});
  value = with_bias(value, *layers.second.biases, all);

  const size_t outputs = layers.third.weights->get_shape()[0];
  Kernel third({outputs, all, 1, 1});
  third.copy(*layers.third.weights);
  for (size_t channel = 0; channel < outputs; ++channel) third[channel * all + channels] = -large;
  value = layers.third.convolution->clone_with_new_inputs({value, third.constant()});
  value = std::make_shared<op::Relu>(with_bias(value, *layers.third.biases, outputs));

  for (const auto &layer : {layers.fourth, layers.fifth}) {
    value = layer.convolution->clone_with_new_inputs({value, layer.weights});
    value = with_bias(value, *layer.biases, ov::shape_size(layer.biases->get_shape()));
  }
  if (layers.fifth.has_relu) value = std::make_shared<op::Relu>(value);
  auto output = layers.fifth.output;
  output.replace(value->output(0));
}

}  // namespace

lk_failure lk_graph_mask_subsampling(lk_graph *graph, const char *length, size_t *result) {
  return guarded([&] {
    *result = 0;
    const Chain chain(values_of_length(*graph->model, length));
    for (const auto &node : graph->model->get_ordered_ops()) {
      if (!ov::is_type<op::Convolution>(node) || node->get_input_partial_shape(0).is_dynamic()) continue;
      const auto layers = Subsampling::starting(node, chain);
      const auto signal = chain.unmasked(node->get_input_node_ptr(0)).value_or(node->input_value(0));
      if (!layers || signal.get_shape().size() != 4 || signal.get_shape()[1] != 1) continue;
      rewrite(*layers, signal, graph->model->input(length));
      ++*result;
    }
    graph->model->validate_nodes_and_infer_types();
  });
}
