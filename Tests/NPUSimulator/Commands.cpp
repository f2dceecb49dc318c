#include "Commands.hpp"

#include "Faults.hpp"
#include "Machine.hpp"

#include <chrono>
#include <limits>

namespace {

using ze::Result;

/// Commands on their way. The thread that waits for them computes them, so the simulator needs no threads of its own.
class Fence {
public:
  void submit(std::vector<Command> submitted, const Faults &decided) {
    std::lock_guard<std::mutex> lock(mutex);
    commands = std::move(submitted);
    faults = decided;
    state = State::submitted;
  }

  /// - Parameter limit: In seconds.
  Result wait(double limit) {
    std::lock_guard<std::mutex> lock(mutex);
    if (state == State::submitted) {
      if (faults.has("slow")) {
        const double seconds = faults.number("slow", 1000) / 1000;
        if (!wait_while("slow", seconds, limit)) return ze::not_ready;
      }
      if (faults.has("hang")) {
        if (!wait_while("hang", faults.number("hang", 3600), limit)) return ze::not_ready;
        result = ze::device_lost;  // the driver has reset the device
      } else {
        result = faults.has("lost") ? ze::device_lost : run();
      }
      state = State::done;
      commands.clear();
    }
    return state == State::done ? result : ze::not_ready;
  }

  void reset() {
    std::lock_guard<std::mutex> lock(mutex);
    state = State::idle;
    commands.clear();
  }

private:
  enum class State { idle, submitted, done };

  Result run() {
    for (auto &command : commands) {
      if (command.timestamp) {
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        *command.timestamp = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
        continue;
      }
      const Result result = command.inference->run(command.values, faults.has("nan"), faults.has("zeros"));
      if (result != ze::success) return result;
    }
    return ze::success;
  }

  std::mutex mutex;
  State state = State::idle;
  Result result = ze::success;
  Faults faults;
  std::vector<Command> commands;
};

CommandList *list_of(void *handle) { return static_cast<CommandList *>(handle); }
Fence *fence_of(void *handle) { return static_cast<Fence *>(handle); }

struct Queue {};

template <typename Object>
Result make(bool is_complete, void **handle) {
  if (!is_complete) return ze::invalid_null_handle;
  if (!handle) return ze::invalid_null_pointer;
  return guarded([&] {
    *handle = new Object;
    return ze::success;
  });
}

}  // namespace

// MARK: Queues

EXPORTED Result zeCommandQueueCreate(void *context, void *device, const ze::Chained *, void **queue) {
  return make<Queue>(context && device, queue);
}

EXPORTED Result zeCommandQueueDestroy(void *queue) { return destroy<Queue>(queue); }

EXPORTED Result zeCommandQueueExecuteCommandLists(void *queue, uint32_t count, void **lists, void *fence) {
  if (!queue) return ze::invalid_null_handle;
  if (!lists || count == 0) return ze::invalid_null_pointer;
  return guarded([&]() -> Result {
    std::vector<Command> commands;
    for (uint32_t index = 0; index < count; ++index) {
      if (!lists[index]) return ze::invalid_null_handle;
      std::lock_guard<std::mutex> lock(list_of(lists[index])->mutex);
      const auto &more = list_of(lists[index])->commands;
      commands.insert(commands.end(), more.begin(), more.end());
    }
    Faults faults;
    bool runs_network = false;
    for (const auto &command : commands) runs_network |= command.inference != nullptr;
    if (runs_network) {
      faults = Faults::for_run();
      log_call(faults.has("refused") ? "run refused" : "run");
      if (faults.has("refused")) return ze::unknown;
    }
    if (fence) {
      fence_of(fence)->submit(std::move(commands), faults);
      return ze::success;
    }
    Fence own;
    own.submit(std::move(commands), faults);
    return own.wait(std::numeric_limits<double>::infinity());
  });
}

// MARK: Command lists

EXPORTED Result zeCommandListCreate(void *context, void *device, const ze::Chained *, void **list) {
  return make<CommandList>(context && device, list);
}

EXPORTED Result zeCommandListDestroy(void *list) { return destroy<CommandList>(list); }

EXPORTED Result zeCommandListClose(void *list) { return list ? ze::success : ze::invalid_null_handle; }

EXPORTED Result zeCommandListReset(void *list) {
  if (!list) return ze::invalid_null_handle;
  std::lock_guard<std::mutex> lock(list_of(list)->mutex);
  list_of(list)->commands.clear();
  return ze::success;
}

/// Commands run one after the other, so a barrier changes nothing.
EXPORTED Result zeCommandListAppendBarrier(void *list, void *, uint32_t, void **) {
  return list ? ze::success : ze::invalid_null_handle;
}

EXPORTED Result zeCommandListAppendWriteGlobalTimestamp(void *list, uint64_t *time, void *, uint32_t, void **) {
  if (!list) return ze::invalid_null_handle;
  if (!time) return ze::invalid_null_pointer;
  return guarded([&] {
    Command command;
    command.timestamp = time;
    std::lock_guard<std::mutex> lock(list_of(list)->mutex);
    list_of(list)->commands.push_back(command);
    return ze::success;
  });
}

/// A command's number is its index in the list.
EXPORTED Result zeCommandListGetNextCommandIdExp(void *list, const ze::Chained *, uint64_t *number) {
  if (!list) return ze::invalid_null_handle;
  if (!number) return ze::invalid_null_pointer;
  std::lock_guard<std::mutex> lock(list_of(list)->mutex);
  *number = list_of(list)->commands.size();
  return ze::success;
}

EXPORTED Result zeCommandListUpdateMutableCommandsExp(void *list, const ze::Chained *changes) {
  if (!list) return ze::invalid_null_handle;
  if (!changes) return ze::invalid_null_pointer;
  std::lock_guard<std::mutex> lock(list_of(list)->mutex);
  auto &commands = list_of(list)->commands;
  for (auto *next = changes->next; next; next = next->next) {
    if (next->type != ze::type_mutable_graph_argument && next->type != ze::type_former_mutable_graph_argument) continue;
    const auto *change = reinterpret_cast<const ze::MutableGraphArgument *>(next);
    if (change->command >= commands.size() || change->index >= commands[change->command].values.size()) {
      return ze::invalid_argument;
    }
    commands[change->command].values[change->index] = change->value;
  }
  return ze::success;
}

// MARK: Fences

EXPORTED Result zeFenceCreate(void *queue, const ze::Chained *, void **fence) {
  return make<Fence>(queue != nullptr, fence);
}

EXPORTED Result zeFenceDestroy(void *fence) { return destroy<Fence>(fence); }

/// - Parameter timeout: In nanoseconds.
EXPORTED Result zeFenceHostSynchronize(void *fence, uint64_t timeout) {
  if (!fence) return ze::invalid_null_handle;
  return guarded([&] { return fence_of(fence)->wait(static_cast<double>(timeout) / 1e9); });
}

EXPORTED Result zeFenceReset(void *fence) {
  if (!fence) return ze::invalid_null_handle;
  fence_of(fence)->reset();
  return ze::success;
}
