// Networks, compiled and run by OpenVINO's plugin for the processor.
#pragma once

#include "LevelZero.hpp"

#include <openvino/openvino.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// A compiled network, from its intermediate representation or from a blob that an earlier process has exported.
class Network {
public:
  struct Argument {
    bool is_input;
    ov::Output<const ov::Node> port;
    std::string friendly_name;
  };

  static std::shared_ptr<Network> compile(const uint8_t *input, size_t size);
  /// - Parameter size: At least the blob's; the plugin rounds it up to whole pages.
  static ze::Result import(const uint8_t *input, size_t size, std::shared_ptr<Network> &network);

  Network(const Network &) = delete;
  ~Network();

  const ov::Tensor &blob() const { return bytes; }
  const std::vector<Argument> &arguments() const { return ports; }
  bool is_imported = false;

  /// The bytes of all blobs.
  static uint64_t allocated_bytes();

private:
  friend class Inference;
  explicit Network(ov::Tensor blob);

  /// The weights are read from the blob, so it goes last.
  ov::Tensor bytes;
  ov::CompiledModel compiled;
  std::vector<Argument> ports;
};

/// A request with a buffer for each argument, which the application owns.
class Inference {
public:
  Inference(std::shared_ptr<Network> network);
  ze::Result run(const std::vector<const void *> &values, bool with_na_n, bool with_zeros);

private:
  std::shared_ptr<Network> network;
  std::mutex mutex;
  ov::InferRequest request;
};

/// What a graph's handle points to.
struct Graph {
  explicit Graph(std::shared_ptr<Network> network) : network(network), values(network->arguments().size()) {}

  const std::shared_ptr<Network> network;
  /// The arguments of the next command; the plugin sets them one by one before it appends the command.
  std::mutex mutex;
  std::vector<const void *> values;
};
