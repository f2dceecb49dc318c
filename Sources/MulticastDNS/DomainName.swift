/// A domain name: at most 127 labels of 1 to 63 bytes. ASCII letters are equal in both cases (RFC 1035, 2.3.3).
public struct DomainName: Hashable, Sendable, CustomStringConvertible {
  /// The labels in UTF-8, from the most specific to the top-level one.
  public let labels: [[UInt8]]
  private let folded: [[UInt8]]

  /// Creates a name from its labels.
  ///
  /// - Returns: `nil` if a label is empty or has more than 63 bytes, or if the name has more than 255 bytes in all.
  public init?(labels: [[UInt8]]) {
    guard labels.allSatisfy({ (1...63).contains($0.count) }),
      labels.reduce(1, { $0 + 1 + $1.count }) <= 255
    else { return nil }
    self.init(checked: labels)
  }

  /// Creates one of this responder's own names. Each text is a label, truncated to 63 bytes. The total stays below
  /// 255 bytes with up to three long labels.
  init(_ labels: String...) {
    self.init(checked: labels.map { Array($0.prefix(bytes: 63).utf8) })
  }

  private init(checked labels: [[UInt8]]) {
    self.labels = labels
    folded = labels.map { $0.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
  }

  /// Returns true if both names have equal labels, with ASCII letters compared without case.
  public static func == (left: DomainName, right: DomainName) -> Bool { left.folded == right.folded }

  /// Hashes the labels with ASCII letters in lower case.
  public func hash(into hasher: inout Hasher) { hasher.combine(folded) }

  /// The name as text: "Living room._wyoming._tcp.local."
  public var description: String { labels.map { String(decoding: $0, as: UTF8.self) + "." }.joined() }
}

extension String {
  /// The longest prefix of whole characters that has at most `limit` bytes in UTF-8.
  func prefix(bytes limit: Int) -> Substring {
    var end = startIndex
    while end < endIndex, utf8.distance(from: startIndex, to: index(after: end)) <= limit {
      end = index(after: end)
    }
    return self[..<end]
  }
}
