/// The time that operations of one kind took in a run.
public struct OperationTime: Sendable, Equatable, Encodable {
  /// OpenVINO's type of the operation, such as "FullyConnected".
  public var type: String
  /// The kernel that ran it, such as "brgemm_avx512_i8".
  public var kernel: String
  /// The number of operations.
  public var count: Int
  /// Their time together, in seconds.
  public var seconds: Double

  /// Reads a line of `lk_request_profile`.
  init?(_ line: Substring) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard fields.count == 4, let count = Int(fields[2]), let microseconds = Int(fields[3]) else { return nil }
    type = String(fields[0])
    kernel = String(fields[1])
    self.count = count
    seconds = Double(microseconds) / 1_000_000
  }
}
