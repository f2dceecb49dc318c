import Testing

@testable import ModelStore

@Suite struct `An ONNX file` {
  /// Reads a file that has no fault.
  private func read(_ bytes: [UInt8]) throws -> ONNXFile {
    let file = bytes.withUnsafeBytes { ONNXFile($0) }
    try #require(file.fault == nil)
    return file
  }

  private func fault(of bytes: [UInt8]) -> FileFault? { bytes.withUnsafeBytes { ONNXFile($0).fault } }

  private func relocated(_ bytes: [UInt8], _ places: [String: String]) -> [UInt8]? {
    bytes.withUnsafeBytes { RelocatedGraph.content(of: $0, places: places) }
  }

  @Test(arguments: ONNXBytes.Place.allCases)
  func `an ONNX file's external weights are found wherever a tensor can be`(place: ONNXBytes.Place) throws {
    let tensors = [
      ONNXBytes.tensor(in: "w.data", offset: 100, length: 24), ONNXBytes.tensor(holding: [1, 2, 3]),
      ONNXBytes.tensor(in: "w.data", offset: 0, length: 100), ONNXBytes.tensor(in: "folder/v"),
    ]
    let file = try read(ONNXBytes.model(tensors, at: place))
    #expect(file.externalTensors.map(\.file) == ["w.data", "w.data", "folder/v"])
    #expect(file.neededBytes == ["w.data": 124, "folder/v": 24])
  }

  @Test(arguments: [false, true]) func `external weights without a length need the size of their shape`(
    packed: Bool
  ) throws {
    let tensor = ONNXBytes.tensor(in: "w", offset: 8, dimensions: [300, 7], packed: packed)
    #expect(try read(ONNXBytes.model([tensor])).neededBytes == ["w": 8 + 300 * 7 * 4])
  }

  @Test func `external weights whose size overflows need the largest integer`() throws {
    let tensor = ONNXBytes.tensor(in: "w", offset: .max, length: .max, dimensions: [.max, .max])
    #expect(try read(ONNXBytes.model([tensor])).neededBytes == ["w": .max])
  }

  @Test(arguments: [
    ("offset", "-8"), ("offset", "many"), ("offset", "1e3"), ("length", "-1"), ("length", ""),
    ("length", "9223372036854775808"),
  ])
  func
    `external weights with a negative or non-numeric offset or length are refused, not read from the beginning`(
      key: String, value: String
    )
  {
    let tensor =
      ONNXBytes.tensor(in: "w") + ONNXBytes.field(13, ONNXBytes.field(1, key) + ONNXBytes.field(2, value))
    for place in ONNXBytes.Place.allCases {
      let tensors = [ONNXBytes.tensor(in: "v"), tensor, ONNXBytes.tensor(in: "x")]
      #expect(fault(of: ONNXBytes.model(tensors, at: place)) == .wrongReference(key: key, value: value))
    }
  }

  @Test func `a truncated ONNX file is never accepted, and its needed size is found`() throws {
    let bytes = ONNXBytes.model([ONNXBytes.tensor(holding: [UInt8](repeating: 7, count: 300))])
    // The graph ends where the versions of the operators begin, six bytes before the end.
    let graphEnd = bytes.count - 4
    for count in 0..<bytes.count {
      let fault = fault(of: Array(bytes.prefix(count)))
      switch fault {
      case .cutOff(count, let needed?): #expect(count < needed && needed <= bytes.count)
      case .cutOff(count, nil): #expect(count == 2 || count == 8 || count == graphEnd)
      case .foreign: #expect(count < 2)
      default: Issue.record("nothing is damaged")
      }
      if (12..<graphEnd).contains(count) { #expect(fault == .cutOff(bytes: count, needed: graphEnd)) }
    }
  }

  @Test(arguments: [
    "<html>", "Entry not found", #"{"error":"x"}"#, "version https://", "PK\u{3}\u{4}", "\0\0\0\0",
  ])
  func `a text, archive or zeros are not an ONNX file`(text: String) {
    let isForeign = if case .foreign = fault(of: Array(text.utf8)) { true } else { false }
    #expect(isForeign)
  }

  @Test func `an ONNX file with any byte changed does not trap`() {
    let bytes = ONNXBytes.model(
      [ONNXBytes.tensor(in: "w.data", offset: 1, length: 2), ONNXBytes.tensor(in: "v", packed: true)],
      at: .subgraph)
    for index in bytes.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF, bytes[index] &+ 1, bytes[index] ^ 0x80] {
        var changed = bytes
        changed[index] = value
        _ = fault(of: changed)
        _ = relocated(changed, ["w.data": "elsewhere"])
      }
    }
  }

  @Test func `an ONNX file nested 200 levels deep is refused`() {
    var graph: [UInt8] = []
    for _ in 0..<200 { graph = ONNXBytes.field(1, ONNXBytes.field(5, ONNXBytes.field(6, graph))) }
    let bytes = ONNXBytes.field(1, 8) + ONNXBytes.field(7, graph) + ONNXBytes.field(8, [])
    #expect(fault(of: bytes) == .damaged)
    #expect(relocated(bytes, ["w": "v"]) == nil)
  }

  /// The lengths' encoding grows from one byte to two, and from two to three.
  @Test(arguments: ONNXBytes.Place.allCases, [1, 80, 120, 200, 16_300, 20_000])
  func `an ONNX file with renamed weights is otherwise unchanged`(place: ONNXBytes.Place, length: Int) {
    func model(_ name: String) -> [UInt8] {
      ONNXBytes.model(
        [
          ONNXBytes.tensor(holding: [9, 9]), ONNXBytes.tensor(in: name, offset: 4, length: 8),
          ONNXBytes.tensor(in: "stays"), ONNXBytes.tensor(in: name),
        ], at: place)
    }
    let new = String(repeating: "n", count: length)
    #expect(relocated(model("old"), ["old": new]) == model(new))
    #expect(relocated(model(new), [new: "o"]) == model("o"))
    #expect(relocated(model("old"), ["other": new]) == model("old"))
  }
}
