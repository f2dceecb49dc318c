// What `LayerSequence` runs: instructions over registers. A plan knows nothing of OpenVINO but the types of its outputs.

#ifndef LORIKEET_SEQUENCE_PLAN_HPP
#define LORIKEET_SEQUENCE_PLAN_HPP

#include <variant>
#include <vector>

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

/// Calls `visit` with all registers that an instruction names: `int64_t &`. Those of magnitudes are named with the rounded
/// frames that they follow.
template <typename Visit>
void each_register(SequencePlan::Instruction &instruction, const Visit &visit) {
  if (const auto program = std::get_if<SequenceProgram>(&instruction)) {
    for (auto &step : program->steps) {
      if (step.input >= 0) visit(step.input);
      if (step.output >= 0) visit(step.output);
    }
  } else if (const auto product = std::get_if<SequenceProduct>(&instruction)) {
    visit(product->input);
    for (auto &part : product->parts) visit(part.output);
  } else {
    auto &attention = std::get<SequenceAttention>(instruction);
    for (const auto index : {&attention.queries, &attention.keys, &attention.values, &attention.output}) visit(*index);
  }
}

/// Gives all registers but the first `given` memory that nothing else has at the same time, and sets `scratch`.
void place_registers(SequencePlan &plan, size_t given);

/// A plan as numbers, the form that it has in a file.
std::vector<int64_t> coded(const SequencePlan &plan);
SequencePlan decoded(const std::vector<int64_t> &numbers);

}  // namespace lorikeet

#endif
