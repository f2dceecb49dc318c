// Command lists, the fences that tell when they are done, and memory that the device can reach.
#pragma once

#include "Graphs.hpp"
#include "LevelZero.hpp"

#include <memory>
#include <mutex>
#include <vector>

/// A run of a network, or a timestamp.
struct Command {
  std::shared_ptr<Inference> inference;
  /// As they were when the command was appended.
  std::vector<const void *> values;
  uint64_t *timestamp = nullptr;
};

struct CommandList {
  std::mutex mutex;
  std::vector<Command> commands;
};

namespace memory {

/// The bytes that are allocated for tensors.
uint64_t allocated_bytes();

}  // namespace memory
