// Computes the layers over the table of positions once, when the graph is made, for processors.
//
// Attention's scores by distance have a layer of their own, `linear_pos`, over 2T - 1 rows of a constant table: those
// around its middle, with T encoder frames. What it computes for a row does not depend on the audio. So the layer is
// replaced by a table of its products, for the longest audio, that is sliced as the positions were:
//
//   before  MatMul(Slice(positions, first, end), W)
//   after   FrameProgram(Slice(products, first - offset, end - offset))     bfloat16 to float32
//
// In bfloat16, the table of 30 s of audio is half as large again as the layer's weights in eight bits, which it
// replaces; its error is a third of that of positions rounded to eight bits.
//
// (NeMo's `RelPositionalEncoding.forward`: the row at the middle of the table is the distance of 0.)

#include <map>

#include "EightBitWeights.hpp"
#include "FrameProgram.hpp"

using namespace lorikeet;
namespace op = ov::opset13;

namespace {

/// A layer over rows of a constant table.
struct PositionLayer {
  std::shared_ptr<ov::Node> product;
  ByteMatrix matrix;
  std::shared_ptr<op::Slice> rows;
  std::shared_ptr<op::Constant> table;
};

std::vector<PositionLayer> position_layers(const ov::Model &model) {
  std::vector<PositionLayer> layers;
  for (const auto &node : model.get_ordered_ops()) {
    const auto product = ov::as_type_ptr<op::MatMul>(node);
    if (!product || product->get_transpose_a() || !product->get_transpose_b()) continue;
    const auto matrix = byte_matrix(product->input_value(1));
    if (!matrix || matrix->bytes->get_shape()[0] % LK_FRAME_LANES != 0) continue;
    const auto rows = ov::as_type_ptr<op::Slice>(product->get_input_node_shared_ptr(0));
    const auto table = rows ? ov::as_type_ptr<op::Constant>(rows->get_input_node_shared_ptr(0)) : nullptr;
    if (!table || table->get_shape().size() != 3 || table->get_shape()[1] % 2 == 0) continue;
    const auto axes = rows->get_input_size() > 4 ? folded(rows->input_value(4)) : nullptr;
    if (axes && axes->cast_vector<int64_t>() == std::vector<int64_t>{1}) layers.push_back({product, *matrix, rows, table});
  }
  return layers;
}

/// Multiplies the same rows [1, rows, inputs] by matrices [outputs, inputs], transposed, in float32.
class Multiplier {
 public:
  Multiplier(ov::Core &core, const ov::Tensor &rows, const ov::Shape &matrix) {
    const ov::ParameterVector inputs{
        std::make_shared<op::Parameter>(ov::element::f32, rows.get_shape()),
        std::make_shared<op::Parameter>(ov::element::f32, matrix)};
    const auto product = std::make_shared<op::MatMul>(inputs[0], inputs[1], false, true);
    const auto model = std::make_shared<ov::Model>(ov::OutputVector{product}, inputs);
    request = core.compile_model(model, "CPU", {ov::hint::inference_precision(ov::element::f32)}).create_infer_request();
    rows.copy_to(request.get_input_tensor(0));
  }

  /// Returns a product, which is valid until the next.
  ov::Tensor product(const ByteMatrix &matrix) {
    auto floats = request.get_input_tensor(1);
    const auto values = floats.data<float>();
    const auto bytes = matrix.bytes->get_data_ptr<int8_t>();
    const auto scales = matrix.scales->cast_vector<float>();
    const size_t outputs = matrix.bytes->get_shape()[0], inputs = matrix.bytes->get_shape()[1];
    for (size_t output = 0; output < outputs; ++output) {
      const float scale = scales[scales.size() == 1 ? 0 : output];
      for (size_t input = output * inputs; input < (output + 1) * inputs; ++input) {
        values[input] = static_cast<float>(bytes[input]) * scale;
      }
    }
    request.infer();
    return request.get_output_tensor();
  }

 private:
  ov::InferRequest request;
};

/// The upper halves of floats [1, rows, width], rounded to the nearest even, as bytes [1, rows, 2 width].
std::shared_ptr<op::Constant> halved(const ov::Tensor &values) {
  auto shape = values.get_shape();
  shape[2] *= 2;
  ov::Tensor bytes(ov::element::u8, shape);
  const auto floats = static_cast<const uint32_t *>(values.data());
  const auto halves = static_cast<uint16_t *>(bytes.data());
  for (size_t index = 0, count = values.get_size(); index < count; ++index) {
    const uint32_t bits = floats[index];
    halves[index] = static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
  }
  return std::make_shared<op::Constant>(bytes);
}

/// Indices that are lower by an offset. The layers of a model have the same indices.
class Indices {
 public:
  ov::Output<ov::Node> lowered(const ov::Output<ov::Node> &index, size_t offset) {
    const auto [found, is_new] = known.try_emplace({index, offset});
    if (is_new) {
      const auto number = op::Constant::create(index.get_element_type(), {}, {offset});
      found->second = std::make_shared<op::Subtract>(index, number);
    }
    return found->second;
  }

 private:
  std::map<std::pair<ov::Output<ov::Node>, size_t>, ov::Output<ov::Node>> known;
};

}  // namespace

lk_failure lk_graph_tabulate_positions(lk_core *core, lk_graph *graph, size_t frames, size_t *result) {
  return guarded([&] {
    const auto layers = position_layers(*graph->model);
    std::map<std::pair<const ov::Node *, ov::Shape>, Multiplier> multipliers;
    Indices indices;
    for (const auto &layer : layers) {
      const auto shape = layer.table->get_shape();
      const size_t reach = std::min(frames, (shape[1] + 1) / 2), offset = (shape[1] + 1) / 2 - reach;
      const ov::Tensor rows(
          layer.table->get_tensor_view(), {0, offset, 0}, {shape[0], offset + 2 * reach - 1, shape[2]});
      // The layers of a model read the same table, and have the same size.
      const auto &size = layer.matrix.bytes->get_shape();
      auto multiplier = multipliers.find({layer.table.get(), size});
      if (multiplier == multipliers.end()) {
        multiplier = multipliers.insert({{layer.table.get(), size}, Multiplier(core->core, rows, size)}).first;
      }
      const auto products = halved(multiplier->second.product(layer.matrix));
      const auto first = indices.lowered(layer.rows->input_value(1), offset);
      const auto end = indices.lowered(layer.rows->input_value(2), offset);
      const auto slice = std::make_shared<op::Slice>(
          products, first, end, layer.rows->input_value(3), layer.rows->input_value(4));
      const auto wide = std::make_shared<FrameProgram>(
          ov::OutputVector{slice},
          std::vector<FrameStep>{{LK_FRAME_LOAD_BFLOAT16, 0}, {LK_FRAME_STORE, -1, -1, 0}});
      wide->set_friendly_name(layer.product->get_friendly_name());
      layer.product->output(0).replace(wide->output(0));
    }
    graph->model->validate_nodes_and_infer_types();
    *result = layers.size();
  });
}
