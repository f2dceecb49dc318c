internal import Inference
internal import ModelStore

/// The declared inputs and outputs of a graph, to be checked against the contract of the public export.
struct GraphPorts {
  private let inputs, outputs: [Port]
  private let part, model: String

  /// - Parameter part: The name of the graph in messages: "encoder".
  init(_ graph: borrowing Graph, part: String, model: String) {
    // A graph that cannot be described has no ports, and the first one that is checked is reported as missing.
    inputs = (try? graph.inputs) ?? []
    outputs = (try? graph.outputs) ?? []
    self.part = part
    self.model = model
  }

  /// Returns the dimensions of an input, after checking its element type and rank.
  func input(_ name: String, _ element: Port.Element, rank: Int) throws(ModelError) -> [Int?] {
    try shape(of: name, among: inputs, kind: "input", element, rank)
  }

  /// Returns the dimensions of an output, after checking its element type and rank.
  func output(_ name: String, _ element: Port.Element, rank: Int) throws(ModelError) -> [Int?] {
    try shape(of: name, among: outputs, kind: "output", element, rank)
  }

  private func shape(
    of name: String, among ports: [Port], kind: String, _ element: Port.Element, _ rank: Int
  ) throws(ModelError) -> [Int?] {
    guard let port = ports.first(where: { $0.name == name }) else {
      let names = ports.map(\.name).joined(separator: ", ")
      throw failure("has no \(kind) \(name); it has \(names.isEmpty ? "none" : names)")
    }
    guard port.element == element else {
      throw failure("has the \(kind) \(name) in \(port.element), expected \(element)")
    }
    guard let shape = port.shape, shape.count == rank else {
      throw failure(
        "has the \(kind) \(name) of rank \(port.shape?.count.description ?? "unknown"), expected \(rank)")
    }
    return shape
  }

  /// Returns the error for a graph that breaks the contract.
  ///
  /// - Parameter problem: A clause without its subject: "has no embedding".
  func failure(_ problem: String) -> ModelError {
    ModelError(model: model, reason: .graph("the \(part) \(problem)"))
  }
}
