// The layers of an encoder as one operation of OpenVINO: frame programs, products of bytes and attention, one after
// another. Between two operations of its own, OpenVINO takes as long as an operation over a short command; here there
// is nothing between two instructions. See `LayerCollection.cpp` for its making.

#ifndef LORIKEET_LAYER_SEQUENCE_HPP
#define LORIKEET_LAYER_SEQUENCE_HPP

#include <array>
#include <chrono>
#include <mutex>
#include <openvino/runtime/tensor.hpp>
#include <variant>

#include "FrameProgram.hpp"

namespace lorikeet {

/// A register of a sequence: frames [B, T, ...] that instructions write and read. The first ones are the inputs of the
/// operation, the next ones its outputs.
struct SequenceRegister {
  /// The bytes of a frame, and those before it: a register begins after `offset` bytes for each of all frames.
  int64_t size = 0, offset = 0;
};

/// A frame program. Inputs and outputs of its steps are registers, and constants are places of floats in the constants.
struct SequenceProgram {
  std::vector<FrameStep> steps;
  /// The width of the frames that it begins with.
  int64_t width = 0;
};

/// Products of the same rounded frames, in a register that is followed by that of their magnitudes.
struct SequenceProduct {
  struct Part {
    /// The places of panels, of scales and of offsets in the constants.
    int64_t panels = 0, scales = 0, offsets = 0;
    int64_t width = 0, output = 0;
  };
  int64_t input = 0, depth = 0;
  float factor = 0;
  std::vector<Part> parts;
};

/// Attention with relative positions.
struct SequenceAttention {
  int64_t queries = 0, keys = 0, values = 0, output = 0;
  int64_t width = 0, heads = 0;
  float factor = 0;
  /// Places in the constants.
  int64_t content_bias = 0, position_bias = 0, positions = 0;
  int64_t positions_length = 0;
};

/// An output [B, T, width] of a sequence: frames, rounded frames or their magnitudes.
struct SequenceOutput {
  /// `ov::element::Type_t`.
  int64_t type = 0;
  int64_t width = 0;
};

struct SequencePlan {
  using Instruction = std::variant<SequenceProgram, SequenceProduct, SequenceAttention>;

  std::vector<SequenceOutput> outputs;
  std::vector<SequenceRegister> registers;
  std::vector<Instruction> instructions;
  /// The input with the table's row of the first position: a number.
  int64_t first_position = -1;
  /// The bytes that all other registers need for each frame.
  int64_t scratch = 0;
};

/// The name of the operation in a graph.
constexpr const char *layers_name = "layers";

/// The number of instructions of a kind, and their time together.
struct InstructionTime {
  const char *kind;
  size_t count = 0;
  std::chrono::nanoseconds time{};
};

/// The times of the sequence that ran last in this process, for profiles.
std::array<InstructionTime, 3> last_instruction_times();

/// Runs a plan. The first input has frames; the last one is the constants, as bytes.
class LayerSequence : public ov::op::Op {
 public:
  OPENVINO_OP("LayerSequence", "lorikeet");

  LayerSequence() = default;
  LayerSequence(const ov::OutputVector &inputs, std::shared_ptr<const SequencePlan> plan);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
  bool visit_attributes(ov::AttributeVisitor &visitor) override;
  bool has_evaluate() const override { return true; }
  bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;

 private:
  /// Memory for registers, which inferences take and give back.
  struct Scratch {
    std::mutex mutex;
    std::vector<ov::Tensor> idle;
  };

  std::shared_ptr<const SequencePlan> plan;
  std::shared_ptr<Scratch> scratch = std::make_shared<Scratch>();
};

}  // namespace lorikeet

#endif
